"""Equations & one step: the cell's equations with live numbers, its graph, and every parameter's gradient."""

import streamlit as st

from ui.anatomy.equations import show_counts, show_equations, show_exercise_table, show_stepper
from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.pickers import pick
from ui.anatomy.show import show_plate
from ui.widgets import widget


def draw(opened: Opened) -> None:
    *pickers, numbers = st.columns([3, 3, 3, 4], gap="medium")
    for column, name in zip(pickers, ("at", "sample", "unit"), strict=True):
        with column:
            pick(name, opened)
    with numbers:
        widget("numbers")
    above = st.container()
    show_plate("graph", opened)
    with above:  # drawn after the plate, which draws the page again if the graph is late
        show_stepper(opened)
    show_equations(opened)
    show_plate("exercise", opened)
    show_exercise_table(opened)
    show_counts(opened)
    show_plate("softmax", opened)


anatomy_page(draw)
