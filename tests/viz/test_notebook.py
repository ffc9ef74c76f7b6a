"""Figures where a notebook shows values, and as files."""

import os
import sys
import types
from pathlib import Path

import pytest

import viz
from cells import RunSettings, run

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def trace():
    return run(RunSettings(cell="lstm", steps=12))


def test_a_value_in_a_notebook_is_a_frame_and_the_finding_in_words(trace):
    bundle = viz.Shown(trace, "my run")._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"} and bundle["text/html"].startswith("<iframe srcdoc=")
    assert bundle["text/plain"] == viz.flow(trace).alt
    assert viz.Shown(trace)._mime_()[0] == "text/html"


@pytest.mark.browser
def test_the_frame_draws_its_figure_and_asks_no_host_for_anything(trace, playwright, tmp_path):
    page_file = tmp_path / "notebook.html"
    page_file.write_text(f"<body>{viz.Shown(trace).html}</body>", encoding="utf-8")
    program = os.environ.get("BACKFLOW_BROWSER") or pytest.skip("BACKFLOW_BROWSER names no browser")
    browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    asked, faults = [], []
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(page_file.as_uri())
        page.frame_locator("iframe").locator(".main-svg").first.wait_for()
    assert asked and faults == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
    browser.close()


def test_show_displays_in_a_kernel_and_opens_a_browser_elsewhere(trace, monkeypatch):
    opened, displayed = [], []
    monkeypatch.setattr("webbrowser.open", opened.append)
    viz.show(trace)
    page = Path(opened[0].removeprefix("file://"))
    assert "Plotly" in page.read_text(encoding="utf-8")
    page.unlink()
    kernel = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: kernel))
    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=displayed.append))
    viz.show(trace)
    assert len(opened) == 1 and isinstance(displayed[0], viz.Shown)


def test_a_figure_is_saved_as_a_page_or_as_numbers(trace, tmp_path):
    assert "Plotly" in viz.save(trace, tmp_path / "a.html").read_text(encoding="utf-8")
    assert viz.save(trace, tmp_path / "a.csv").read_text(encoding="utf-8") == viz.csv(viz.flow(trace))


def test_an_svg_asks_for_what_draws_it(trace, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="saving an SVG needs kaleido and a Chrome"):
        viz.save(trace, tmp_path / "a.svg")
