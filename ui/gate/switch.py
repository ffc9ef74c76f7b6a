"""The gate room of a cell without a gate: a sentence, and a button for the cell that has one."""

import streamlit as st

from cells import CELLS
from cells.base import Cell
from ui import state
from ui.analysis.selection import Selection


def has_clock(selection: Selection) -> bool:
    """Return whether the chosen cell opens by the clock."""
    return selection.settings.cell_class.time_gate is not None


def clocked_cell(selection: Selection) -> type[Cell]:
    """Return the chosen cell where it opens by a clock, else the first one that does."""
    return next(cell for cell in (selection.settings.cell_class, *CELLS.values()) if cell.time_gate)


def show_switch(selection: Selection) -> None:
    """One sentence, and a button for the cell that has a clock; every value stays as it is."""
    with st.container(horizontal=True, vertical_alignment="center", key="no clock"):
        label, clocked = selection.settings.cell_class.label, clocked_cell(selection)
        name = clocked.title or clocked.label
        st.info(f"The {label} has no time gate: this room belongs to the {name}. Your settings stay as they are.")
        if st.button(f"Switch to {name}", key="switch to phased"):
            state.put_next({"cell": clocked.name})
            st.rerun()  # the whole page: the widgets stand outside the body
