"""A trained network on the main page: its weights become those of the page's run."""

from typing import Any

import streamlit as st

import jobs
from cells.knobs import BadValue
from lab import runs
from lab.snapshot import network_of
from ui import state
from ui.views.brought import keep
from ui.views.fields import high_of

from .choice import FAULT

FEW_SYMBOLS = 64  # that the input of tokens may have
FLOW = "ui/pages/flow.py"


def open_network(place: runs.Place, update: int | None = None) -> None:
    """Turn to the main page with the run's weights, its length and its activation; a fault is told on this page.

    The weights are those after an earlier update, of those that are kept, or the last ones.
    """
    try:
        changes = changes_of(place, update)
    except (BadValue, jobs.JobError) as error:
        st.session_state[FAULT] = str(error)
        st.rerun()
    state.put_next(changes)
    st.switch_page(FLOW)


def changes_of(place: runs.Place, update: int | None = None) -> dict[str, Any]:
    """The values of the page that show the run's network after an update, or as its last checkpoint has it."""
    payload = runs.payload_of(runs.store(), place)
    if payload is None:
        raise jobs.JobError(f"the run {place.name} has no checkpoint, so there is no network to show")
    network = network_of(payload, place.label, update)
    keep("network", network)
    s = place.settings
    steps = min(s.length, int(high_of("steps")))
    changes = {"network": network, "weight_scale": 1.0, "input_scale": 1.0, "layer": 0, "activation": s.activation}
    changes |= {"steps": steps, "scrub": (), "truncation": min(s.truncate, int(high_of("truncation")))}
    return changes | _input(network.inputs, s.task_class.symbols and not s.embedding)


def _input(inputs: int, symbols: bool) -> dict[str, Any]:
    """Symbols for a network that has learned on some, numbers for any other."""
    if symbols and 2 <= inputs <= FEW_SYMBOLS:
        return {"signal": "tokens", "tokens": inputs}
    return {"signal": "running_average"}
