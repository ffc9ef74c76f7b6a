"""The explorer: one clock whose curve follows four sliders in the browser; letting go brings them into the link."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from cells.knobs import BadValue, checked
from ui import state
from ui.analysis.selection import Selection
from ui.analysis.show import show_analysis_chart
from ui.chart.chart import event_of, loader
from ui.static_files import script_of
from ui.views.fields import FIELDS, high_of, knob_of
from viz.offline import NARROW, ZOOM
from viz.words import spelled

from .switch import clocked_cell

HERE = Path(__file__).parent
KEY = "clock explorer"
LOGARITHMIC = ("tau", "r_on")
NAMES = ("tau", "s", "r_on", "leak")
STOPS = 400  # of a logarithmic slider
STEP = {"s": 0.1, "leak": 0.001}
HELP = (
    "Gives every unit this τ, r_on and α; the largest shift becomes s, and each unit draws its own from U(0, s). "
    "Another cell makes way for the Phased LSTM."
)


def show_explorer(selection: Selection) -> None:
    """Sliders, the curve, and a button that takes its values over into the net."""
    show_analysis_chart("clock", selection, mount=_mount)
    if st.button("Give the net this clock", help=HELP, key="use clock"):
        state.put_next(used(selection))
        st.rerun()  # the whole page: the widgets stand outside the body


def _mount(body: bytes) -> None:
    _component()(key=KEY, data=body, height="content", on_released_change=_take)


def used(selection: Selection) -> dict:
    """Return the knobs that give every unit the explored clock."""
    tau, s, r_on, leak = selection.look.clock
    return {
        "cell": clocked_cell(selection).name,
        "gate": "clock",
        "shortest_period": tau,
        "longest_period": tau,
        "shift_spread": min(1.0, round(s / tau, 6)),
        "open_ratio": r_on,
        "leak": leak,
        "at_test": False,
    }


def _take() -> None:
    """The sliders were let go; values beyond a range are brought back into it."""
    released, changes = event_of(KEY, "released"), {}
    if released is None:
        return
    for name in NAMES:
        field = FIELDS[f"clock_{name}"]
        try:
            changes[field.name] = checked(field, released.get(name, field.default))
        except BadValue as error:
            changes[field.name] = field.default if error.nearest is None else error.nearest
    state.put(changes)


@st.cache_resource(show_spinner=False)
def _component():
    scripts = (NARROW, ZOOM, HERE / "time_gate.js", HERE / "explorer.js")
    read = [script.read_text(encoding="utf-8") for script in scripts]
    sliders = "".join(map(_slider, NAMES))
    plot = '<div class="bf-plot" role="img" tabindex="0" aria-label="A clock, still to be drawn"></div>'
    html = f'<div class="bf-clock"><div class="bf-sliders">{sliders}</div><p class="bf-told"></p>{plot}</div>'
    css = (HERE / "explorer.css").read_text(encoding="utf-8")
    js = script_of("clock", "\n".join([loader(), *read]))
    return component("backflow_clock", html=html, css=css, js=js, isolate_styles=False)


def _slider(name: str) -> str:
    knob, high = knob_of(f"clock_{name}"), high_of(f"clock_{name}")
    limits = f'min="{knob.low}" max="{high}" step="{STEP.get(name)}"'
    if name in LOGARITHMIC:
        limits = f'min="0" max="{STOPS}" step="1" data-low="{knob.low}" data-high="{high}"'
    field = f'<input type="range" name="{name}" {limits} aria-label="{knob.label}">'
    return f'<label title="{knob.help}"><span>{spelled(knob.label)}</span><output for="{name}"></output>{field}</label>'
