"""Fan: the same net drawn many times, because one draw proves nothing."""

import streamlit as st

from ui.analysis.page import analysis_page
from ui.analysis.seeds import show_draws, show_what_differs
from ui.analysis.selection import Selection
from ui.analysis.show import show_analysis_chart
from ui.shell.widgets import widget


def draw(selection: Selection) -> None:
    with st.container(width=420):
        widget("seeds")
    show_what_differs(selection.settings)
    show_analysis_chart("fan", selection)
    show_draws(selection)


analysis_page(draw)
