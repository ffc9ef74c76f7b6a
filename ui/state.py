"""The values of the page: read once from the link, kept by the widgets, written back to the link after every change."""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cells.knobs import BadValue
from ui.views.brought import awaited

from .link.link import Query, is_left_out, read_link, write_link
from .views.fields import DEFAULTS, LISTS, Values, fixed, run_settings
from .views.lecture import OF_THE_AUDIENCE

ALWAYS = ("own", "timestamps", "lesson", "lesson_step", *OF_THE_AUDIENCE)  # what no button takes away
NOT_OURS = ("run",)  # what the page Train reads from its link itself
ARRIVED = "arrived"  # whether this run is the first of its session, as by a link that was opened
MADE_OF = {"loss_steps": "loss_steps_text"}  # a list and the text field it is typed into


def begin() -> None:
    """Fill the session from the link, when the session is new or the reader goes back or forward to another link."""
    put(st.session_state.get("next", {}))
    st.session_state.pop("next", None)  # at last: a run that is stopped before has lost nothing
    returns = "complaints" in st.session_state
    st.session_state[ARRIVED] = not returns
    if returns and not went_through_history():
        return
    query = {name: st.query_params.get_all(name) for name in st.query_params if name not in NOT_OURS}
    found, complaints = read_link(query)
    put(found | (_too_long(values(), query) if returns else {}))
    st.session_state.complaints = complaints
    st.session_state.awaited = query if awaited(query) else None


def went_through_history() -> bool:
    """Return whether this run comes from the browser's Back or Forward.

    Every change of the view is a step of its history.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _too_long(present: Values, query: Query) -> Values:
    """Return what is in no link because it is too long, and so is none the reader could go back to."""
    return {name: present[name] for name in LISTS if name not in query and is_left_out(name, present)}


def values() -> Values:
    """Return every value of the page, by name, those that a network of the reader's own decides as it does."""
    return fixed(chosen())


def chosen() -> Values:
    """Return every value as the reader chose it; the default where there is none, or a choice without a chosen one."""
    found = {name: st.session_state.get(name) for name in DEFAULTS}
    return {name: DEFAULTS[name] if value is None else value for name, value in found.items()}


def drawn() -> Values:
    """Return the values of the last valid run; the defaults where there was none yet."""
    return st.session_state.get("drawn") or DEFAULTS


def valid() -> Values:
    """Return the page's values; those of the last valid run where the present ones make none."""
    try:
        run_settings(values())
    except BadValue:
        return drawn()
    return values()


def light() -> Values:
    """Return the values of the last view that was drawn without waiting; the defaults where there was none yet."""
    return st.session_state.get("light") or DEFAULTS


def told(key: str) -> Any:
    """Return what the widget of this key was brought to, None where there is no such widget any more.

    A message may come late: after a change of page, or of the cell, the widget that it is about is not drawn.
    """
    return st.session_state.get(key)


def put(changes: dict[str, Any]) -> None:
    """Set some values; their widgets follow. Only before the widgets are drawn, or from a callback."""
    network = changes.get("network", st.session_state.get("network"))
    decided = network.fixed if network is not None else {}  # what was chosen before comes back with drawn weights
    for name, value in changes.items():
        if name not in decided:
            st.session_state[name] = value
    if "loss_steps" in changes:
        st.session_state[MADE_OF["loss_steps"]] = ", ".join(map(str, changes["loss_steps"]))


def put_next(changes: dict[str, Any]) -> None:
    """Set some values when the whole page is drawn next: a widget follows what changes in the run that draws it."""
    st.session_state.next = changes


def reset(changes: dict[str, Any] | None = None) -> None:
    """Back to the defaults, with some changes, for which pins and the scrubber stay. What the user brought is kept."""
    stay = ALWAYS if changes is None else (*ALWAYS, "pins", "scrub")
    kept = {name: st.session_state.get(name, ()) for name in stay}
    put(DEFAULTS | kept | (changes or {}))
    st.session_state.complaints = []


def publish() -> None:
    """Write the values to the address bar, if they changed."""
    query = write_link(values())
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def address(values: Values) -> str:
    """Return the link that brings these values back."""
    page, query = urlsplit(st.context.url or ""), urlencode(write_link(values))
    return urlunsplit(page._replace(path=page.path or "/", query=query))
