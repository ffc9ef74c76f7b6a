"""A map that runs as a job: started, watched, stopped and resumed on the page; and the list of all of them."""

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from cells import RunSettings
from cells.analysis.maps import MapPlan
from cells.words import duration
from jobs import JobError, JobStatus
from ui import state
from ui.cost.map_plan import points, seconds, values_of
from ui.rich_text import as_written
from ui.shell.notices import show_sentence
from ui.views.fields import DEFAULTS

from . import map_jobs
from .map_live import Progress, first_look
from .show import show_first_look, show_map

POLL = 1.0  # seconds between two looks at a job
REDRAW = 3.0  # seconds between two pictures of a map that fills
LONGEST = 24 * 3600.0  # seconds of one core that a job may take
FAULT = "map job fault"  # what could not be done, until it is told
TOLD = "map job fault told"  # that the page has just said so


def show_job(plan: MapPlan, settings: RunSettings) -> None:
    """A large map: what of it is finished, or a first look."""
    now, known = _known(plan)
    show_map(known.found, settings, partial(_above, plan, now), partial(show_first_look, known.work))


def _known(plan: MapPlan) -> tuple[JobStatus | None, Progress]:
    """Return the job, if there is one, and its finished rows or a first look.

    One sentence where the store cannot be used.
    """
    try:
        now = map_jobs.status(plan)
        if now and now.done:
            return now, Progress(map_jobs.found(plan, now))
    except JobError as error:
        now = None
        st.session_state[FAULT] = str(error)
    return now, first_look(plan)


def _above(plan: MapPlan, now: JobStatus | None) -> None:
    """How the job is doing, and what can be done about it, until it is done."""
    _show_fault()
    if now is None or now.state != "done":
        with st.container(horizontal=True, vertical_alignment="center", key="map_job"):
            _status(plan, now)


def _status(plan: MapPlan, now: JobStatus | None) -> None:
    if now is None:
        _offer(plan)
    elif now.alive:
        _watch(plan, time.monotonic(), now.done)
    else:
        st.markdown(as_written(now.message), width="content", help=map_jobs.where())
        _button("Resume", "map resume", partial(map_jobs.start, plan))


def _offer(plan: MapPlan) -> None:
    """Show what a job would compute and take, and a button that starts it."""
    rows, columns = plan.shape
    size, span = f"{columns} × {rows} = {points(plan)} points", duration(seconds(plan))
    if seconds(plan) > LONGEST:
        most = duration(LONGEST).removeprefix("about ")
        st.markdown(f"{size} would take {span} of computing, more than {most}: choose fewer values, or a smaller run.")
        return
    told = f"{size} run as a job, {span} of computing. It goes on when this tab is closed."
    st.markdown(told, width="content", help=map_jobs.where())
    _button("Start the job", "map start", partial(map_jobs.start, plan))


@st.fragment(run_every=POLL)
def _watch(plan: MapPlan, drawn: float, done: int) -> None:
    """A bar that follows the job; the map is drawn again as it fills, and when the job ends."""
    try:
        now = map_jobs.status(plan)
    except JobError:  # the page says why
        now = None
    if now is None or not now.alive or (now.done > done and time.monotonic() - drawn > REDRAW):
        st.rerun()
    left = f", {duration(now.eta)} left" if now.eta else ""
    with st.container(horizontal=True, vertical_alignment="center", key="map_running"):
        st.progress(now.progress, text=f"{now.state.capitalize()}: {now.done} of {now.total} rows{left}")
        if now.state != "stopping":
            _button("Stop", "map stop", partial(map_jobs.stop, now.id))


def show_jobs() -> None:
    """All maps that ever ran as jobs here."""
    _show_fault()
    told = st.session_state.pop(TOLD, False)
    try:
        found = map_jobs.all_jobs()
    except JobError as error:
        if not told:
            show_sentence(f"{error}.")
        return
    if not found:
        return
    with st.expander(f"Maps that ran as jobs ({len(found)})", key="map_jobs"):
        st.caption(f"{map_jobs.where()} Everybody who uses this server sees them.")
        for job in found:
            _row(job)


def _row(job: map_jobs.MapJob) -> None:
    now = job.status
    with st.container(horizontal=True, vertical_alignment="center", key=f"job {now.id[:8]}"):
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(now.since)) if now.since else "not begun"
        done = f"{now.done} of {now.total} rows"
        st.markdown(f"**{as_written(now.name)}**  \n{now.state}, {done}, {began}", width="stretch")
        if job.plan and st.button("Open", key=f"open {now.id[:8]}"):
            state.put_next(values_of(job.plan, DEFAULTS))
            st.rerun()
        if now.alive:
            _button("Stop", f"stop {now.id[:8]}", partial(map_jobs.stop, now.id))
        else:
            _button("Delete", f"delete {now.id[:8]}", partial(map_jobs.delete, now.id))


def _button(label: str, key: str, act: Callable[[], None]) -> None:
    """A button; why it could not do its work is told after the page is drawn again."""
    if st.button(label, key=key):
        try:
            act()
        except JobError as error:
            st.session_state[FAULT] = str(error)
        st.rerun()


def _show_fault() -> None:
    if fault := st.session_state.pop(FAULT, ""):
        show_sentence(f"{fault}.")
        st.session_state[TOLD] = True
