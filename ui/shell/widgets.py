"""One widget for one value, made from the declaration of its field."""

from math import floor, log10
from typing import Any

import streamlit as st

from cells.knobs import Knob
from ui.views.fields import DEFAULTS, Values, high_of, knob_of

ONE_ROW = 24  # letters that buttons side by side hold in the sidebar
PLACE: dict[str, Any] = {"persist_state": "session"}


def widget(name: str) -> None:
    """The widget that fits the field's kind."""
    knob, default = knob_of(name), DEFAULTS[name]
    if isinstance(default, bool):
        st.toggle(knob.label, key=name, help=knob.help or None, **PLACE)
    elif isinstance(default, str):
        _choice(name, knob)
    else:
        _number(name, knob, type(default))


def _choice(name: str, knob: Knob) -> None:
    choices = dict(knob.choices)
    common: dict[str, Any] = {"key": name, "help": knob.help or None, "format_func": choices.get, **PLACE}
    if sum(map(len, choices.values())) <= ONE_ROW:
        st.segmented_control(knob.label, list(choices), required=True, width="stretch", **common)
    else:
        st.selectbox(knob.label, list(choices), **common)


def _number(name: str, knob: Knob, kind: type) -> None:
    low, high = kind(knob.low), kind(high_of(name))
    common: dict[str, Any] = {"key": name, "help": knob.help or None, **PLACE}
    if name in ("seed", "impulse_step"):
        st.number_input(knob.label, low, high, step=1, **common)
    elif name in ("shortest_period", "longest_period"):  # over six decades a slider would have no short stops
        st.number_input(knob.label, low, high, step=0.1, format="%.6g", **common)
    else:
        st.slider(knob.label, low, high, step=1 if kind is int else knob.step or _step(low, high), **common)


def _step(low: float, high: float) -> float:
    """Return a power of ten: one of 100 to 1000 stops, and each of them a short number."""
    return 10.0 ** floor(log10((high - low) / 100))


def fit_layer() -> None:
    """A layer that is gone gives way to the top one."""
    if st.session_state.get("layer", 0) > st.session_state.get("layers", 1):
        st.session_state.layer = 0


def layer_widget(values: Values) -> None:
    """Which layer is shown, 0 for the top one."""
    layers = values["layers"]
    knob = knob_of("layer")
    names = {0: "top"} | {layer: str(layer) for layer in range(1, layers + 1)}
    common: dict[str, Any] = {"key": "layer", "help": knob.help, "format_func": names.get, **PLACE}
    st.segmented_control(knob.label, list(names), required=True, width="stretch", **common)
