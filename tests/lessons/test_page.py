"""Lessons in real sessions: every step opens beside the live page, follows the controls, and can be left and found."""

import pytest

from cells import RunSettings, run
from cells.analysis import verdict
from tests.ui.sessions import Session
from ui.lessons.library import lesson_files, lesson_of
from ui.lessons.opening import step_values
from ui.link.link import write_link

STEPS = [(name, number) for name in lesson_files() for number in range(1, len(lesson_of(name).steps) + 1)]
FIRST = "01-one-gradient"


def opened(lesson: str = FIRST, number: int = 1) -> Session:
    """A session at a step, by the link that a reader would share."""
    return Session(**write_link(step_values(lesson_of(lesson), number) | {"lesson": lesson, "lesson_step": number}))


def written(session: Session) -> str:
    return "\n".join(element.value for element in session.app.markdown)


def panel(session: Session) -> str:
    return "\n".join(node.proto.body for node in session.app.get("html"))


def test_a_step_by_its_own_short_link_shows_its_view():
    session = Session()
    session.app.query_params.update({"lesson": FIRST, "lesson_step": "2"})
    session.app.switch_page("ui/pages/lessons.py")
    for name in ("complaints", "lesson", "lesson_step"):
        del session.app.session_state[name]
    session.run()
    wanted = step_values(lesson_of(FIRST), 2)
    assert session.value("hidden") == wanted["hidden"] == 2
    assert session.value("at") == 3
    assert session.value("lesson_step") == 2


def test_the_text_follows_the_run():
    session = opened()
    assert "$W_x = (-0.80,\\ -1.32)$" in written(session).replace("\n", " ")
    session.set("seed", 6)
    assert "-0.80" not in written(session)
    assert session.says_verdict
    assert session.charts["chart"]["alt"]


def test_back_to_the_step_is_offered_once_something_is_turned_and_restores_it():
    session = opened()
    before = session.values
    assert not session.shows("step again")
    session.set("weight_scale", 3.0)
    assert session.shows("step again")
    session.press("step again")
    assert session.values == before
    assert not session.shows("step again")


def test_next_and_back_go_through_the_steps():
    session = opened()
    session.press("step next")
    assert session.value("lesson_step") == 2
    assert session.value("at") == 3
    session.press("step back")
    assert session.value("lesson_step") == 1


def test_what_the_reader_brought_survives_a_lesson():
    session = Session(own="1;2;3", signal="own", steps="3")
    session.app.session_state["next"] = step_values(lesson_of(FIRST), 1)
    session.run()
    assert session.value("own") == ((1.0,), (2.0,), (3.0,))


def test_a_lesson_that_is_closed_leaves_the_view_as_it_is():
    session = opened()
    session.press("close lesson")
    assert session.value("lesson") == "none"
    assert session.value("hidden") == 2
    assert "Step 1 of 7" not in panel(session)


def test_a_preset_keeps_the_lesson_and_its_step():
    session = opened(number=2)
    session.app.session_state["next"] = {"ask": "none"}
    session.press("reset")
    assert (session.value("lesson"), session.value("lesson_step")) == (FIRST, 2)


def test_an_unknown_lesson_is_named_and_the_page_is_there():
    session = Session(lesson="99-nothing")
    assert "lesson = '99-nothing' is none of" in session.complaints[0]
    assert session.says_verdict


def test_a_step_beyond_the_last_is_the_last():
    session = Session(lesson=FIRST, lesson_step="40", hidden="4", steps="5")
    assert "Step 7 of 7" in panel(session)


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "number"), STEPS)
def test_every_step_opens(lesson, number):
    session = opened(lesson, number)
    assert session.complaints == []
    assert f"Step {number} of" in panel(session)
    assert "…" not in written(session)


# ── predict, then reveal


@pytest.mark.parametrize("ask", ["fate", "curve", "half_life"])
def test_a_view_that_asks_shows_no_answer(ask):
    session = Session(ask=ask)
    assert session.question["kind"] == ask
    assert session.charts == {}
    assert not session.says_verdict
    assert session.query == {"ask": ask}


def test_the_answer_is_computed_from_the_run():
    answers = [
        Session(ask="fate", **query).question["answer"] for query in ({}, {"activation": "relu", "weight_scale": "1.8"})
    ]
    assert answers == ["vanish", "explode"]
    assert Session(ask="half_life").question["answer"] == verdict(run(RunSettings())).half_life


def test_once_revealed_the_page_is_there_until_something_else_is_asked():
    session = Session(ask="fate")
    session.app.session_state["revealed question"] = session.question["id"]
    session.run()
    assert session.says_verdict
    session.set("weight_scale", 2.0)
    assert not session.says_verdict


def test_a_lesson_asks_in_its_own_words():
    session = opened(number=5)
    asked = session.question
    step = lesson_of(FIRST).steps[4]
    assert asked["text"] == step.ask
    assert "on average a step keeps 65 %" in asked["why"]


def test_pinned_runs_may_be_seen_before():
    asked = Session(ask="curve", pins="ReLU~activation-relu~weight_scale-1.8").question
    assert [one["name"] for one in asked["known"]] == ["ReLU"]
    assert asked["reach"] >= max(asked["known"][0]["values"])


def test_the_empty_axes_do_not_depend_on_the_answer():
    reaches = {Session(ask="curve", weight_scale=scale).question["reach"] for scale in ("0.2", "1", "3")}
    assert len(reaches) == 1


def test_a_run_without_an_answer_says_so_and_shows_the_page():
    session = Session(ask="fate", loss="chosen", loss_steps="1")
    assert session.says_verdict
    assert "nothing to guess in this run" in session.app.info[0].value
    session.press("stop asking")
    assert session.value("ask") == "none"
