"""The figures that the page offers to save: those it shows, each drawn again in either theme when it is saved."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from viz.flow_figure import Drawn

KEY = "offered"
Draw = Callable[[str], Drawn]  # a theme's name to the figure in it


@dataclass(frozen=True)
class Exportable:
    """A figure that can be saved.

    live   the same for a page of its own, with what only such a page can do; None: no different
    part   of another one, which stands for both when the whole page is saved
    asks   before it shows: it is saved as a page of its own, and seen nowhere else
    """

    name: str
    title: str
    draw: Draw
    live: Draw | None = None
    part: bool = False
    asks: bool = False

    def on_page(self, theme: str) -> Drawn:
        """Return the figure as a saved page has it."""
        return (self.live or self.draw)(theme)


def begin() -> None:
    """Forget what the body showed when it was drawn before."""
    st.session_state[KEY] = []


def offer(*ones: Exportable) -> None:
    """Let these figures be saved."""
    st.session_state.setdefault(KEY, []).extend(ones)


def offered() -> tuple[Exportable, ...]:
    """Return all figures of the page, from top to bottom."""
    return tuple(st.session_state.get(KEY, ()))
