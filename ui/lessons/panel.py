"""The lesson beside the live figure: its text with the run's numbers, and the way through its steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import streamlit as st

from cells import RunSettings
from ui import compute, state
from ui.views.fields import learn_view
from ui.views.page import PageView

from .library import label_of, next_lesson
from .live import fill
from .opening import close_lesson, is_at_step, open_lesson, open_step
from .progress import keep_progress
from .record import Lesson, Step

SHARES = (5, 11)  # of the width: the lesson, the page


@contextmanager
def beside_lesson(settings: RunSettings, view: PageView, page: str) -> Iterator[None]:
    """Draw what comes inside beside the lesson that is open; alone where none is."""
    found = open_lesson(learn_view(state.values()))
    if found is None:
        yield
        return
    lesson, number, step = found
    with st.container(key="beside_lesson"):
        text, figure = st.columns(SHARES, gap="medium")
    with text, st.container(key="lesson"):
        _show_head(lesson, number)
        _show_text(step, settings, view)
        _show_ways(lesson, number, page)
        keep_progress(lesson.name, number, len(lesson.steps))
    with figure:
        yield


def _show_head(lesson: Lesson, number: int) -> None:
    count, steps = len(lesson.steps), f"Step {number} of {len(lesson.steps)}"
    head = f'<p class="bf-lesson-of"><b>{label_of(lesson.name)}</b> · {escape(lesson.title)}</p>'
    bar = f'<progress class="bf-steps" max="{count}" value="{number}" aria-label="{steps}"></progress>'
    st.html(f'{head}{bar}<h2 class="bf-step">{escape(lesson.steps[number - 1].title)}</h2>')


def _show_text(step: Step, settings: RunSettings, view: PageView) -> None:
    """The text, with the numbers of the run that is shown and of those that are pinned."""
    runs = [compute.trace_of(settings), *(compute.trace_of(pin.settings) for pin in view.pins)]
    st.markdown(fill(step.text, runs))


def _show_ends(lesson: Lesson) -> None:
    """Show what comes after the last step."""
    after = next_lesson(lesson.name)
    if after and st.button(
        f"{label_of(after.name)}", icon=":material/arrow_forward:", key="lesson next", help=after.title
    ):
        open_step(after, 1)
    if st.button("All lessons", icon=":material/check:", key="lesson done"):
        st.switch_page("ui/pages/lessons.py")


def _show_ways(lesson: Lesson, number: int, page: str) -> None:
    """Back, next, and back to the step where the reader has turned something."""
    last = number == len(lesson.steps)
    with st.container(horizontal=True, gap="xsmall", key="lesson_ways"):
        if st.button("Back", icon=":material/arrow_back:", disabled=number == 1, key="step back"):
            open_step(lesson, number - 1)
        if not last and st.button("Next", icon=":material/arrow_forward:", key="step next"):
            open_step(lesson, number + 1)
        if last:
            _show_ends(lesson)
        if not is_at_step(lesson, number, page) and st.button(
            "Back to the step", icon=":material/undo:", help="Sets everything as this step had it.", key="step again"
        ):
            open_step(lesson, number)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="lesson_foot"
    ):
        st.html(f'<p class="bf-step-count">Step {number} of {len(lesson.steps)}</p>', width="content")
        leave = "Leave the lesson; the view stays."
        st.button("Close the lesson", type="tertiary", help=leave, key="close lesson", on_click=close_lesson)
