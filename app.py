"""Backflow: see the gradient travel back through a recurrent network. Start it with `python backflow.py`."""

import streamlit as st

from ui import frame, state
from ui.lecture.keys import show_lecture_keys, show_lecture_style
from ui.server.render_lock import RENDER_LOCK
from ui.shell.page_titles import titled
from ui.sidebar.controls import controls

PAGES = {
    "See": [
        titled("ui/pages/flow.py", default=True),
        titled("ui/pages/credit.py"),
        titled("ui/pages/equations.py"),
        titled("ui/pages/own.py"),
    ],
    "Why": [titled("ui/pages/jacobians.py"), titled("ui/pages/paths.py"), titled("ui/pages/gate.py")],
    "Compare": [titled("ui/pages/fan.py"), titled("ui/pages/phase.py"), titled("ui/pages/table.py")],
    "Learn": [titled("ui/pages/lessons.py"), titled("ui/pages/museum.py"), titled("ui/pages/train.py")],
}

frame.open_page()
state.begin()
page = st.navigation(PAGES, position="top")
frame.enter(page)
with RENDER_LOCK.turn():
    show_lecture_style()
    if page.url_path not in ("lessons", "train"):
        controls(page.title)
    else:
        frame.hide_sidebar()
    page.run()
    show_lecture_keys()
