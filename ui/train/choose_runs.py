"""Which run of a job is shown, and which others are drawn beside it, of this job or of any other."""

from typing import Any

import streamlit as st

from cells.knobs import BadValue
from jobs import JobError
from jobs.store import default_home
from lab import runs

from .stored import Opened, places_of

RUN = "train_run"  # as the link calls it: a job, or one run of it
SEEN = "train_run_seen"  # the same, as the choice has followed it
BESIDE_NEXT = "train_beside_next"  # the names of runs that are to be drawn beside the next one
BESIDE = 5  # runs that are drawn beside one
NEAR = 12  # other jobs whose runs are offered
FEW = 8  # runs that stand side by side
WIDTH = 420  # px


def choose_run(job: Opened) -> runs.Place:
    """The run that is shown: the one that the link names to begin with, and the link names the one that is chosen."""
    by_tile = {place.tile: place for place in job.places}
    key = f"train_place {job.id}"
    if st.session_state.get(SEEN) != st.session_state.get(RUN):
        st.session_state[key] = job.asked
    tile = _tile(job, key) if len(by_tile) > 1 else 0
    name = f"{job.id}.{tile}" if tile else job.id
    st.session_state[RUN] = st.session_state[SEEN] = name
    if st.query_params.get("run") != name:
        st.query_params["run"] = name
    return by_tile[tile]


def _tile(job: Opened, key: str) -> int:
    labels = {place.tile: place.label for place in job.places}
    names: dict[str, Any] = {"format_func": lambda tile: labels[tile], "label_visibility": "collapsed", "key": key}
    if len(labels) > FEW:
        return st.selectbox("Run", list(labels), width=WIDTH, **names) or 0
    return st.segmented_control("Run", list(labels), required=True, **names) or 0


def choose_beside(job: Opened, place: runs.Place) -> list[runs.Place]:
    """Up to five other runs to be drawn beside the one that is shown: those of this job, then those of the newest."""
    offers = _offers(job, place)
    if not offers:
        return []
    key = "train_beside"
    asked = st.session_state.pop(BESIDE_NEXT, None) or st.session_state.get(key) or ()
    kept = [name for name in asked if name in offers]
    if kept != st.session_state.get(key, []):
        st.session_state[key] = kept  # of runs that were deleted, or that are now shown themselves
    words = {"format_func": lambda name: offers[name][0], "placeholder": "Compare with other runs"}
    how: dict[str, Any] = {"label_visibility": "collapsed", "key": key}
    chosen = st.multiselect("Compare with", list(offers), max_selections=BESIDE, **words, **how)
    return [offers[name][1] for name in chosen]


def _offers(job: Opened, shown: runs.Place) -> dict[str, tuple[str, runs.Place]]:
    """Return the runs that may be compared with the one that is shown, in words, by their names."""
    found = {place.name: (place.label, place) for place in job.places if place.tile != shown.tile}
    for job_id, title in list(job.others.items())[:NEAR]:
        found |= {place.name: (f"{title}: {place.label}", place) for place in _places(job_id)}
    return found


def _places(job_id: str) -> list[runs.Place]:
    """Return the runs of another job; none where its row is damaged."""
    try:
        return places_of(job_id, str(default_home()))
    except (JobError, BadValue):
        return []
