"""Credit & shares: which loss reaches which step, and which step makes a parameter's gradient."""

import streamlit as st

from ui.analysis.page import analysis_page
from ui.analysis.pickers import pick, take_click
from ui.analysis.selection import Selection
from ui.analysis.show import show_analysis_chart
from ui.shell.widgets import widget


def draw(selection: Selection) -> None:
    matrix, row = st.columns(2, gap="medium")
    with matrix:
        show_analysis_chart("credit", selection, on_click=lambda: take_click("chart credit", "loss_at", "y", selection))
    with row:
        show_analysis_chart("credit_row", selection)
        pick("loss_at", selection)
    show_analysis_chart("parts", selection)
    over_time, kept = st.columns([3, 2], gap="medium")
    with over_time:
        show_analysis_chart("shares", selection)
        widget("shares_of")
    with kept:
        show_analysis_chart("cancellation", selection)


analysis_page(draw)
