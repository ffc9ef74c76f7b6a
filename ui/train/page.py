"""The body of the page Train; a link's `run` opens a run for anyone."""

import streamlit as st

from ui import state
from ui.rich_text import as_written
from ui.shell.actions import copy_link_button
from ui.shell.page_titles import show_title

from .choice import FAULT, choose
from .choose_runs import RUN
from .listed import show_list
from .show import show_job


def draw() -> None:
    """Draw what to train, the run that is open, and all others."""
    _follow_link()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="actions"):
        with st.container(width="stretch", gap=None, key="page_title"):
            show_title("train")
        copy_link_button()
    if fault := st.session_state.pop(FAULT, ""):
        st.error(as_written(f"{fault.rstrip('.')}."), icon=":material/error:")
    choose(bool(st.session_state.get(RUN)))
    if name := st.session_state.get(RUN):
        show_job(name)
    show_list()


def _follow_link() -> None:
    """Open the run of a link that was just opened, or gone back to; else the link follows what is open."""
    query = st.query_params.get("run", "")
    if query and (state.told(state.ARRIVED) or state.went_through_history() or not state.told(RUN)):
        st.session_state[RUN] = query
    wanted = {"run": state.told(RUN)} if state.told(RUN) else {}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
