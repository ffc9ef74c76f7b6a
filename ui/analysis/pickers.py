"""Widgets for what is opened: a step, a loss, a unit, a sample. Their ends follow the run."""

import streamlit as st

from ui import state
from ui.chart import event_of
from ui.views.analysis import LIMITS
from ui.views.fields import knob_of

from .selection import Selection

SHOWN = {"at": "step", "loss_at": "loss_step", "unit": "unit", "sample": "sample"}


def pick(name: str, selection: Selection) -> None:
    """A slider from 1 to the last step, unit or sample there is; none where there is only one."""
    most = getattr(selection.settings, LIMITS[name])
    if most == 1:
        return
    knob, key = knob_of(name), f"{name} picked"
    st.session_state[key] = getattr(selection.look, SHOWN[name])
    st.slider(knob.label, 1, most, key=key, help=knob.help, on_change=_take, args=(name, most))


def _take(name: str, most: int) -> None:
    """The last step is kept as 0, so that it stays the last when the length changes."""
    value = state.told(f"{name} picked")
    if value is None:
        return
    state.put({name: 0 if knob_of(name).low == 0 and value == most else value})


def take_click(chart: str, name: str, axis: str, selection: Selection) -> None:
    """A click on a chart chooses the step under it."""
    clicked = event_of(chart, "click")
    if clicked:
        most = getattr(selection.settings, LIMITS[name])
        value = min(max(round(clicked[axis]), 1), most)
        state.put({name: 0 if value == most else value})
