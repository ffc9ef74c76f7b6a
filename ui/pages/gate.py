"""Gate room: the Phased LSTM's clock, its gates over real time, and the gradient with and without them."""

import streamlit as st

from ui.analysis.page import analysis_page
from ui.analysis.pickers import pick
from ui.analysis.selection import Selection
from ui.analysis.show import show_analysis_chart
from ui.gate.explorer import show_explorer
from ui.gate.switch import has_clock, show_switch
from ui.shell.widgets import widget


def draw(selection: Selection) -> None:
    if not has_clock(selection):
        show_switch(selection)
        show_explorer(selection)
        return
    show_explorer(selection)
    order, sample = st.columns(2, gap="medium")
    with order:
        widget("order")
    with sample:
        pick("sample", selection)
    show_analysis_chart("gate_room", selection)
    shares, phases = st.columns(2, gap="medium")
    with shares:
        show_analysis_chart("open_share", selection)
    with phases:
        show_analysis_chart("phase", selection)
    show_analysis_chart("clock_gradient", selection)


analysis_page(draw)
