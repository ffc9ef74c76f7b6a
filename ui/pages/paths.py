"""Paths & saturation: which ways the gradient takes, and where the nonlinearities let nothing through."""

import streamlit as st

from ui.analysis.page import analysis_page
from ui.analysis.selection import Selection
from ui.analysis.show import show_analysis_chart
from ui.shell.widgets import widget

KINSHIP = r"""
**What ResNets and LSTMs share.** A residual step $h_t = h_{t-1} + \sigma(u_t)$ and a cell state
$c_t = f_t \odot c_{t-1} + i_t \odot g_t$ both *add* to what is there, as a GRU's $z_t \odot h_{t-1}$ does. Their
Jacobians are $I + \text{branch}$ and $\mathrm{diag}(f_t) + \text{gates}$: the skip is a forget gate fixed at 1, the
branch is $i_t \odot g_t$. The gradient has a way back that passes no matrix and no slope.
"""


def draw(selection: Selection) -> None:
    """Draw the most telling chart first: the ways where there is a choice, else what the one way lets through."""
    if selection.has_straight_way:
        show_analysis_chart("paths", selection)
        st.markdown(KINSHIP)
        _saturation(selection)
    else:
        _saturation(selection)
        show_analysis_chart("paths", selection)


def _saturation(selection: Selection) -> None:
    show_analysis_chart("saturation", selection)
    with st.container(width=320):
        widget("spread_of")


analysis_page(draw)
