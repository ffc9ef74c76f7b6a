"""All jobs of the lab in this server's store: to open, to pause, to delete."""

import time
from functools import partial

import streamlit as st

import jobs
from lab import runs
from ui.rich_text import as_written
from ui.shell.notices import show_sentence

from .choice import FAULT

MOST = 30  # that are listed


def show_list() -> None:
    """The newest first."""
    try:
        found = runs.all_jobs(runs.store()) if runs.is_any() else []
    except jobs.JobError as error:
        show_sentence(f"{error}.")
        return
    if not found:
        return
    with st.expander(f"All runs ({len(found)})", key="train_jobs"):
        st.caption("Everybody who uses this server sees them, and so does `python backflow.py lab list`.")
        for now in found[:MOST]:
            _row(now)


def _row(now: jobs.JobStatus) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"run {now.id[:8]}"):
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(now.since)) if now.since else "not begun"
        done = f"{now.done} of {now.total} runs"
        st.markdown(f"**{as_written(now.name)}**  \n{now.id[:8]}, {now.state}, {done}, {began}", width="stretch")
        if st.button("Open", key=f"open {now.id[:8]}"):
            st.session_state["train_run"] = now.id[:8]
            st.rerun()
        if now.alive:
            _button("Pause", f"pause {now.id[:8]}", partial(jobs.stop, runs.store(), now.id))
        else:
            _button("Delete", f"delete {now.id[:8]}", partial(jobs.delete, runs.store(), now.id))


def _button(label: str, key: str, act) -> None:
    if st.button(label, key=key):
        try:
            act()
        except jobs.JobError as error:
            st.session_state[FAULT] = str(error)
        st.rerun()
