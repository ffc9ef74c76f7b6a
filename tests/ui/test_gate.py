"""The gate room in sessions: another cell gives way with nothing lost, and the explored clock becomes the net's."""

import pytest

from tests.ui.analysis_pages import text
from tests.ui.sessions import Session
from ui.views.fields import DEFAULTS

PLATES = {"chart gate_room", "chart open_share", "chart phase", "chart clock_gradient"}
CLOCK = {"clock_tau": "40", "clock_s": "10", "clock_r_on": "0.5", "clock_leak": "0.01"}


def opened_page(**query) -> Session:
    session = Session(**query)
    session.go("gate")
    return session


def drawn(session) -> dict:
    """The charts, once all of them are there."""
    for _ in range(200):
        charts = session.until_drawn()
        if set(charts) >= PLATES:
            return charts
        session.run()
    return session.charts


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_another_cell_is_told_in_one_sentence_and_gives_way_with_nothing_lost(cell):
    session = opened_page(cell=cell, steps="20", hidden="8", activation="relu", weight_scale="1.3")
    before = session.values
    (told,) = [box.value for box in session.app.info]
    assert "has no time gate: this room belongs to the Phased LSTM" in told
    assert set(session.until_drawn()) == {"clock explorer"}
    session.press("switch to phased")
    assert session.values == before | {"cell": "phased_lstm"}
    assert not session.app.info
    assert PLATES | {"clock explorer"} == set(drawn(session))


def test_every_figure_says_what_it_found():
    session = opened_page(cell="phased_lstm", steps="20", hidden="8", leak="0")
    charts = drawn(session)
    assert all(chart["alt"].strip() for chart in charts.values())
    assert "the copy ratio is exactly 1" in text(session)


def test_the_explored_clock_is_part_of_the_link():
    session = opened_page(cell="phased_lstm", **CLOCK)
    meta = session.charts["clock explorer"]["figure"]["layout"]["meta"]["explored"]
    assert meta["clock"] == {"tau": 40.0, "s": 10.0, "r_on": 0.5, "leak": 0.01}
    assert len(meta["samples"]) == 50
    assert session.query == {"cell": "phased_lstm"} | CLOCK


def test_use_these_gives_every_unit_the_explored_clock():
    session = opened_page(cell="lstm", forget_bias="2", **CLOCK)
    session.press("use clock")
    changed = {name: value for name, value in session.values.items() if value != DEFAULTS[name]}
    assert changed == {
        "cell": "phased_lstm",
        "forget_bias": 2.0,
        "shortest_period": 40.0,
        "longest_period": 40.0,
        "shift_spread": 0.25,
        "open_ratio": 0.5,
        "leak": 0.01,
        "clock_tau": 40.0,
        "clock_s": 10.0,
        "clock_r_on": 0.5,
        "clock_leak": 0.01,
    }
    assert session.faults == []


def test_the_order_of_the_units_is_a_choice_in_the_link():
    session = opened_page(cell="phased_lstm", steps="20", hidden="8")
    before = drawn(session)["chart gate_room"]
    session.set("order", "phase")
    after = drawn(session)["chart gate_room"]
    assert session.query["order"] == "phase"
    assert before["figure"]["data"][0] != after["figure"]["data"][0]


def test_conventions_are_switches_with_their_sources():
    session = opened_page(cell="phased_lstm")
    for name in ("shift_sign", "leak", "at_test", "output"):
        assert "Neil, Pfeiffer, Liu 2016" in session.widget(name).help
