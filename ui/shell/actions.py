"""The row above the verdict: ways to start on the left; reset, copy link and export on the right."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from ui import state
from ui.ask.button import ask_button
from ui.export.dialog import export_dialog
from ui.export.exportables import offered

from .presets import PRESETS

SCRIPTS = [Path(__file__).with_name(name) for name in ("history.js", "copy_link.js")]


def preset_row() -> None:
    """A button for each preset."""
    for preset in PRESETS:
        st.button(preset.name, help=preset.point, on_click=state.reset, args=(preset.values,), key=preset.name)


def action_row(starts: Callable[[], None] = preset_row) -> None:
    """Buttons to start from, and what can be done with the view."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="actions"):
        with st.container(horizontal=True, gap="xsmall", width="content", key="presets"):
            starts()
        with st.container(horizontal=True, gap="xsmall", width="content", vertical_alignment="center"):
            st.button("Reset", on_click=state.reset, type="tertiary", key="reset")
            ask_button()
            _copy_button()(key="copy_link", height="content", width="content")
            if st.button("Export", type="tertiary", key="export"):
                export_dialog(offered())


@st.cache_resource(show_spinner=False)
def _copy_button():
    html = '<button class="bf-copy" type="button">Copy link</button>'
    js = "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    return component("backflow_copy", html=html, js=js, isolate_styles=False)
