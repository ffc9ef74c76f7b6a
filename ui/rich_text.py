"""Words on a page whose symbols have their indices low: HTML, escaped here, which Streamlit cleans once more."""

import re

import streamlit as st

from viz.words import spelled

from .glossary import explained

PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
ADDRESS = re.compile(r"([:.@/])(?=\S)")
JOINER = "\N{WORD JOINER}"  # no width, no break


def heading(text: str) -> None:
    """Show what a figure is called."""
    st.html(f'<h4 class="bf-title">{spelled(text)}</h4>', width="content")


def sentence(text: str) -> None:
    """Show what a figure shows, with its terms explained under the pointer."""
    st.html(f'<p class="bf-said">{explained(spelled(text))}</p>')


def aside(text: str, width: int) -> None:
    """Draw what stands small beside something, so many px wide."""
    st.html(f'<p class="bf-aside">{spelled(text)}</p>', width=width)


def note(term: str, text: str) -> None:
    """A term of a figure, and small beside it what it means."""
    st.html(f'<p class="bf-note"><b>{spelled(term)}</b>: {spelled(text)}</p>')


def as_written(text: str) -> str:
    """`text` for a place that reads Markdown: what a link or a file holds draws no picture and makes no link there."""
    return PUNCTUATION.sub(r"\\\1", ADDRESS.sub(rf"{JOINER}\1{JOINER}", text))
