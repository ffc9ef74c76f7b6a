"""Parts of the fan page besides its charts: what the draws differ in, and a click on one that chooses its seed."""

import streamlit as st

from cells import RunSettings
from cells.analysis.ensemble.seeds import Fan
from ui import state
from ui.chart import event_of
from viz.analysis.seed_dots import seed_at

from .equations import finished
from .selection import Selection
from .show import show_analysis_chart


def show_what_differs(settings: RunSettings) -> None:
    """Say what a seed draws where the weights are the reader's own; nothing where it draws everything."""
    network = settings.network
    if network is None:
        return
    drawn = [] if settings.signal == "own" else ["the input"]
    drawn += [] if network.readout is not None else ["the readout"]
    rest = f": what differs is {' and '.join(drawn)}" if drawn else ", and nothing else is drawn: all draws are alike"
    st.caption(f"Your weights are the same in every draw{rest}.")


def show_draws(selection: Selection) -> None:
    """The chart of all draws; the seed of a point that is clicked becomes the present one."""
    show_analysis_chart("draws", selection, on_click=lambda: None)
    clicked = event_of("chart draws", "click")
    record: Fan | None = finished("fan", selection) if clicked else None
    if record is None:
        return
    seed = seed_at(record, clicked["x"], clicked["y"])
    if seed != selection.settings.seed:
        state.put_next({"seed": seed})
        st.rerun()  # the whole page: the seed's widget stands outside the body
