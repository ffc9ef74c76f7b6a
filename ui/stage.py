"""Say for whom the page is drawn: a reader, an audience before a projector, or the readers of another page."""

import streamlit as st

from ui import state
from ui.views.fields import Values, lecture_view
from ui.views.lecture import OF_THE_AUDIENCE

ASKED, TAKEN = "turns asked", "turns taken"  # how often the reader turned to the next step, less to the one before


def is_lecture() -> bool:
    """Return whether the page is shown to an audience."""
    return lecture_view(state.values()).lecture


def is_locked() -> bool:
    """Return whether the page stands inside another one: it then offers what its link chose, and no way elsewhere."""
    return bool(st.context.is_embedded)


def of_whole_page() -> Values:
    """Return what says how the whole page is shown: large, with which controls; and the step that is asked for."""
    return {name: state.told(name) for name in (*OF_THE_AUDIENCE, ASKED)}


def ask_turns(asked: int) -> None:
    """Ask for another step of the lesson when the whole page is drawn next.

    asked  all turns of the session together: of two messages that come close together the earlier may be lost
    """
    st.session_state[ASKED] = asked


def turns_asked() -> int:
    """Return the turns that were heard of."""
    return state.told(ASKED) or 0


def turns_left() -> int:
    """Return by how many steps of the lesson the page shall move; 0 where nobody asked."""
    return turns_asked() - (state.told(TAKEN) or 0)


def turns_done() -> Values:
    """Return what to remember once the page has moved; put with the step itself, it holds where a run is stopped."""
    return {TAKEN: turns_asked()}
