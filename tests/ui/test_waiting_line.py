"""The line of large runs: first come first served, bounded, nobody stuck; and a page that waits says so."""

import pytest

from tests.ui.sessions import Session
from ui.server import memory
from ui.shell import waiting_line as lines
from ui.shell.waiting_line import LINE, Line

LARGE = {"cell": "lstm", "steps": "40", "hidden": "128", "batch": "128"}


def test_pages_get_in_while_their_runs_fit_together():
    line = Line(100)
    assert line.enter("ada", 60) == 0
    assert line.enter("bob", 60) == 1
    assert line.enter("cleo", 10) == 2, "a small one does not overtake"
    line.leave("ada")
    assert line.ahead("bob") == 0 and line.ahead("cleo") == 1
    assert line.enter("bob", 60) == 0 and line.enter("cleo", 10) == 0


def test_one_that_is_larger_than_the_limit_gets_in_alone():
    line = Line(100)
    assert line.enter("ada", 500) == 0
    assert line.enter("bob", 1) == 1
    line.leave("ada")
    assert line.enter("bob", 1) == 0


def test_no_more_than_a_few_are_inside_however_small():
    line = Line(1e9)
    inside = [line.enter(f"reader {k}", 1) == 0 for k in range(6)]
    assert inside == [k < lines.TOGETHER for k in range(6)]


def test_who_shows_no_sign_of_life_is_passed_over():
    line = Line(100, patience=-1)
    line.enter("ada", 100)
    line.enter("gone", 100)
    assert line.enter("bob", 100) == 1


def test_who_leaves_the_line_keeps_nobody_waiting():
    line = Line(100)
    line.enter("ada", 100)
    line.enter("bob", 100)
    line.enter("cleo", 100)
    line.leave("bob")
    assert line.ahead("cleo") == 1 and line.ahead("bob") == 0


def test_less_goes_in_while_the_machine_is_short_of_memory(monkeypatch):
    monkeypatch.setattr(memory.FREE, "share", lambda: memory.LOW / 2)
    line = Line(100)
    assert line.enter("ada", 20) == 0
    assert line.enter("bob", 20) == 1


@pytest.fixture
def full():
    """Somebody's large run is under way."""
    LINE.enter("somebody", 1e12)
    yield
    LINE.leave("somebody")


def test_a_page_that_waits_says_so_and_is_drawn_when_its_turn_comes(full):
    session = Session(**LARGE)
    assert "1 page goes first" in session.app.info[0].value
    assert session.charts == {}
    LINE.leave("somebody")
    session.run()
    assert session.charts["chart"]["figure"]["data"] and not session.app.info


def test_there_is_a_way_out_of_the_line_that_loses_nothing(full):
    session = Session(activation="relu", steps="30")
    session.set("steps", 200)
    for name, value in {"hidden": 128, "batch": 64, "cell": "lstm"}.items():
        session.app.session_state[name] = value
    session.run()
    assert "goes first" in session.app.info[0].value
    session.press("leave line")
    assert session.charts["chart"]["figure"]["data"]
    assert (session.value("activation"), session.value("cell"), session.value("steps")) == ("relu", "rnn", 200)


def test_a_view_seen_before_waits_for_nobody(full):
    LINE.leave("somebody")
    session = Session(**LARGE)
    LINE.enter("somebody", 1e12)
    session.run()
    assert session.charts["chart"]["figure"]["data"]
