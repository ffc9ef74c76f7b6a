"""Input of the reader's own: the input signal, an own sequence pasted or from a file, the steps that carry a loss."""

import csv
import io
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

import streamlit as st

from cells.knobs import BadValue
from cells.settings import OWN_LIMIT, OWN_ROWS
from cells.words import steps
from ui import state
from ui.link.link import left_out
from ui.shell.notices import show_sentence
from ui.views.fields import Values, high_of

Rows = tuple[tuple[float, ...], ...]

MEGABYTES = 10
COLUMNS = 64
SHOWN = 40  # characters of a bad value that are repeated
LIKE_A_NUMBER = re.compile(r"\s*[+-]?[.,]?\d")
SEQUENCE_HELP = "Numbers separated by commas, spaces or lines; several columns are several inputs, one row a step."


def loss_steps_widget(values: Values) -> None:
    """A text field for the steps that carry a loss; two of them to begin with."""
    if not values["loss_steps"]:
        state.put({"loss_steps": (values["steps"] // 2, values["steps"])})
    st.text_input("Steps with a loss", key="loss_steps_text", placeholder="10, 25, 50", on_change=_read_loss_steps)
    show_kept_fault("loss_steps_fault")


def _read_loss_steps() -> None:
    text = state.told("loss_steps_text")
    if text is None:
        return
    try:
        st.session_state.loss_steps = parse_steps(text, state.values()["steps"])
        st.session_state.loss_steps_fault = ""
    except BadValue as error:
        st.session_state.loss_steps_fault = str(error)


def parse_steps(text: str, most: int) -> tuple[int, ...]:
    """Whole numbers up to `most`, separated by commas or spaces; BadValue names the first that is none."""
    words = text.replace(",", " ").split()
    if not words:
        raise BadValue(f"loss_steps is empty; it takes whole numbers in [1, {most}]", "loss_steps")
    for word in words:
        if not (word.isascii() and word.isdigit() and len(word) < 9 and 1 <= int(word) <= most):
            raise BadValue(f"loss_steps = {word[:SHOWN]!r} is no whole number in [1, {most}]", "loss_steps")
    return tuple(sorted({int(word) for word in words}))


def read_upload(data: bytes) -> Rows:
    """Return a CSV file's rows of numbers; a first row of names is skipped. BadValue names line and fault."""
    return parse_rows(decoded(data, "own"))


def decoded(data: bytes, name: str) -> str:
    """Return a file's text; BadValue names the field and the first byte that is none."""
    check_size(len(data), "a file", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadValue(f"{name} = a file that is not UTF-8 text: byte {error.start} cannot be read", name) from None
    if 0 in data:
        raise BadValue(f"{name} = a file that is no text: byte {data.index(0)} is 0", name)
    return text


def check_size(size: int, kind: str, name: str) -> None:
    """BadValue for a file or a text that is too long to be read."""
    if size > MEGABYTES * 1_000_000:
        raise BadValue(f"{name} = {kind} of {size / 1e6:.1f} MB is outside [0, {MEGABYTES}] MB", name)


def parse_text(text: str) -> Rows:
    """Return a pasted sequence: several lines with several columns are rows; anything else is one column."""
    check_size(len(text), "a text", "own")
    lines = [line.strip().rstrip(",;") for line in text.splitlines()]
    if sum(map(bool, lines)) > 1:
        spaced = not set(",;") & set(text)
        return parse_rows("\n".join(",".join(line.split()) if spaced else line for line in lines))
    return parse_rows("\n".join(text.replace(",", " ").replace(";", " ").split()))


def parse_rows(text: str) -> Rows:
    """Return rows of numbers, all of one length."""
    delimiter = ";" if ";" in text else ","
    rows = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    filled = ((number, row) for number, row in enumerate(rows, 1) if any(map(str.strip, row)))
    try:
        lines = list(islice(filled, OWN_ROWS + 2))  # names, the rows there may be, and one too many
    except csv.Error as error:
        raise BadValue(f"own = text that is no CSV: {error}", "own") from None
    if lines[1:] and all(map(is_name, lines[0][1])):
        lines = lines[1:]
    width = len(lines[0][1]) if lines else 0
    if width > COLUMNS:
        raise BadValue(f"own has {width} columns, outside [1, {COLUMNS}]", "own")
    found = tuple(_row(number, row, width) for number, row in lines)
    if not 2 <= len(found) <= OWN_ROWS:
        count = f"more than {OWN_ROWS} steps" if found[2:] else steps(len(found))
        raise BadValue(f"own has {count}, outside [2, {OWN_ROWS}]", "own")
    return found


def _row(number: int, row: list[str], width: int) -> tuple[float, ...]:
    if len(row) != width:
        count = f"{len(row)} value" + "s" * (len(row) != 1)
        raise BadValue(f"own has {count} in line {number}, the lines before have {width}", "own")
    for text in row:
        if not _is_number(text):
            raise BadValue(f"own = {text.strip()[:SHOWN]!r} in line {number} is no number in [-1e6, 1e6]", "own")
    return tuple(float(text) for text in row)


def _is_number(text: str) -> bool:
    value = number_of(text)
    return value is not None and abs(value) <= OWN_LIMIT


def is_name(text: str) -> bool:
    """Return whether it may be the name of a column: `nan` and `0,5` are numbers gone wrong."""
    return number_of(text) is None and not LIKE_A_NUMBER.match(text)


def number_of(text: str) -> float | None:
    """Return the number, NaN and infinities among them, or None."""
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def own_widgets(values: Values) -> None:
    """A field to paste a sequence into, a file to load, and what is known of the one at hand."""
    common: dict[str, Any] = {"key": "own_text", "on_change": _read_text, "persist_state": "session"}
    st.text_area("Paste a sequence", help=SEQUENCE_HELP, placeholder="0.1, 0.5, -0.3, …", **common)
    st.file_uploader("or load a CSV file", type=["csv", "txt"], key="own_file", on_change=_read_file)
    show_kept_fault("own_fault")
    rows = values["own"]
    if rows:
        st.caption(f"{len(rows)} steps × {len(rows[0])} inputs; T follows its length when it is loaded.")
        show_left_out("own", values)


def show_left_out(name: str, values: Values) -> None:
    """A word where a list is too long for a link."""
    for sentence in left_out(values):
        if sentence.startswith(f"{name} "):
            st.caption(sentence)


def _read_text() -> None:
    text = state.told("own_text")
    if text and text.strip():
        _take(lambda: parse_text(text))


def _read_file() -> None:
    file = state.told("own_file")
    if file is not None:
        _take(lambda: read_upload(file.getvalue()))


def _take(read: Callable[[], Rows]) -> None:
    """Keep a sequence that could be read, and set T to its length; otherwise say what is wrong with it."""
    try:
        rows = read()
    except BadValue as error:
        st.session_state.own_fault = str(error)
        return
    state.put({"own": rows, "steps": min(len(rows), int(high_of("steps") or len(rows)))})
    st.session_state.own_fault = ""


def show_kept_fault(key: str) -> None:
    """Show what was wrong with the last text or file, until a good one comes."""
    if fault := state.told(key):
        show_sentence(fault)
