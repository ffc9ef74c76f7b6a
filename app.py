"""Backflow: see the gradient travel back through a recurrent network. Start it with `python backflow.py`."""

import streamlit as st

from ui import frame, state
from ui.controls import sidebar
from ui.turns import TURNS

RUN_PAGES = [
    st.Page("ui/pages/flow.py", title="Gradient flow", icon=":material/timeline:", default=True),
    st.Page("ui/pages/credit.py", title="Credit", icon=":material/grid_on:"),
    st.Page("ui/pages/jacobians.py", title="Jacobians", icon=":material/scatter_plot:"),
    st.Page("ui/pages/paths.py", title="Paths", icon=":material/alt_route:"),
    st.Page("ui/pages/gate.py", title="Gate room", icon=":material/schedule:"),
    st.Page("ui/pages/fan.py", title="Fan", icon=":material/stacked_line_chart:"),
    st.Page("ui/pages/phase.py", title="Phase diagram", icon=":material/gradient:"),
    st.Page("ui/pages/table.py", title="Table", icon=":material/table_chart:"),
    st.Page("ui/pages/equations.py", title="Equations", icon=":material/function:"),
]

frame.open_page()
state.begin()
page = st.navigation(RUN_PAGES, position="top")
with TURNS.turn():
    if page in RUN_PAGES:
        with st.sidebar:
            sidebar()
    page.run()
