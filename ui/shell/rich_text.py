"""Words on a page whose symbols have their indices low: HTML, escaped here, which Streamlit cleans once more."""

import streamlit as st

from viz.words import spelled


def heading(text: str) -> None:
    """What a figure is called."""
    st.html(f'<h4 class="bf-title">{spelled(text)}</h4>', width="content")


def sentence(text: str) -> None:
    """What a figure shows."""
    st.html(f'<p class="bf-said">{spelled(text)}</p>')


def note(term: str, text: str) -> None:
    """A term of a figure, and small beside it what it means."""
    st.html(f'<p class="bf-note"><b>{spelled(term)}</b>: {spelled(text)}</p>')
