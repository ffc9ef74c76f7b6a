"""Where the app runs: what is computed beside a page can be sent elsewhere, and no page says what is not there."""

import numpy as np
import pytest

from bridge.parcels import packed, unpacked
from cells import CELLS, RunSettings
from tests.ui.analysis_pages import SMALL, on, opened_page, text, until
from tests.ui.sessions import Session
from ui.analysis import compute as analysis_compute
from ui.analysis import oracle
from ui.analysis.measures import MEASURES, measured
from ui.maps import page as maps
from ui.platform import BROWSER
from ui.server import background
from ui.server.background import Works

TINY = {"steps": 6, "hidden": 3, "batch": 2}


def sent(value):
    """As it arrives on the other side."""
    return unpacked(packed(value))


@pytest.fixture
def sent_works(monkeypatch):
    """Every measure of a page, sent as a browser's worker would get it, and its record as it would come back."""
    seen, begin = [], Works()._begins[False]

    def elsewhere(compute, report, seconds):
        seen.append(sent(compute))
        return begin(lambda told: sent(seen[-1](told)), report, seconds)

    works = Works(elsewhere)
    monkeypatch.setattr(background, "works", lambda: works)
    return seen


@pytest.mark.parametrize("page", ["credit", "jacobians", "paths", "gate", "fan", "table", "equations", "phase"])
def test_what_a_page_computes_can_be_sent_and_its_record_drawn(page, sent_works):
    session = on(page, cell="phased_lstm", steps="7", hidden="3", map_size="3", seeds="20", layers="2")
    until(session, lambda: session.charts)
    assert sent_works


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", [name for name in MEASURES if "combinations" not in name and name != "fan"])
def test_a_record_arrives_as_it_was_sent(name, cell):
    looked = opened_page(cell=cell, **TINY)
    try:
        record = measured(name, looked.settings, 0, looked.look, lambda share: None)
    except analysis_compute.DoesNotApply:
        return
    assert repr(sent(record)) == repr(record)


@pytest.fixture
def in_a_browser(monkeypatch):
    monkeypatch.setattr(oracle, "PLATFORM", BROWSER)
    monkeypatch.setattr(maps, "PLATFORM", BROWSER)


def test_without_processes_autograd_is_unfit_and_the_other_oracles_answer(in_a_browser):
    found = oracle.all_checks(RunSettings(**TINY), lambda share: None)
    (only,) = [check for check in found.checks if check.oracle == oracle.NAME]
    assert "python backflow.py" in only.unfit
    assert found.worst("complex step") < 1e-9 and np.isfinite(found.worst("difference quotient"))


def test_without_processes_a_large_map_says_where_it_can_be_had(in_a_browser):
    session = Session(**SMALL | {"map_size": "60"})
    session.go("phase")
    until(session, lambda: "python backflow.py" in "".join(box.value for box in session.app.info))
    assert "60 × 60 = 3600 points" in session.app.info[0].value and not session.shows("map start")
    assert "Maps that ran as jobs" not in text(session)
