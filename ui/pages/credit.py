"""Credit & shares: which loss reaches which step, and which step makes a parameter's gradient."""

import streamlit as st

from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.pickers import pick, take_click
from ui.anatomy.show import show_plate
from ui.widgets import widget


def draw(opened: Opened) -> None:
    matrix, row = st.columns(2, gap="medium")
    with matrix:
        show_plate("credit", opened, on_click=lambda: take_click("chart credit", "loss_at", "y", opened))
    with row:
        show_plate("credit_row", opened)
        pick("loss_at", opened)
    show_plate("parts", opened)
    over_time, kept = st.columns([3, 2], gap="medium")
    with over_time:
        show_plate("shares", opened)
        widget("shares_of")
    with kept:
        show_plate("cancellation", opened)


anatomy_page(draw)
