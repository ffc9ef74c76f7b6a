"""Say for whom the page is drawn: a reader, an audience before a projector, or the readers of another page."""

import streamlit as st

from ui import state
from ui.views.fields import lecture_view


def is_lecture() -> bool:
    """Return whether the page is shown to an audience."""
    return lecture_view(state.values()).lecture


def is_locked() -> bool:
    """Return whether the page stands inside another one: it then offers what its link chose, and no way elsewhere."""
    return bool(st.context.is_embedded)
