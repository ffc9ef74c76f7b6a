"""A question on the page: drawn in place of what would answer it, until the reader has seen the answer."""

import json

import streamlit as st
from streamlit.components.v2 import component

from cells import RunSettings
from cells.analysis import DoesNotApply
from ui import compute, state
from ui.export.exportables import offer
from ui.lessons.learn_view import LearnView
from ui.lessons.library import NONE
from ui.static_files import script_of
from ui.views.fields import learn_view
from ui.views.page import PageView
from viz.guess import SCRIPT, STYLE, question_data

from .asked import is_asking, question_of
from .offer import question_offer

KEY, REVEALED = "ask card", "revealed question"


def show_question(settings: RunSettings, view: PageView) -> bool:
    """Draw the question, where the view asks one; returns whether what answers it has to stay hidden."""
    learn = learn_view(state.drawn())
    if not is_asking(learn):
        return False
    layer = compute.layer_of(settings, view)
    try:
        question = question_of(settings, learn, layer, view.pins)
    except DoesNotApply as reason:
        _explain(reason)
        return False
    asked = identity(settings, learn)
    body = json.dumps({"id": asked, **question_data(question)}, allow_nan=False).encode()
    _component()(key=KEY, data=body, height="content", on_revealed_change=_take)
    if st.session_state.get(REVEALED) == asked:
        return False
    offer(question_offer(settings, view, question))
    return True


def identity(settings: RunSettings, learn: LearnView) -> str:
    """Return what makes a question another one: it hides its answer anew."""
    return f"{learn.ask} {learn.lesson} {learn.lesson_step} {settings!r}"


def _explain(reason: DoesNotApply) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="nothing asked"):
        st.info(str(reason))
        st.button("Ask nothing", key="stop asking", on_click=state.put, args=({"ask": NONE},))


def _take() -> None:
    """The answer was seen: what it is about may be shown."""
    st.session_state[REVEALED] = (state.told(KEY) or {}).get("revealed")


@st.cache_resource(show_spinner=False)
def _component():
    js = "\n".join(path.read_text(encoding="utf-8") for path in (SCRIPT, SCRIPT.parents[1] / "ui/ask/ask.js"))
    css = STYLE.read_text(encoding="utf-8")
    html = '<div class="bf-guess-host"></div>'
    return component("backflow_ask", html=html, css=css, js=script_of("ask", js), isolate_styles=False)
