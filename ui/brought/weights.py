"""The page's widgets for a file of weights: the modules found in it, and what reads the chosen one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import state
from ui.platform import COMMAND, PLATFORM
from ui.shell.notices import as_written
from ui.views.brought import keep
from ui.views.fields import run_settings

from .links import brings_back, show_fault

if TYPE_CHECKING:
    from cells.own_network import OwnNetwork
    from lab.weights import Found

READABLE = ["safetensors", "pt", "pth", "bin", "ckpt"]
WEIGHTS_HELP = (
    "A state_dict. It stays in your session: it is read as data, never run, and written to no disk. A .pt file is read "
    "in a process of its own."
)
NO_WEIGHTS = f"A browser cannot read a file of weights: an app started with `{COMMAND}` can."
DRAWN = "drawn"
FEW, LIST_HEIGHT = 5, 330  # modules that are all in view; px of the list where there are more


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
    show_fault("weights_fault")
    found: tuple[Found, ...] = st.session_state.get("modules", ())
    ready = {one.name: one for one in found if one.network is not None}
    if ready:
        _choice(ready)
    for note in dict.fromkeys(one.note for one in ready.values() if one.note):
        st.caption(note)
    for one in found:
        if one.problem:
            st.caption(as_written(one.problem))


def _choice(ready: dict[str, Found]) -> None:
    """The modules by name; choosing one runs it."""
    network = state.values()["network"]
    keys = {one.network.key: name for name, one in ready.items() if one.network is not None}
    chosen = keys.get(network.without_readout().key) if network is not None else None
    st.session_state.module = chosen
    with st.container(height=LIST_HEIGHT if len(ready) > FEW else "content", border=False):
        st.radio(
            "Modules found",
            list(ready),
            index=None,
            key="module",
            captions=[one.label for one in ready.values()],
            on_change=_use_module,
        )
    if network is not None and chosen is not None:
        _readout(ready[chosen], network)


def _readout(found: Found, network: OwnNetwork) -> None:
    """Show the layers of the file that may read this module out for the present signal, and a drawn one."""
    asked = run_settings(state.valid()).output_size
    fitting = [words for words, one in found.readouts.items() if one.outputs == asked]
    if fitting:
        used = next((words for words in fitting if found.readouts[words].key == network.key), DRAWN)
        st.session_state.readout = used
        st.selectbox("Readout", [DRAWN, *fitting], key="readout", on_change=_use_readout, width=420)
    elif found.readouts:
        words = next(iter(found.readouts))
        st.caption(
            f"The readout is drawn: {as_written(words)} does not fit, as the signal asks for {_outputs(asked)} a step. "
            "Sequences with targets of its size can be read out by it."
        )


def _outputs(count: int) -> str:
    return "1 output" if count == 1 else f"{count} outputs"


def _use_readout() -> None:
    """The same module, read out by what was chosen."""
    chosen = state.told("readout")
    module = next((one for one in st.session_state.get("modules", ()) if one.name == state.told("module")), None)
    if chosen is None or module is None:
        return
    network = module.readouts.get(chosen, module.network)
    keep("network", network)
    state.put({"network": network})


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
    _keep(found)
    ready = [one for one in found if one.network is not None]
    if not found:
        st.session_state.weights_fault = f"{file.name} holds no recurrent module: no weight_hh_l0 and no layers.0.W_h."
    if not brings_back() and len(ready) == 1:
        _use(ready[0])


def _keep(found: tuple[Found, ...]) -> None:
    """Keep every module, and the readout that a link waits for."""
    waited = (st.session_state.get("awaited") or {}).get("network", [""])[-1]
    for one in found:
        if one.network is not None:
            keep("network", one.network)
    for network in (network for one in found for network in one.readouts.values() if network.key == waited):
        keep("network", network)


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
