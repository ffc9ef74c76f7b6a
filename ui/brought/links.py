"""Views of links that wait for a file: they return when it is brought."""

import streamlit as st

from ui import state
from ui.link.link import read_link
from ui.shell.notices import show_sentence
from ui.views.brought import awaited


def brings_back() -> bool:
    """Show the view of a link that waited for this file; whether there was one."""
    query = st.session_state.get("awaited")
    if not query or awaited(query):
        return False
    found, complaints = read_link(query)
    state.put(found)
    st.session_state.complaints, st.session_state.awaited = complaints, None
    return True


def show_fault(key: str) -> None:
    """Show what was wrong with the last file, until a good one comes."""
    fault = st.session_state.get(key)
    if fault:
        show_sentence(fault)
