"""The sidebar: one widget for each value that applies, made from the field's own declaration."""

from collections.abc import Sequence

import streamlit as st

from ui import state
from ui.compute import critical_scales_of
from ui.link.link_parser import applies
from ui.shell.notices import as_written
from ui.shell.sidebar_slots import RESHAPING, begin, keep_slot
from ui.shell.widgets import fit_layer, widget
from ui.stage import is_lecture, is_locked
from ui.views.fields import DEFAULTS, Values, high_of, lecture_view, run_settings
from ui.views.lecture import NOTHING

from .groups import show_control, show_groups
from .own_input import loss_steps_widget

ASKED_MARKS = ("critical_scale", "spectral_radius", "sigma_max")  # a mark would tell
CHOSEN_WIDTH = 360  # px of a control that stands alone
MARKING = ("cell", "activation", "network", *RESHAPING)  # all that the critical weight scales depend on


def controls(page: str) -> None:
    """Draw the controls of the page of this title: all in the sidebar, or those that the link chose."""
    begin(page)
    fit_layer()
    values = state.values()
    chosen = lecture_view(values).show
    if is_lecture() or is_locked():
        with st.container(horizontal=True, gap="medium", key="chosen_controls"):
            _chosen(chosen, values)
        return
    with st.sidebar:
        if chosen:
            _chosen(chosen, values)
        else:
            _all(values)


def _all(values: Values) -> None:
    with st.container():  # what comes and goes in it leaves the groups below in their places, and so open
        _main(values)
    show_groups(values)


def _chosen(names: Sequence[str], values: Values) -> None:
    """Draw the controls of these names that the present cell and input have."""
    for name in names:
        if name != NOTHING and applies(name, values):
            with st.container(width=CHOSEN_WIDTH):
                show_control(name, values)


def _main(values: Values) -> None:
    if values["network"] is None:
        widget("cell")
    else:
        _brought(values["network"].source)
    widget("activation")
    keep_slot(_numbers)
    _marks(values)
    widget("loss")
    if values["loss"] == "chosen":
        loss_steps_widget(values)


def _brought(source: str) -> None:
    """Whose weights these are, in place of the choice of a cell, and the way back to drawn ones."""
    st.markdown(f"Weights: **{as_written(source)}**")
    st.button("Draw weights instead", key="draw_weights", on_click=state.put, args=({"network": None},))


def _numbers() -> None:
    widget("steps")
    widget("weight_scale")


def _marks(values: Values) -> None:
    """The critical weight scales of the present draw: ticks on the slider, and buttons that set it.

    None while they are asked for.
    """
    if values["ask"] in ASKED_MARKS:
        return
    network = values["network"]  # what reads it out is no part of them
    decisive = {name: values[name] for name in MARKING} | {"network": network and network.without_readout()}
    marks = critical_scales_of(run_settings(DEFAULTS | decisive))
    high = high_of("weight_scale")
    st.html(f'<div class="bf-ticks">{"".join(_tick(mark.value / high) for mark in marks)}</div>')
    with st.container(horizontal=True, gap="xsmall", key="marks"):
        for mark in marks:
            value = {"weight_scale": round(mark.value, 2)}
            text = f"{mark.value:.2f}: {mark.label}"
            st.button(text, help=mark.help, type="tertiary", key=text, on_click=state.put, args=(value,))


def _tick(share: float) -> str:
    """Return a tick at this share of the slider's track, which is 6 px shorter than its widget on both sides."""
    return f'<i style="left: calc(6px + (100% - 12px) * {share:.4f})"></i>'
