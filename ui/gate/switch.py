"""What the gate room says where there is no gate."""

import streamlit as st

from ui import state
from ui.anatomy.opened import Opened


def has_clock(opened: Opened) -> bool:
    """Whether the chosen cell opens by the clock."""
    return "k" in opened.settings.cell_class.gates


def show_switch(opened: Opened) -> None:
    """One sentence, and a button for the cell that has a clock; every value stays as it is."""
    with st.container(horizontal=True, vertical_alignment="center", key="no clock"):
        label = opened.settings.cell_class.label
        st.info(f"The {label} has no time gate: this room belongs to the Phased LSTM. Your settings stay as they are.")
        if st.button("Switch to Phased LSTM", key="switch to phased"):
            state.put_next({"cell": "phased_lstm"})
            st.rerun()  # the whole page: the widgets stand outside the body
