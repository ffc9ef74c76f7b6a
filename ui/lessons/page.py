"""The page Lessons: a link to a step opens it; else the list."""

import streamlit as st

from ui import state

from .library import lesson_of
from .opening import open_step
from .progress import lesson_list


def follow_link() -> None:
    """Open the step of a link that was just opened; the menu and the browser's Back come to the list."""
    if state.told(state.ARRIVED) and "lesson" in st.query_params:
        values = state.values()
        _open(values["lesson"], values["lesson_step"])


def open_chosen() -> None:
    """Draw the list and open what is chosen in it."""
    chosen = lesson_list()
    if chosen:
        _open(*chosen)


def _open(name: str, number: int) -> None:
    lesson = lesson_of(name)
    if lesson and lesson.steps:
        open_step(lesson, min(max(number, 1), len(lesson.steps)))
