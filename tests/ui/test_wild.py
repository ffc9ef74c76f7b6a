"""Random settings and hostile links through the app: whatever is asked, something valid is drawn and nothing breaks."""

from random import Random

import pytest

import viz
from tests.ui.sessions import PAGES, Session, strict_json
from tests.ui.wild import LARGE, SMALL, hostile_query, values_of
from ui import compute
from ui.export.dialog import page_html
from ui.flow.flow_exportables import flow_exportables
from ui.frame import VERSION
from ui.link.link import read_link, write_link
from ui.views.fields import DEFAULTS, page_view, run_settings

A_FEW, MANY_RUNS, MANY_LINKS = 40, 2000, 200
LINKS_AT_ONCE = 20


def draw_all(values):
    """Everything the main page computes and draws for these values, and what it saves."""
    settings, view = run_settings(values), page_view(values)
    found, numbers = compute.summary_of(settings, compute.layer_of(settings, view))
    compute.critical_scales_of(settings.replace(weight_scale=1.0))
    assert found.sentence.endswith((".", ")")) and "None" not in found.sentence and "nan" not in found.sentence
    assert all(0 <= share <= 1 for share in numbers.saturated.values())
    for theme in ("light", "dark"):
        body, height = compute.body_of(settings, view, theme)
        assert_drawn(strict_json(body), height)
    return settings, view


def assert_drawn(body, height):
    assert body["figure"]["data"] and body["alt"].strip()
    assert "None" not in body["alt"] and "nan" not in body["alt"].replace("NaN", "")
    assert 200 < height < 5000


def save_all(settings, view):
    """Every chart the export dialog offers, as it is saved."""
    offers = flow_exportables(settings, view)
    for one in offers:
        drawn = one.draw("dark")
        figure = viz.framed(drawn, "dark", "http://127.0.0.1/", VERSION)
        strict_json(compute.chart_body(figure, drawn, save=True))
        assert viz.csv(drawn).count("\n") == settings.steps + 1
    assert page_html(offers[:1], "http://127.0.0.1/", "").count("<html") == 1


@pytest.mark.parametrize("seed", range(A_FEW))
def test_random_settings_are_drawn(seed):
    rng = Random(seed)
    values = values_of(rng, SMALL)
    settings, view = draw_all(values)
    if seed % 6 == 0:
        save_all(settings, view)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, MANY_RUNS, 50))
def test_two_thousand_random_settings_are_drawn_and_some_saved(seed):
    for k in range(seed, seed + 50):
        settings, view = draw_all(values_of(Random(f"run {k}"), LARGE if k % 10 == 0 else SMALL))
        if k % 10 == 5:
            save_all(settings, view)


def visit(query):
    """A hostile link opened in a session of its own: a view that is valid, drawn, and honest about what it lost."""
    session = Session(**{name: texts for name, texts in query.items() if name})
    values, complaints = read_link({name: texts for name, texts in query.items() if name})
    assert len(session.complaints) == len(complaints)
    assert session.values == values
    assert session.charts["chart"]["alt"].strip()
    assert session.faults == []
    assert session.query == write_link(values)


@pytest.mark.parametrize("seed", range(0, 40, LINKS_AT_ONCE))
def test_hostile_links_open(seed):
    for k in range(seed, seed + LINKS_AT_ONCE):
        visit(hostile_query(Random(f"link {k}")))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, MANY_LINKS, LINKS_AT_ONCE))
def test_two_hundred_hostile_links_open(seed):
    for k in range(seed, seed + LINKS_AT_ONCE):
        visit(hostile_query(Random(f"more {k}")))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_random_links_open_every_page(page):
    for k in range(12):
        values = values_of(Random(f"{page} {k}"), SMALL)
        session = Session(**write_link(values))
        session.go(page)
        assert session.until_drawn()
        assert session.complaints == []


def test_a_session_of_random_turns_never_breaks():
    rng, session = Random(11), Session(hidden="6", batch="3")
    for _ in range(20):
        wanted = values_of(rng, SMALL | {"hidden": 6, "batch": 3})
        name = rng.choice([name for name in DEFAULTS if session.shows(name)])
        session.set(name, wanted[name])
        assert session.charts["chart"]["figure"]["data"]
        assert len(session.faults) <= 1
        if session.shows("mend"):
            session.press("mend")
            assert session.faults == []
