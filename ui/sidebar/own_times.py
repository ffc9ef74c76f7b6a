"""Timestamps the user brings: pasted, or the one column of a CSV file."""

from collections.abc import Callable, Sequence
from decimal import Decimal
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
    """Return a file's times; BadValue names the entry that is wrong, and its value."""
    return parse_times(decoded(data, NAME))


def parse_times(text: str) -> tuple[float, ...]:
    """Return numbers in the order they are written; a name on top of them is skipped."""
    check_size(len(text), "a text", NAME)
    entries = text.replace(",", " ").replace(";", " ").split()
    named = bool(entries[1:]) and entries[0].isalpha() and number_of(entries[0]) is None
    exact = [_exact(place, text) for place, text in enumerate(entries[named : TIMESTAMPS + 1], 1 + named)]
    origin = origin_of(exact)
    times = [_near(place, entries[place - 1], time - origin) for place, time in enumerate(exact, 1 + named)]
    count = len(entries) - named
    if not 2 <= count <= TIMESTAMPS:
        noun = "entry" if count == 1 else "entries"
        raise BadValue(f"{NAME} has {count} {noun}, outside [2, {TIMESTAMPS}]", NAME)
    return checked_timestamps(times)


def origin_of(exact: Sequence[Decimal]) -> Decimal:
    """Return what is subtracted: the first time of a clock that began far away, as Unix times did; 0 of any other."""
    return exact[0] if exact and abs(exact[0]) > FARTHEST else Decimal(0)


def _exact(place: int, text: str) -> Decimal:
    """Return a time with all its digits: Unix times in nanoseconds have more than float64."""
    value = number_of(text)
    if value is None or not abs(value) <= 1e30:
        raise BadValue(f"{NAME} = {text[:SHOWN]!r} at entry {place} is no number in [-1e6, 1e6]", NAME)
    return Decimal(text)


def _near(place: int, text: str, time: Decimal) -> float:
    if not abs(time) <= FARTHEST:
        raise BadValue(f"{NAME} = {text[:SHOWN]!r} at entry {place} is no number in [-1e6, 1e6]", NAME)
    return float(time)


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
        origin = st.session_state.get("times_origin")
        if origin and times[0] == 0:
            st.caption(f"{origin} was subtracted: gradients of the periods τ grow with the clock's distance from 0.")
        show_left_out(NAME, values)


def subtracted(text: str) -> str:
    """Return what reading a text of times takes off each; empty where that is nothing."""
    first = next((entry for entry in text.replace(",", " ").replace(";", " ").split() if number_of(entry)), "0")
    origin = origin_of([Decimal(first)])
    return str(origin) if origin else ""


def _read_text() -> None:
    text = state.told("times_text")
    if text and text.strip():
        _take(lambda: text)


def _read_file() -> None:
    file = state.told("times_file")
    if file is not None:
        _take(lambda: decoded(file.getvalue(), NAME))


def _take(read: Callable[[], str]) -> None:
    """Keep times that could be read, and set T to their number; otherwise say what is wrong with them."""
    try:
        text = read()
        times = parse_times(text)
    except BadValue as error:
        st.session_state.times_fault = str(error)
        return
    state.put({NAME: times, "steps": min(len(times), int(high_of("steps")))})
    st.session_state.times_fault, st.session_state.times_origin = "", subtracted(text)
