"""Timestamps the user brings: pasted, or the one column of a CSV file."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cells.clock import FARTHEST, TIMESTAMPS, checked_timestamps
from cells.knobs import BadValue
from ui import state
from ui.views.fields import Values, high_of

from .own_input import check_size, decoded, number_of, show_kept_fault, show_left_out

NAME = "timestamps"
SHOWN = 40  # characters of a bad entry that are repeated
HELP = "Times that increase, in units of time, separated by commas, spaces or lines; every sequence is sampled at them."


def read_times(data: bytes) -> tuple[float, ...]:
    """A file's times; BadValue names the entry that is wrong, and its value."""
    return parse_times(decoded(data, NAME))


def parse_times(text: str) -> tuple[float, ...]:
    """Numbers in the order they are written; a name on top of them is skipped."""
    check_size(len(text), "a text", NAME)
    entries = text.replace(",", " ").replace(";", " ").split()
    named = bool(entries[1:]) and entries[0].isalpha() and number_of(entries[0]) is None
    times = [_entry(place, text) for place, text in enumerate(entries[named : TIMESTAMPS + 1], 1 + named)]
    count = len(entries) - named
    if not 2 <= count <= TIMESTAMPS:
        noun = "entry" if count == 1 else "entries"
        raise BadValue(f"{NAME} has {count} {noun}, outside [2, {TIMESTAMPS}]", NAME)
    return checked_timestamps(times)


def _entry(place: int, text: str) -> float:
    value = number_of(text)
    if value is None or not abs(value) <= FARTHEST:
        raise BadValue(f"{NAME} = {text[:SHOWN]!r} at entry {place} is no number in [-1e6, 1e6]", NAME)
    return value


def timestamps_widgets(values: Values) -> None:
    """A field to paste into, a file to load, and what is known of the times at hand."""
    common: dict[str, Any] = {"key": "times_text", "on_change": _read_text, "persist_state": "session"}
    st.text_area("Paste timestamps", help=HELP, placeholder="0.5, 1.2, 3, …", **common)
    st.file_uploader("or load a CSV file of times", type=["csv", "txt"], key="times_file", on_change=_read_file)
    show_kept_fault("times_fault")
    times = values[NAME]
    if times:
        span = f"{len(times)} times from {times[0]:g} to {times[-1]:g}"
        st.caption(f"{span}; T follows their number when they are loaded.")
        show_left_out(NAME, values)


def _read_text() -> None:
    text = state.told("times_text")
    if text and text.strip():
        _take(lambda: parse_times(text))


def _read_file() -> None:
    file = state.told("times_file")
    if file is not None:
        _take(lambda: read_times(file.getvalue()))


def _take(read: Callable[[], tuple[float, ...]]) -> None:
    """Keep times that could be read, and set T to their number; otherwise say what is wrong with them."""
    try:
        times = read()
    except BadValue as error:
        st.session_state.times_fault = str(error)
        return
    state.put({NAME: times, "steps": min(len(times), int(high_of("steps")))})
    st.session_state.times_fault = ""
