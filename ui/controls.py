"""The sidebar: one widget for each value that applies, made from the field's own declaration."""

import streamlit as st

from cells.knobs import Knob

from . import own_input, state
from .compute import marks_of
from .fields import DEFAULTS, Values, high_of, knob_of, own_knobs, run_settings
from .run_page import redraw

RESHAPING = ("layers", "hidden", "seed", "init")  # they move the critical scales, or what is shown
PLACE = {"persist_state": "session"}


def sidebar() -> None:
    """All controls."""
    values = state.values()
    _main(values)
    _group("Network", ["hidden", "layers", "batch", *(["inputs"] if _has_inputs(values) else [])])
    _group("Initialisation", ["init", "seed", "scale_inputs"])
    with st.expander("Input and loss"):
        own_input.input_widgets(values)
        if values["loss"] != "last":
            widget("loss_reduction")
    _group(f"{knob_of('cell').choices[values['cell']]} knobs", own_knobs(values["cell"]))
    _group("Precision and view", ["precision", *_view_fields(values)])


def _main(values: Values) -> None:
    widget("cell")
    widget("activation")
    widget("steps")
    widget("weight_scale")
    _marks(values)
    widget("loss")
    if values["loss"] == "chosen":
        own_input.loss_steps_widget(values)


def _group(title: str, names: list[str]) -> None:
    if names:
        with st.expander(title):
            for name in names:
                widget(name)


def _has_inputs(values: Values) -> bool:
    return values["signal"] not in ("tokens", "own")


def _view_fields(values: Values) -> list[str]:
    shown = ["both_losses", "gradient_units", "state_units"]
    gated = ["gates"] if values["cell"] != "rnn" else []
    return [*gated, *shown, *(["layer"] if values["layers"] > 1 else [])]


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
    choices = dict(knob.choices or {})
    common = {"key": name, "help": knob.help or None, "format_func": choices.get, **PLACE}
    if len(choices) <= 4:
        st.segmented_control(knob.label, list(choices), required=True, width="stretch", **common)
    else:
        st.selectbox(knob.label, list(choices), **common)


def _number(name: str, knob: Knob, kind: type) -> None:
    low, high = kind(knob.low or 0), kind(high_of(name) or 0)
    common = {"key": name, "help": knob.help or None, "on_change": _changed, "args": (name,), **PLACE}
    if name in ("seed", "impulse_step"):
        st.number_input(knob.label, low, high, step=1, **common)
    else:
        step = 1 if kind is int else knob.step or (high - low) / 200
        st.slider(knob.label, low, high, step=step, **common)


def _changed(name: str) -> None:
    """After a change: only the page's body, where nothing in the sidebar depends on the value."""
    if name not in RESHAPING:
        redraw()


def _marks(values: Values) -> None:
    """The critical weight scales of the present draw, as buttons that set the slider."""
    try:
        marks = marks_of(run_settings(values).replace(weight_scale=1.0))
    except ValueError:
        return
    with st.container(horizontal=True, gap="xsmall", key="marks"):
        for mark in marks:
            value = {"weight_scale": round(mark.value, 2)}
            text = f"{mark.value:.2f}  {mark.label}"
            st.button(text, help=mark.help, type="tertiary", key=text, on_click=state.put, args=(value,))
