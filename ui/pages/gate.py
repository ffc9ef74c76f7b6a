"""Gate room: the Phased LSTM's clock, its gates over real time, and the gradient with and without them."""

import streamlit as st

from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.pickers import pick
from ui.anatomy.show import show_plate
from ui.gate.explorer import show_explorer
from ui.gate.switch import has_clock, show_switch
from ui.widgets import widget


def draw(opened: Opened) -> None:
    if not has_clock(opened):
        show_switch(opened)
        show_explorer(opened)
        return
    show_explorer(opened)
    order, sample = st.columns(2, gap="medium")
    with order:
        widget("order")
    with sample:
        pick("sample", opened)
    show_plate("gate_room", opened)
    shares, phases = st.columns(2, gap="medium")
    with shares:
        show_plate("open_share", opened)
    with phases:
        show_plate("phase", opened)
    show_plate("clock_gradient", opened)


anatomy_page(draw)
