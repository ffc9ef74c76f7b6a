"""The page's widgets for a CSV file of sequences: what each column is, and what was read."""

import hashlib
from dataclasses import replace
from typing import Any

import streamlit as st

from cells.knobs import BadValue
from ui import state
from ui.shell.notices import as_written
from ui.views.brought import keep

from .columns import MASK, NEXT, REFUSE, RUNNING_AVERAGE, Columns, Roles, guess_roles, read_columns
from .links import brings_back, show_fault
from .recordings import Read, recording_of

CSV_HELP = (
    "One row a sample, with a first line of names. Columns called time, sequence, target or class are taken as such, "
    "all others are inputs."
)
NONE = "none"


def sequences_widgets() -> None:
    """A CSV file of sequences, what each column is, and what was read."""
    st.markdown("##### Sequences")
    st.file_uploader("Sequences (.csv)", type=["csv", "txt", "tsv"], key="csv_file", on_change=_read_csv, help=CSV_HELP)
    columns: Columns | None = st.session_state.get("columns")
    if columns is not None:
        _roles(columns)
    show_fault("csv_fault")
    for note in st.session_state.get("csv_notes", ()):
        st.caption(as_written(note))


def _roles(columns: Columns) -> None:
    """Show what each column is; a change reads the file anew."""
    names = list(columns.names)
    first, second = st.columns(2)
    with first:
        st.selectbox("Time", [NONE, *names], key="csv_time", on_change=_use_csv)
        st.selectbox("Sequence", [NONE, *names], key="csv_sequence", on_change=_use_csv)
    with second:
        st.selectbox("Target", [RUNNING_AVERAGE, NEXT, *names], key="csv_target", on_change=_use_csv)
        st.selectbox("Missing values", [REFUSE, MASK], key="csv_missing", on_change=_use_csv)
    if state.told("csv_target") not in (None, RUNNING_AVERAGE, NEXT):
        st.toggle("The target names a class", key="csv_classes", on_change=_use_csv)


def _read_csv() -> None:
    file = state.told("csv_file")
    if file is None:
        return
    st.session_state.csv_fault, st.session_state.csv_notes, st.session_state.columns = "", (), None
    try:
        data = file.getvalue()
        columns = read_columns(data)
    except BadValue as error:
        st.session_state.csv_fault = f"{error}."
        return
    roles = guess_roles(columns)
    st.session_state.columns, st.session_state.csv_of = columns, (hashlib.sha256(data).hexdigest(), file.name)
    st.session_state.csv_time, st.session_state.csv_sequence = roles.time or NONE, roles.sequence or NONE
    st.session_state.csv_target, st.session_state.csv_classes = roles.target, roles.classes
    st.session_state.csv_missing = REFUSE
    _use_csv()


def _use_csv() -> None:
    """The run on these sequences; where they make none, what is wrong with them."""
    asked = {name: state.told(f"csv_{name}") for name in ("time", "sequence", "target", "missing", "classes")}
    columns: Columns | None = st.session_state.get("columns")
    if columns is None or not asked["target"]:
        return
    roles = Roles(_named(asked["time"]), _named(asked["sequence"]), asked["target"], bool(asked["classes"]))
    try:
        read = _read(columns, replace(roles, missing=asked["missing"] or REFUSE))
    except (BadValue, ValueError) as error:
        st.session_state.csv_fault, st.session_state.csv_notes = f"{error}.", ()
        return
    st.session_state.csv_fault, st.session_state.csv_notes = "", read.notes
    keep("recording", read.recording)
    if not brings_back():
        _run_on(read)


def _named(name: str | None) -> str:
    return "" if name in (None, NONE) else str(name)


def _read(columns: Columns, roles: Roles) -> Read:
    """Return the recording; its key tells the roles apart as well as the files."""
    sha256, name = st.session_state.get("csv_of", ("0" * 64, "a file"))
    words = "|".join((roles.time, roles.sequence, roles.target, "class" * roles.classes, roles.missing))
    return recording_of(columns, roles, f"{sha256}:{words}", name)


def _run_on(read: Read) -> None:
    found = read.recording
    changes: dict[str, Any] = {
        "recording": found,
        "signal": "own",
        "batch": found.batch,
        "steps": min(found.steps, 1000),
    }
    if found.times is not None:
        changes |= {"sampling": "own", "timestamps": ()}
    network = state.values()["network"]
    if network is not None and network.inputs != found.inputs:
        st.session_state.csv_fault = (
            f"The sequences have {found.inputs} inputs, the network reads {network.inputs}: its weights are put aside."
        )
        changes["network"] = None
    state.put(changes)
