"""Turning the present view into a question, which its link then asks; and back."""

import streamlit as st

from ui import state
from ui.lessons.learn_view import ASKABLE, ASKED
from ui.lessons.library import NONE
from ui.lessons.record import CURVE, FATE

HELP = "Makes this view ask before it shows; the link then holds the question, never the answer."
NUMBER = "ask number"


def ask_button() -> None:
    """Offer the kinds of questions; the one that is asked is marked, and can be taken back."""
    asked = state.values()["ask"]
    with st.popover("Ask" if asked == NONE else "Asking", type="tertiary", help=HELP, key="ask_choice"):
        st.markdown("**Let this view ask first**")
        for kind in (FATE, CURVE):
            st.button(ASKED[kind], key=f"ask {kind}", width="stretch", on_click=_ask, args=(kind,))
        st.session_state[NUMBER] = asked if asked in ASKABLE else None
        number = {"format_func": ASKED.__getitem__, "key": NUMBER, "on_change": _ask_number}
        st.selectbox("Ask for a number", ASKABLE, index=None, placeholder="How much is …", **number)
        if asked != NONE:
            st.button("Ask nothing", key="ask nothing", width="stretch", on_click=_ask, args=(NONE,))
        st.caption("Then copy the link: whoever opens it guesses before the curve is shown.")


def _ask(kind: str) -> None:
    state.put({"ask": kind})


def _ask_number() -> None:
    _ask(state.told(NUMBER) or NONE)
