"""Jacobians & Lyapunov: what one step does to a gradient, what many do, and what theory predicts."""

import streamlit as st

from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.pickers import pick
from ui.anatomy.show import show_plate


def draw(opened: Opened) -> None:
    show_plate("prediction", opened)
    step, sample = st.columns(2, gap="medium")
    with step:
        pick("at", opened)
    with sample:
        pick("sample", opened)
    for column, name in zip(st.columns(3, gap="medium"), ("jacobian", "eigenvalues", "singular_values"), strict=True):
        with column:
            show_plate(name, opened)
    show_plate("long_jacobian", opened)
    show_plate("lyapunov", opened)


anatomy_page(draw)
