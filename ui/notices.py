"""What the reader must know: values a link could not give, settings that do not go together."""

import streamlit as st

from cells.knobs import BadValue

from . import state


def show_complaints() -> None:
    """What the link had wrong, until it is read."""
    complaints = st.session_state.complaints
    if complaints:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning("From the link:\n\n" + "\n".join(f"- {line}" for line in complaints))
            st.button("Dismiss", on_click=st.session_state.update, args=({"complaints": []},), key="dismiss")


def show_fault(error: BadValue) -> None:
    """One sentence, and a button for the nearest value that works."""
    st.error(f"{error}. The view below is that of the last valid settings.", icon=":material/error:")
    if error.nearest is not None and state.known(error.field):
        text = ", ".join(map(str, error.nearest)) if isinstance(error.nearest, tuple) else error.nearest
        st.button(f"Use {error.field} = {text}", on_click=state.put, args=({error.field: error.nearest},), key="mend")
