"""Places in the sidebar that the page's body fills: a change of what stands there draws the body and nothing else."""

from collections.abc import Callable
from contextvars import ContextVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import state
from ui.views.fields import DEFAULTS, FIELDS, knob_of

# They move the critical scales, or what is shown: these four, and what a cell declares so.
DECLARED = tuple(name for name, f in FIELDS.items() if "knob" in f.metadata and knob_of(name).reshapes)
RESHAPING = ("layers", "hidden", "seed", "init", *DECLARED)

Slot = tuple[DeltaGenerator, Callable[[], None]]

_KEPT: ContextVar[list[Slot]] = ContextVar("places kept by this run of the script")


def is_of_body(name: str) -> bool:
    """Return whether a change shows on the body alone: a number or a switch that nothing in the sidebar depends on."""
    return not isinstance(DEFAULTS[name], str | tuple) and name not in RESHAPING


def begin(page: str) -> None:
    """Forget the places of the run before; on another page their widgets are others, which take over the values."""
    _KEPT.set([])
    if st.session_state.get("page") != page:
        st.session_state.page = page
        state.put({name: value for name, value in state.chosen().items() if is_of_body(name)})


def keep_slot(draw: Callable[[], None]) -> None:
    """Keep a place here for what `draw` draws as a part of the body."""
    _KEPT.get().append((st.container(), draw))


def kept_slots() -> list[Slot]:
    """Return the places of this run."""
    return _KEPT.get()


def fill(places: list[Slot]) -> None:
    """Draw what they are kept for."""
    for place, draw in places:
        with place:
            draw()
