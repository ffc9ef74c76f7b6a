"""How a job stands, on one line, with the buttons that pause it, go on with it, or bring a run further by hand."""

from collections.abc import Callable
from functools import partial

import streamlit as st

import jobs
from cells.words import duration
from lab import runs
from lab.stepping import end, step
from ui.rich_text import as_written
from ui.server.render_lock import RENDER_LOCK

from .choice import FAULT
from .stored import has_ended

BAR = 380  # px


def show_status(now: jobs.JobStatus, place: runs.Place, fault: str) -> None:
    """How far it is, and what can be done about it."""
    if now.alive:
        st.progress(min(1.0, now.progress), text=_under_way(now), width=BAR)
        if now.state != "stopping":
            _button("Pause", "train_pause", partial(jobs.stop, runs.store(), now.id))
    elif now.state != "done" or fault:
        _paused(now, place, fault)


def _under_way(now: jobs.JobStatus) -> str:
    """Return how far it is, in words; one run alone is counted by its bar."""
    state = now.state.capitalize()
    told = [state if now.total == 1 else f"{state}: {now.done} of {now.total} runs are done"]
    told += [now.waits_for] if now.waits_for else [f"{duration(now.eta)} left"] if now.eta else []
    return ", ".join(told)


def _paused(now: jobs.JobStatus, place: runs.Place, fault: str) -> None:
    """Why nothing is at work, and the ways on: all runs, one update of the run that is shown, or its end."""
    if now.state != "done":
        st.markdown(as_written(_why(now)), width="content")
    _button("Go on", "train_go_on", partial(runs.go_on, runs.store(), now.id))
    if now.state == "done" or has_ended(place):
        return
    _button("Step once", "train_step", partial(_beside_others, step, place, "One more update …"))
    if not fault:
        told = "Ends the run that is shown at this update, measured on the test data; it cannot go on."
        _button("End here", "train_end", partial(_beside_others, end, place, "Measuring it on the test data …"), told)


def _why(now: jobs.JobStatus) -> str:
    """Return why nothing is at work, as a sentence; a pause that was asked for needs no reason."""
    why, counted, _ = now.message.rpartition(f": {now.done} of {now.total} runs")
    if now.state not in ("stopped", "interrupted") or not counted:
        return now.message
    if now.total == 1:
        return f"{why.replace('Stopped', 'Paused')}; it goes on from its last checkpoint."
    ended = f"{now.done} of {now.total} runs {'has' if now.done == 1 else 'have'} ended"
    return f"{why.replace('Stopped', 'Paused')}: {ended}; the others go on from their last checkpoints."


def _beside_others(act: Callable[[runs.Place], object], place: runs.Place, told: str) -> None:
    """Do something with the run that is shown; it takes a process two seconds to start."""
    RENDER_LOCK.step_aside()
    with st.spinner(told):
        act(place)


def _button(label: str, key: str, act: Callable[[], object], told: str = "") -> None:
    """A button; why it could not do its work is told when the page is drawn again."""
    if st.button(label, key=key, help=told or None):
        try:
            act()
        except jobs.JobError as error:
            st.session_state[FAULT] = str(error)
        st.rerun()
