"""Equations & one step: the cell's equations with live numbers, its graph, and every parameter's gradient."""

import streamlit as st

from ui.analysis.equations import show_counts, show_equations, show_grads_at_step, show_stepper
from ui.analysis.page import analysis_page
from ui.analysis.pickers import pick
from ui.analysis.selection import Selection
from ui.analysis.show import show_analysis_chart
from ui.shell.widgets import widget


def draw(selection: Selection) -> None:
    *pickers, numbers = st.columns([3, 3, 3, 4], gap="medium")
    for column, name in zip(pickers, ("at", "sample", "unit"), strict=True):
        with column:
            pick(name, selection)
    with numbers:
        widget("numbers")
    above = st.container()
    show_analysis_chart("graph", selection)
    with above:  # drawn after the chart, which draws the page again if the graph is late
        show_stepper(selection)
    show_equations(selection)
    show_analysis_chart("exercise", selection)
    show_grads_at_step(selection)
    show_counts(selection)
    show_analysis_chart("softmax", selection)


analysis_page(draw)
