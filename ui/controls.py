"""The sidebar: one widget for each value that applies, made from the field's own declaration."""

import streamlit as st

from . import own_input, own_times, state
from .compute import marks_of
from .fields import DEFAULTS, Values, high_of, knob_of, own_knobs, run_settings
from .widgets import RESHAPING, layer_widget, widget

MARKING = ("cell", "activation", *RESHAPING)  # all that the critical weight scales depend on


def sidebar() -> None:
    """All controls."""
    values = state.values()
    with st.container():  # what comes and goes in it leaves the groups below in their places, and so open
        _main(values)
    _group("Network", ["hidden", "layers", "batch", *(["inputs"] if _has_inputs(values) else [])])
    _group("Initialisation", ["init", "seed", "scale_inputs"])
    with st.expander("Input and loss"):
        own_input.input_widgets(values)
        if values["loss"] != "last":
            widget("loss_reduction")
    _cell_group(values)
    with st.expander("Precision and view"):
        for name in ["precision", *_view_fields(values)]:
            widget(name)
        layer_widget(values["layers"])


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


def _cell_group(values: Values) -> None:
    names = own_knobs(values["cell"])
    if not names:
        return
    with st.expander(f"{knob_of('cell').choices[values['cell']]} knobs"):
        for name in names:
            widget(name)
            if name == "sampling" and values[name] == "own":
                own_times.timestamps_widgets(values)


def _has_inputs(values: Values) -> bool:
    return values["signal"] not in ("tokens", "own")


def _view_fields(values: Values) -> list[str]:
    shown = ["both_losses", "gradient_units", "state_units"]
    gated = ["gates"] if values["cell"] != "rnn" else []
    return [*gated, *shown]


def _marks(values: Values) -> None:
    """The critical weight scales of the present draw: ticks on the slider, and buttons that set it."""
    marks = marks_of(run_settings(DEFAULTS | {name: values[name] for name in MARKING}))
    high = high_of("weight_scale")
    st.html(f'<div class="bf-ticks">{"".join(_tick(mark.value / high) for mark in marks)}</div>')
    with st.container(horizontal=True, gap="xsmall", key="marks"):
        for mark in marks:
            value = {"weight_scale": round(mark.value, 2)}
            text = f"{mark.value:.2f}  {mark.label}"
            st.button(text, help=mark.help, type="tertiary", key=text, on_click=state.put, args=(value,))


def _tick(share: float) -> str:
    """A tick at this share of the slider's track, which is 6 px shorter than its widget on both sides."""
    return f'<i style="left: calc(6px + (100% - 12px) * {share:.4f})"></i>'
