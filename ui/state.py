"""The values of the page: read once from the link, kept by the widgets, written back to the link after every change."""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from .fields import DEFAULTS, Values
from .link import read_link, write_link

MADE_OF = {"loss_steps": "loss_steps_text"}  # a list and the text field it is typed into


def begin() -> None:
    """Fill the session from the link, when it is new."""
    put(st.session_state.pop("next", {}))
    if "complaints" in st.session_state:
        return
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    values, complaints = read_link(query)
    put(values)
    st.session_state.complaints = complaints


def values() -> Values:
    """Every value of the page, by name."""
    return {name: st.session_state.get(name, default) for name, default in DEFAULTS.items()}


def put(changes: dict[str, Any]) -> None:
    """Set some values; their widgets follow. Only before the widgets are drawn, or from a callback."""
    for name, value in changes.items():
        st.session_state[name] = value
    if "loss_steps" in changes:
        st.session_state[MADE_OF["loss_steps"]] = ", ".join(map(str, changes["loss_steps"]))


def put_next(changes: dict[str, Any]) -> None:
    """Set some values when the whole page is drawn next: a widget follows what changes in the run that draws it."""
    st.session_state.next = changes


def reset(changes: dict[str, Any] | None = None) -> None:
    """Back to the defaults, with some changes, for which pins and the scrubber stay. What the user brought is kept."""
    stay = ("own", "timestamps") if changes is None else ("own", "timestamps", "pins", "scrub")
    kept = {name: st.session_state.get(name, ()) for name in stay}
    put(DEFAULTS | kept | (changes or {}))
    st.session_state.complaints = []


def publish() -> None:
    """Write the values to the address bar, if they changed."""
    query = write_link(values())
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def address(values: Values) -> str:
    """The link that brings these values back."""
    page, query = urlsplit(st.context.url or ""), urlencode(write_link(values))
    return urlunsplit(page._replace(path=page.path or "/", query=query))
