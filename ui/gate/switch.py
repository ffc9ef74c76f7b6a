"""What the gate room says where there is no gate."""

import streamlit as st

from ui import state
from ui.analysis.selection import Selection


def has_clock(selection: Selection) -> bool:
    """Whether the chosen cell opens by the clock."""
    return "k" in selection.settings.cell_class.gates


def show_switch(selection: Selection) -> None:
    """One sentence, and a button for the cell that has a clock; every value stays as it is."""
    with st.container(horizontal=True, vertical_alignment="center", key="no clock"):
        label = selection.settings.cell_class.label
        st.info(f"The {label} has no time gate: this room belongs to the Phased LSTM. Your settings stay as they are.")
        if st.button("Switch to Phased LSTM", key="switch to phased"):
            state.put_next({"cell": "phased_lstm"})
            st.rerun()  # the whole page: the widgets stand outside the body
