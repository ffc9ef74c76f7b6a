"""Lecture mode and pages inside others: chosen controls, links that keep them, steps that leave them as they are."""

import pytest

from tests.ui.sessions import Session
from ui.lessons.library import lessons
from ui.lessons.opening import step_at
from ui.lessons.views import page_names
from ui.link.link import read_link, write_link
from ui.stage import ASKED, is_locked
from ui.views.fields import DEFAULTS
from ui.views.lecture import CONTROLS


def shown(session):
    return [name for name in CONTROLS if session._has(name)]


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_can_be_chosen_by_a_link(name):
    values, complaints = read_link({"show": [name], "lecture": ["on"]})
    assert (values["show"], values["lecture"], complaints) == ((name,), True, [])
    assert write_link(values) == {"show": name, "lecture": "on"}


@pytest.mark.parametrize(
    ("text", "kept", "sentence"),
    [
        ("cel,steps", ("steps",), "show holds 'cel', which is no control (did you mean cell?); show = steps"),
        ("pins", ("none",), "show holds 'pins', which is no control (did you mean"),
        ("Cell", ("none",), "show holds 'Cell', which is no control (did you mean cell?); none is used instead."),
        ("cell,,steps", ("cell", "steps"), "show holds '', which is no control; cell,steps is used instead."),
        ("none,cell", ("cell",), "show holds 'none', which is no control"),
    ],
)
def test_a_name_that_is_no_control_gets_a_sentence_and_the_others_stay(text, kept, sentence):
    values, (complaint,) = read_link({"show": [text]})
    assert values["show"] == kept
    assert complaint.startswith(sentence.replace("show = steps", "steps"))


def test_a_lecture_shows_the_chosen_controls_and_no_others():
    session = Session(lecture="on", show="cell,weight_scale,forget_bias")
    assert shown(session) == ["cell", "weight_scale"]
    session.app.session_state.cell = "lstm"
    session.run()
    assert set(shown(session)) == {"cell", "weight_scale", "forget_bias"}
    assert session.says_verdict


def test_without_a_lecture_they_stand_in_the_sidebar_and_work():
    session = Session(show="weight_scale")
    assert shown(session) == ["weight_scale"]
    session.set("weight_scale", 2.0)
    assert session.query == {"show": "weight_scale", "weight_scale": "2"}
    session.press("reset")
    assert session.query == {"show": "weight_scale"}


@pytest.mark.parametrize("page", page_names())
def test_no_control_at_all_leaves_every_page_whole(page):
    session = Session(lecture="on", show="none", steps="12", hidden="4")
    session.go(page)
    assert session.until_drawn() and shown(session) == []


def test_the_next_step_of_a_lesson_keeps_the_lecture():
    session = Session(lecture="on", show="cell", think="30", lesson="02-why-it-vanishes")
    session.press("step next")
    assert session.value("lesson_step") == 2
    assert [session.value(name) for name in ("lecture", "show", "think")] == [True, ("cell",), 30]
    assert not session._has("step again"), "the step is as it was written"


def test_many_steps_at_once_are_as_many_single_ones():
    all_lessons = lessons()
    for lesson in all_lessons:
        for number in range(1, len(lesson.steps) + 1):
            one, place = (lesson, number), (lesson, number)
            for by in range(12):
                assert step_at(lesson, number, by) == place, (lesson.name, number, by)
                place = step_at(*place, 1)
            assert step_at(*one, 0) == one
            assert step_at(*one, -number) == step_at(*one, 1 - number) == (lesson, 1)
    last = all_lessons[-1]
    assert step_at(last, len(last.steps), 1) == (last, len(last.steps))


def test_turns_that_were_asked_for_are_made_once_and_the_lost_ones_with_the_next():
    session = Session(lecture="on", lesson="02-why-it-vanishes")
    for asked, step in ((2, 3), (3, 4), (1, 2)):  # all turns so far: the message of the first press was lost
        session.app.session_state[ASKED] = asked
        session.run()
        session.run()
        assert session.value("lesson_step") == step


def test_a_page_inside_another_offers_no_way_elsewhere(monkeypatch):
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.is_embedded", True)
    session = Session(show="cell")
    assert is_locked() and shown(session) == ["cell"]
    assert not any(session._has(key) for key in ("reset", "ask_choice", "copy_link", "export", "pin", "examples"))
    assert session.says_verdict and "show" not in DEFAULTS["show"]
