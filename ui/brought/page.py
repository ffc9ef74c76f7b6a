"""The page's widgets: a file of weights with the modules found in it, and a CSV file of sequences."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from cells.knobs import BadValue
from ui import state
from ui.link.link import read_link
from ui.platform import COMMAND, PLATFORM
from ui.shell.notices import as_written, show_sentence
from ui.views.brought import awaited, keep

from .columns import MASK, NEXT, REFUSE, RUNNING_AVERAGE, Columns, Roles, guess_roles, read_columns
from .recordings import Read, recording_of

if TYPE_CHECKING:
    from lab.weights import Found

READABLE = ["safetensors", "pt", "pth", "bin", "ckpt"]
WEIGHTS_HELP = (
    "A state_dict. It stays in your session: it is read as data, never run, and written to no disk. A .pt file is read "
    "in a process of its own."
)
CSV_HELP = (
    "One row a sample, with a first line of names. Columns called time, sequence, target or class are taken as such, "
    "all others are inputs."
)
NO_WEIGHTS = f"A browser cannot read a file of weights: an app started with `{COMMAND}` can."
NONE = "none"


def weights_widgets() -> None:
    """A file of weights, and its modules to choose from."""
    st.markdown("##### Weights")
    if not PLATFORM.processes:
        st.info(NO_WEIGHTS)
        return
    from lab.weights import LARGEST

    st.file_uploader(
        "Weights (.safetensors or .pt)",
        type=READABLE,
        key="weights_file",
        on_change=_read_weights,
        help=WEIGHTS_HELP,
        max_upload_size=LARGEST // 1_000_000,
    )
    _show_fault("weights_fault")
    found: tuple[Found, ...] = st.session_state.get("modules", ())
    ready = {one.name: one for one in found if one.network is not None}
    if ready:
        _choice(ready)
    for one in found:
        if one.problem:
            st.caption(as_written(one.problem))


def _choice(ready: dict[str, Found]) -> None:
    """The modules by name; choosing one runs it."""
    network = state.values()["network"]
    keys = {one.network.key: name for name, one in ready.items() if one.network is not None}
    st.session_state.module = keys.get(network.key) if network is not None else None
    st.radio(
        "Modules found",
        list(ready),
        index=None,
        key="module",
        captions=[one.label for one in ready.values()],
        on_change=_use_module,
    )


def _read_weights() -> None:
    """List the modules of the file at hand; a single one is used at once."""
    from lab.weights import BadFile, find_modules, read_weights

    file = state.told("weights_file")
    if file is None:
        return
    st.session_state.weights_fault, st.session_state.modules = "", ()
    try:
        found = find_modules(read_weights(file.getvalue(), file.name), file.name)
    except BadFile as error:
        st.session_state.weights_fault = str(error)
        return
    st.session_state.modules = found
    for one in found:
        if one.network is not None:
            keep("network", one.network)
    ready = [one for one in found if one.network is not None]
    if not found:
        st.session_state.weights_fault = f"{file.name} holds no recurrent module: no weight_hh_l0 and no layers.0.W_h."
    if not _brings_back() and len(ready) == 1:
        _use(ready[0])


def _use_module() -> None:
    chosen = state.told("module")
    for one in st.session_state.get("modules", ()):
        if one.name == chosen:
            _use(one)


def _use(found: Found) -> None:
    """The page's run with these weights, as they are, and with an input that they can read."""
    network = found.network
    if network is None:
        return
    values = state.values()
    changes: dict[str, Any] = {"network": network, "weight_scale": 1.0, "layer": 0, "activation": found.activation}
    brought = values["recording"].inputs if values["recording"] is not None else 0
    if values["signal"] == "tokens" or (values["signal"] == "own" and brought != network.inputs):
        changes["signal"] = "running_average"
    state.put(changes)


def _brings_back() -> bool:
    """Show the view of a link that waited for this file; whether there was one."""
    query = st.session_state.get("awaited")
    if not query or awaited(query):
        return False
    found, complaints = read_link(query)
    state.put(found)
    st.session_state.complaints, st.session_state.awaited = complaints, None
    return True


# ── sequences


def sequences_widgets() -> None:
    """A CSV file of sequences, what each column is, and what was read."""
    st.markdown("##### Sequences")
    st.file_uploader("Sequences (.csv)", type=["csv", "txt", "tsv"], key="csv_file", on_change=_read_csv, help=CSV_HELP)
    columns: Columns | None = st.session_state.get("columns")
    if columns is not None:
        _roles(columns)
    _show_fault("csv_fault")
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
    if not _brings_back():
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


def _show_fault(key: str) -> None:
    fault = st.session_state.get(key)
    if fault:
        show_sentence(fault)
