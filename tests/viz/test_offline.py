"""The offline page is one file: figures of both themes, every number, no request, and words stay words."""

import base64
import json
import re

import pytest

from viz import csv, flow, offline_html, panel_figure
from viz.panel import View

LINK = "https://example.org/?cell=lstm&steps=50"


@pytest.fixture(scope="module")
def figures():
    from cells import RunSettings, run

    trace = run(RunSettings(cell="lstm", hidden=4, batch=3))
    views = {theme: View(theme=theme) for theme in ("light", "dark")}
    return {theme: [flow(trace, view), panel_figure("gradient_units", trace, view)] for theme, view in views.items()}


@pytest.fixture(scope="module")
def page(figures):
    return offline_html(figures, "Vanishing: half is gone after 8.3 steps.", LINK, "1.2.3")


def without_plotly(page):
    """The page without the text of Plotly.js."""
    return re.sub(r"<script>/\*\*?\s*\* plotly\.js.*?</script>", "", page, flags=re.DOTALL)


def test_plotly_is_inside(page):
    assert len(page) - len(without_plotly(page)) > 3_000_000


def test_nothing_is_loaded_from_anywhere(page):
    text = without_plotly(page)
    assert re.findall(r"<(?:script|link|img|iframe|object|embed)[^>]*(?:src|href)=", text) == []
    assert "@import" not in text
    assert "url(" not in text
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) == {LINK.replace("&", "&amp;")}


def test_the_figures_inside_are_those_given(page, figures):
    (text,) = re.findall(r"const figures = (.*);\n", page)
    assert json.loads(text) == {theme: [drawn.figure for drawn in each] for theme, each in figures.items()}


def test_every_table_inside_is_the_csv(page, figures):
    tables = re.findall(r"data:text/csv;base64,([A-Za-z0-9+/=]+)", page)
    assert [base64.b64decode(table).decode("utf-8") for table in tables] == [csv(drawn) for drawn in figures["light"]]


def test_settings_version_link_findings_and_caption_are_written_out(page, figures):
    for words in ("1.2.3", "half is gone after 8.3 steps", LINK.replace("&", "&amp;")):
        assert words in page
    for drawn in figures["light"]:
        assert drawn.caption in page
        assert f'aria-label="{drawn.alt}"' in page


def test_hostile_words_stay_words(figures):
    page = without_plotly(offline_html(figures, "</p><script>alert(1)</script>", "javascript:alert(1)", '"><b>'))
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<b>" not in page


def test_a_label_cannot_end_the_script(figures):
    drawn = figures["light"][0]
    drawn.figure["layout"]["meta"]["test"] = "</script><script>alert(1)</script>"
    try:
        assert "</script><script>alert" not in offline_html({"light": [drawn]}, "", "", "")
    finally:
        del drawn.figure["layout"]["meta"]["test"]


def test_one_theme_is_enough(figures):
    assert "prefers-color-scheme" in offline_html({"dark": figures["dark"]}, "", LINK, "")


def test_themes_with_different_figures_are_refused(figures):
    with pytest.raises(ValueError, match="different figures for its themes"):
        offline_html({"light": figures["light"], "dark": figures["dark"][:1]}, "", LINK, "")


def test_an_unknown_theme_is_refused(figures):
    with pytest.raises(ValueError, match="themes sepia; it takes light, dark"):
        offline_html({"sepia": figures["light"]}, "", LINK, "")
