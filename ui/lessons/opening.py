"""Opening a step: its view on its page, whatever the page showed before; and whether the page still shows it."""

import streamlit as st

from ui import state
from ui.views.fields import DEFAULTS, Values, learn_view
from ui.views.lecture import OF_THE_AUDIENCE

from .learn_view import LearnView
from .library import NONE, lesson_of, next_lesson
from .record import Lesson, Step
from .views import page_file, read_view

OF_THE_READER = ("own", "timestamps", *OF_THE_AUDIENCE)  # brought, or chosen for a room; in no lesson
UNCOMPARED = (*OF_THE_READER, "lesson", "lesson_step")


def step_values(lesson: Lesson, number: int) -> Values:
    """Return all values of a step's view; what the reader brought stays."""
    step = lesson.steps[number - 1]
    mine = {name: value for name, value in read_view(step.view).values.items() if name not in OF_THE_READER}
    return mine | {"lesson": lesson.name, "lesson_step": number, "ask": step.guess or NONE}


def open_step(lesson: Lesson, number: int, also: Values | None = None) -> None:
    """Go to a step: its page, with its values, and what else is to be remembered. Does not return."""
    state.put_next(step_values(lesson, number) | {"complaints": []} | (also or {}))
    st.switch_page(page_file(read_view(lesson.steps[number - 1].view).page))


def turn_steps(by: int, done: Values) -> None:
    """Go so many steps on or back, from a lesson's last step to the first of the next lesson; `done` is put with it."""
    if found := open_lesson(learn_view(state.values())):
        here = found[:2]
        there = step_at(*here, by)
        if there != here:
            open_step(*there, done)
    state.put(done)


def step_at(lesson: Lesson, number: int, by: int) -> tuple[Lesson, int]:
    """Return the step that lies so many after this one, or before it where `by` is negative.

    After a lesson comes the next one, after the last one nothing, and nothing before the first step of any.
    """
    wanted, after = max(1, number + by), next_lesson(lesson.name)
    if wanted <= len(lesson.steps):
        return lesson, wanted
    return step_at(after, 0, wanted - len(lesson.steps)) if after else (lesson, len(lesson.steps))


def close_lesson() -> None:
    """Leave the lesson; the view stays as it is, and asks nothing any more."""
    state.put({"lesson": NONE, "lesson_step": 1, "ask": NONE})


def open_lesson(learn: LearnView) -> tuple[Lesson, int, Step] | None:
    """Return the lesson that is open, with its step and the step's number; None where none is."""
    lesson = None if learn.lesson == NONE else lesson_of(learn.lesson)
    if lesson is None or not lesson.steps:
        return None
    number = min(learn.lesson_step, len(lesson.steps))
    return lesson, number, lesson.steps[number - 1]


def is_in_lesson() -> bool:
    """Return whether a lesson is open."""
    return open_lesson(learn_view(state.values())) is not None


def is_at_step(lesson: Lesson, number: int, page: str) -> bool:
    """Return whether the page shows the step's view as it was written."""
    wanted, present = step_values(lesson, number), state.values()
    same = all(present[name] == wanted.get(name, DEFAULTS[name]) for name in DEFAULTS if name not in UNCOMPARED)
    return same and page == read_view(lesson.steps[number - 1].view).page
