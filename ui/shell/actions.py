"""The rows above the verdict: what the page answers; reset, ask, copy link and export; ways to start."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from ui import state
from ui.ask.button import ask_button
from ui.export.dialog import export_dialog
from ui.export.exportables import offered
from ui.frame import page_name

from .page_titles import show_title

SCRIPTS = [Path(__file__).with_name(name) for name in ("history.js", "copy_link.js")]


def action_row(starts: Callable[[], None] | None = None) -> None:
    """Show what the page answers, what can be done with the view, and below both the buttons to start from, if any."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="actions"):
        with st.container(width="stretch", gap=None, key="page_title"):
            show_title(page_name())
        with st.container(horizontal=True, gap="xsmall", width="content", vertical_alignment="center", key="page_acts"):
            st.button("Reset", on_click=state.reset, type="tertiary", key="reset")
            ask_button()
            copy_link_button()
            if st.button("Export", type="tertiary", key="export"):
                export_dialog(offered())
    if starts:
        with st.container(horizontal=True, gap="xsmall", key="presets"):
            starts()


def copy_link_button() -> None:
    """A button that copies the address of what is shown."""
    _copy_button()(key="copy_link", height="content", width="content")


@st.cache_resource(show_spinner=False)
def _copy_button():
    html = '<button class="bf-copy" type="button">Copy link</button>'
    js = "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    return component("backflow_copy", html=html, js=js, isolate_styles=False)
