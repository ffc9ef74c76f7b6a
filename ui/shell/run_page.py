"""The common part of all pages that show a run: the action row, notices, and a body that follows the controls."""

from collections.abc import Callable, Sequence

import streamlit as st

from cells import RunSettings
from cells.knobs import BadValue
from ui import compute, state
from ui.ask.show import show_question
from ui.cost.budget import check_budget, is_heavy
from ui.export import exportables
from ui.frame import page_name
from ui.glossary import show_terms
from ui.lessons.opening import is_in_lesson
from ui.lessons.panel import beside_lesson
from ui.server.render_lock import RENDER_LOCK
from ui.stage import is_locked, of_whole_page
from ui.views.fields import Values, analysis_view, learn_view, lecture_view, map_view, page_view, run_settings
from ui.views.page import PageView

from .actions import action_row
from .notices import show_complaints, show_fault
from .page_titles import TITLES
from .sidebar_slots import fill, kept_slots
from .waiting_line import seat, show_waiting

Draw = Callable[[RunSettings, PageView], None]
Runs = Callable[[RunSettings, PageView], Sequence[RunSettings]]


def run_page(
    draw: Draw,
    starts: Callable[[], None] | None = None,
    tools: Callable[[], None] | None = None,
    runs: Runs = compute.runs_of,
) -> None:
    """Draw a page; `draw` gets settings that are valid, those of the last valid run where the present ones are not.

    starts  draws the buttons on top that set the page to something worth seeing
    tools   draws what else the page offers above its body
    runs    tells which runs `draw` will make: large ones wait for those of other pages
    """

    places, shown_as = kept_slots(), of_whole_page()

    @st.fragment
    def body() -> None:
        if of_whole_page() != shown_as:
            st.rerun()  # a key fell into one message with what a chart says, for which the body is drawn alone
        with RENDER_LOCK.turn():
            fill(places)
            exportables.begin()
            settings, view = _valid()
            _draw(draw, settings, view, runs(settings, view))

    if not is_locked():
        action_row(None if is_in_lesson() else starts)
    show_complaints()
    if tools and not is_locked():
        tools()
    body()
    if not is_locked():
        show_terms(TITLES[page_name()].terms)


def _draw(draw: Draw, settings: RunSettings, view: PageView, ahead: Sequence[RunSettings]) -> None:
    """Draw the page's body, or the line it waits in with the runs that are ahead of it."""
    with seat(ahead) as before:
        if before:
            show_waiting(ahead, before)
            return
        with beside_lesson(settings, view, page_name()):
            if not show_question(settings, view):
                draw(settings, view)
    if not is_heavy(ahead):
        st.session_state.light = state.drawn()


def _valid() -> tuple[RunSettings, PageView]:
    values = state.values()
    try:
        _check(values)
        st.session_state.drawn = values
        state.publish()
    except BadValue as error:
        show_fault(error, values)
    shown = state.drawn()
    return run_settings(shown), page_view(shown)


def _check(values: Values) -> None:
    """Raise BadValue where a value is none that its field can hold, or where the run would cost too much."""
    check_budget(run_settings(values))
    for view in (page_view, analysis_view, map_view, learn_view, lecture_view):
        view(values)
