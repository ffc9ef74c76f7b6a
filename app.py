"""Backflow: see the gradient travel back through a recurrent network. Start it with `python backflow.py`."""

import streamlit as st

from ui import frame, state
from ui.server.render_lock import RENDER_LOCK
from ui.sidebar.controls import sidebar

PAGES = [
    st.Page("ui/pages/flow.py", title="Gradient flow", default=True),
    st.Page("ui/pages/credit.py", title="Credit"),
    st.Page("ui/pages/jacobians.py", title="Jacobians"),
    st.Page("ui/pages/paths.py", title="Paths"),
    st.Page("ui/pages/gate.py", title="Gate room"),
    st.Page("ui/pages/own.py", title="Your network"),
    st.Page("ui/pages/fan.py", title="Fan"),
    st.Page("ui/pages/phase.py", title="Phase diagram"),
    st.Page("ui/pages/table.py", title="Table"),
    st.Page("ui/pages/equations.py", title="Equations"),
    st.Page("ui/pages/lessons.py", title="Lessons"),
]

frame.open_page()
state.begin()
page = st.navigation(PAGES, position="top")
frame.enter(page)
with RENDER_LOCK.turn():
    if page.url_path != "lessons":
        with st.sidebar:
            sidebar(page.title)
    page.run()
