"""Mounts the chart component. A figure goes to the browser as JSON bytes, made once and cached by what asked for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from streamlit.components.v2 import component

from ui.static_files import plotly_file, script_of
from viz.offline import NARROW, SCRUB, ZOOM

HERE = Path(__file__).parent
CHART = "backflow_chart"


def loader() -> str:
    """Return the scripts that give a component Plotly.js, by `await plotly()`, and set a plot large for an audience."""
    scripts = [(HERE / name).read_text(encoding="utf-8") for name in ("plotly.js", "large.js")]
    return "\n".join(scripts).replace("PLOTLY_FILE", plotly_file())


@st.cache_resource(show_spinner=False)
def _component():
    scripts = (SCRUB, NARROW, ZOOM, HERE / "chart.js")
    js = "\n".join([loader(), *(script.read_text(encoding="utf-8") for script in scripts)])
    css = (HERE / "chart.css").read_text(encoding="utf-8")
    parts = [f'<div class="{name}"></div>' for name in ("bf-said", "bf-scrub", "bf-bar")]
    parts.insert(2, '<div class="bf-plot" role="img" tabindex="0" aria-label="A chart, still to be drawn"></div>')
    html = f'<div class="bf-chart">{"".join(parts)}</div>'
    return component(CHART, html=html, css=css, js=script_of("chart", js), isolate_styles=False)


def show_chart(body: bytes, height: int | Literal["content"], key: str, **callbacks) -> None:
    """Mount a chart: body is the JSON of {figure, alt, name, save}, and scrub where it can be dragged."""
    _component()(key=key, data=body, height=height, on_theme_change=lambda: _take_theme(key), **callbacks)


def event_of(key: str, event: str) -> Any:
    """Return what the chart or table of this key was told of an event in the run at hand.

    None where nothing happened, where it is drawn no more, and for what none of ours would tell.
    """
    told = (st.session_state.get(key) or {}).get(event)
    return told if told is not None and EVENTS[event](told) else None


def _is_point(told: Any) -> bool:
    return isinstance(told, dict) and all(isinstance(told.get(axis), int | float) for axis in "xy")


EVENTS: dict[str, Callable[[Any], bool]] = {
    "click": _is_point,
    "keep": lambda told: isinstance(told, int),
    "chosen": lambda told: isinstance(told, int),
    "released": lambda told: isinstance(told, dict),
    "theme": lambda told: told in ("light", "dark"),
}


def _take_theme(key: str) -> None:
    """Keep the theme that a chart found the page in; Streamlit's own word for it is that of the session's start."""
    if theme := event_of(key, "theme"):
        st.session_state.theme = theme
