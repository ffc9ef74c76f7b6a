"""Jacobians & Lyapunov: what one step does to a gradient, what many do, and what theory predicts."""

import streamlit as st

from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.pickers import pick
from ui.anatomy.show import show_plate

CUT = (
    "These are the Jacobians of the way forward, which truncation leaves as it is: what they say of gradients holds "
    "within a window of {} steps."
)


def draw(opened: Opened) -> None:
    if opened.settings.truncation:
        st.caption(CUT.format(opened.settings.truncation))
    show_plate("prediction", opened)
    step, sample = st.columns(2, gap="medium")
    with step:
        pick("at", opened)
    with sample:
        pick("sample", opened)
    matrix, spectrum = st.columns(2, gap="medium")
    with matrix:
        show_plate("jacobian", opened)
    with spectrum:
        show_plate("eigenvalues", opened)
    one, many = st.columns([2, 3], gap="medium")
    with one:
        show_plate("singular_values", opened)
    with many:
        show_plate("long_jacobian", opened)
    show_plate("lyapunov", opened)


anatomy_page(draw)
