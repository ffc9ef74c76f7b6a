"""The body of the page: the plan that is asked for, computed here or as a job; one sentence where it is none."""

from functools import partial

import streamlit as st

from cells import RunSettings
from cells.analysis.maps import MapPlan
from cells.knobs import BadValue
from ui import compute, state
from ui.cost.map_plan import check_cost, is_large, plan_of, points
from ui.link.link import as_text
from ui.platform import COMMAND, PLATFORM
from ui.rich_text import as_written
from ui.shell.notices import show_sentence
from ui.shell.progress_bar import show_progress
from ui.views.fields import DEFAULTS, map_view
from ui.views.maps import MapView
from ui.views.page import PageView

from .map_live import Progress, cancel, first_look, go_on, live_map
from .show import BAR, show_first_look, show_map

LAST = "map plan"


def draw(settings: RunSettings, view: PageView) -> None:
    """The map of the present settings."""
    plan = _plan(settings, compute.layer_of(settings, view))
    if not is_large(plan):
        _show_live(plan, settings)
    elif PLATFORM.processes:
        from .job_panel import show_job  # with it come the cluster and its store

        show_job(plan, settings)
    else:
        _show_first_look(plan, settings)


def show_jobs() -> None:
    """All maps that ever ran as jobs here, if any can."""
    if PLATFORM.processes:
        from .job_panel import show_jobs

        show_jobs()


def _show_first_look(plan: MapPlan, settings: RunSettings) -> None:
    """Show what of a large map is to be had without processes, and where the rest is."""
    look = first_look(plan)
    show_map(look.found, settings, partial(_show_elsewhere, plan), partial(show_first_look, look.work))


def _show_elsewhere(plan: MapPlan) -> None:
    rows, columns = plan.shape
    size = f"{columns} × {rows} = {points(plan)} points of this size"
    st.info(f"{size} need a job, which a browser cannot run: open this link in an app started with `{COMMAND}`.")


def _plan(settings: RunSettings, layer: int | None) -> MapPlan:
    """Return what is asked for; the last valid plan with a sentence above it where that is none."""
    asked = map_view(state.drawn())
    try:
        plan = plan_of(asked, settings, layer)
        check_cost(plan)
    except BadValue as error:
        _show_fault(error)
        last = st.session_state.get(LAST, MapView())
        try:
            return plan_of(last, settings, layer)
        except BadValue:  # another cell by now
            return plan_of(MapView(), settings, layer)
    st.session_state[LAST] = asked
    return plan


def _show_fault(error: BadValue) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="map_fault"):
        show_sentence(f"{error}. The map below is the last valid one.")
        nearest = DEFAULTS[error.field] if error.nearest is None else error.nearest
        if st.button(f"Use {as_written(as_text(error.field, nearest))}", key="map mend"):
            state.put_next({error.field: nearest})
            st.rerun()


def _show_live(plan: MapPlan, settings: RunSettings) -> None:
    try:
        progress = live_map(plan)
    except BadValue as error:
        show_sentence(f"{error}. No point of this map is a possible run.")
        return
    show_map(progress.found, settings, lambda: None, partial(_status, plan, progress))


def _status(plan: MapPlan, progress: Progress) -> None:
    if progress.work:
        show_progress("map", f"Computing {points(plan)} points", progress.work, width=BAR, cancel=partial(cancel, plan))
    elif progress.cancelled and st.button("Compute the rest", key="map go on"):
        go_on(plan)
        st.rerun()
