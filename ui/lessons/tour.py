"""The first visit: the tour is offered, once; the browser remembers that it was."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from ui import state
from ui.stage import is_lecture, is_locked

from .library import lesson_of
from .opening import open_step

TOUR, KEY = "00-tour", "tour offer"
HTML = """<aside class="bf-tour" aria-label="First visit" hidden><p></p>
<div><button type="button" class="bf-main">Show me around</button>
<button type="button">Not now</button></div></aside>"""


def offer_tour() -> None:
    """Offer the tour to a reader who was never here, and open it if it is wanted."""
    tour = lesson_of(TOUR)
    if tour is None or not tour.steps or is_lecture() or is_locked():
        return
    text = f"New here? The tour of this page takes {tour.minutes} minutes, and every lesson begins under Learn."
    _offer()(key=KEY, data={"text": text}, height="content", on_start_change=lambda: None)
    if (state.told(KEY) or {}).get("start"):
        open_step(tour, 1)


@st.cache_resource(show_spinner=False)
def _offer():
    js = Path(__file__).with_name("tour.js").read_text(encoding="utf-8")
    return component("backflow_tour", html=HTML, js=js, isolate_styles=False)
