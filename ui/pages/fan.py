"""Fan: the same net drawn many times, because one draw proves nothing."""

import streamlit as st

from ui.anatomy.fan import show_draws
from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.show import show_plate
from ui.widgets import widget


def draw(opened: Opened) -> None:
    with st.container(width=420):
        widget("seeds")
    show_plate("fan", opened)
    show_draws(opened)


anatomy_page(draw)
