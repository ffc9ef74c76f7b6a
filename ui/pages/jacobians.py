"""Jacobians & Lyapunov: what one step does to a gradient, what many do, and what theory predicts."""

import streamlit as st

from ui.analysis.page import analysis_page
from ui.analysis.pickers import pick
from ui.analysis.selection import Selection
from ui.analysis.show import show_analysis_chart

CUT = (
    "These are the Jacobians of the way forward, which truncation leaves as it is: what they say of gradients holds "
    "within a window of {} steps."
)


def draw(selection: Selection) -> None:
    if selection.settings.truncation:
        st.caption(CUT.format(selection.settings.truncation))
    show_analysis_chart("prediction", selection)
    step, sample = st.columns(2, gap="medium")
    with step:
        pick("at", selection)
    with sample:
        pick("sample", selection)
    matrix, spectrum = st.columns(2, gap="medium")
    with matrix:
        show_analysis_chart("jacobian", selection)
    with spectrum:
        show_analysis_chart("eigenvalues", selection)
    one, many = st.columns([2, 3], gap="medium")
    with one:
        show_analysis_chart("singular_values", selection)
    with many:
        show_analysis_chart("long_jacobian", selection)
    show_analysis_chart("lyapunov", selection)


analysis_page(draw)
