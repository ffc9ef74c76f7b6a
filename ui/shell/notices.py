"""Notices: values that a link could not give, settings that do not go together."""

import streamlit as st

from cells.knobs import BadValue
from ui import state
from ui.link.link import as_text, changes_to_mend
from ui.rich_text import as_written
from ui.views.fields import Values

UNTIL_THEN = "until then the view is that of the last valid settings."
WAITING = {
    "own": f"Paste a sequence or load a file at the left; {UNTIL_THEN}",
    "timestamps": f"Paste timestamps or load a file at the left, among the cell's knobs; {UNTIL_THEN}",
}
WAITED_FOR = {"own": ("signal", "own"), "timestamps": ("sampling", "own")}


def show_complaints() -> None:
    """Show what the link had wrong, until it is read."""
    complaints = state.told("complaints")
    if complaints:
        with st.container(horizontal=True, key="complaints"):
            st.warning("From the link:\n\n" + "\n".join(f"- {as_written(line)}" for line in complaints))
            st.button("Dismiss", on_click=st.session_state.update, args=({"complaints": []},), key="dismiss")


def show_sentence(fault: str) -> None:
    """One sentence about a value that cannot be used."""
    st.error(as_written(fault), icon=":material/error:")


def show_fault(error: BadValue, values: Values) -> None:
    """One sentence, and a button for the nearest values that work."""
    for name, (field, value) in WAITED_FOR.items():
        if error.field == name and values[field] == value and not values[name]:
            st.info(WAITING[name])
            return
    with st.container(horizontal=True, vertical_alignment="center", key="fault"):
        show_sentence(f"{error}. The view below is that of the last valid settings.")
        changes = changes_to_mend(values)
        text = ", ".join(as_text(name, value) for name, value in changes.items())
        if st.button(f"Use {as_written(text)}", key="mend"):
            state.put_next(changes)
            st.rerun()  # the whole page: the widgets stand outside the body
