"""Show how far a computation beside the page is; the page is drawn again when it is done."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from ui.platform import PLATFORM
from ui.server.background import Work, visitor
from viz.words import percent

Cancel = Callable[[], None]


@st.fragment(run_every=PLATFORM.glance)
def show_progress(
    key: str, text: str, *works: Work, width: int | Literal["stretch"] = "stretch", cancel: Cancel | None = None
) -> None:
    """Show how far the first of them is; the page is drawn again when any is done, or at once when it is cancelled."""
    for work in works:
        work.wanted_by(visitor())
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key} progress"):
        st.progress(works[0].share, text=f"{text}: {percent(round(works[0].share, 2))}", width=width)
        if cancel and st.button("Cancel", key=f"{key} cancel"):
            cancel()
            st.rerun()
    if any(work.future.done() for work in works):
        st.rerun()
