"""Paths & saturation: which ways the gradient takes, and where the nonlinearities let nothing through."""

import streamlit as st

from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.show import show_plate
from ui.widgets import widget

KINSHIP = r"""
**What ResNets and LSTMs share.** A residual step $h_t = h_{t-1} + \sigma(u_t)$ and a cell state
$c_t = f_t \odot c_{t-1} + i_t \odot g_t$ both *add* to what is there, as a GRU's $z_t \odot h_{t-1}$ does. Their
Jacobians are $I + \text{branch}$ and $\mathrm{diag}(f_t) + \text{gates}$: the skip is a forget gate fixed at 1, the
branch is $i_t \odot g_t$. The gradient has a way back that passes no matrix and no slope.
"""


def draw(opened: Opened) -> None:
    """What is worth most comes first: the ways where there is a choice, else what the one way lets through."""
    if opened.has_straight_way:
        show_plate("paths", opened)
        st.markdown(KINSHIP)
        _saturation(opened)
    else:
        _saturation(opened)
        show_plate("paths", opened)


def _saturation(opened: Opened) -> None:
    show_plate("saturation", opened)
    with st.container(width=320):
        widget("spread_of")


anatomy_page(draw)
