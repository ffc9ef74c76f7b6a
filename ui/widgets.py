"""One widget for one value, made from the declaration of its field."""

from typing import Any

import streamlit as st

from cells.knobs import Knob

from .fields import DEFAULTS, high_of, knob_of
from .run_page import redraw

RESHAPING = ("layers", "hidden", "seed", "init")  # they move the critical scales, or what is shown
PLACE: dict[str, Any] = {"persist_state": "session"}


def widget(name: str) -> None:
    """The widget that fits the field's kind."""
    knob, default = knob_of(name), DEFAULTS[name]
    if isinstance(default, bool):
        st.toggle(knob.label, key=name, help=knob.help or None, on_change=_changed, args=(name,), **PLACE)
    elif isinstance(default, str):
        _choice(name, knob)
    else:
        _number(name, knob, type(default))


def _choice(name: str, knob: Knob) -> None:
    choices = dict(knob.choices)
    common: dict[str, Any] = {"key": name, "help": knob.help or None, "format_func": choices.get, **PLACE}
    if len(choices) <= 4:
        st.segmented_control(knob.label, list(choices), required=True, width="stretch", **common)
    else:
        st.selectbox(knob.label, list(choices), **common)


def _number(name: str, knob: Knob, kind: type) -> None:
    low, high = kind(knob.low), kind(high_of(name))
    common: dict[str, Any] = {"key": name, "help": knob.help or None, "on_change": _changed, "args": (name,), **PLACE}
    if name in ("seed", "impulse_step"):
        st.number_input(knob.label, low, high, step=1, **common)
    else:
        step = 1 if kind is int else knob.step or (high - low) / 200
        st.slider(knob.label, low, high, step=step, **common)


def _changed(name: str) -> None:
    """After a change: only the page's body, where nothing in the sidebar depends on the value."""
    if name not in RESHAPING:
        redraw()
