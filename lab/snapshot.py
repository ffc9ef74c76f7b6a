"""The recurrent layers of a checkpoint as a network that settings may carry; no PyTorch is loaded to read them."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from cells.activations import ACTIVATIONS
from cells.arrays import Array
from cells.base import Params, Recipe
from cells.knobs import BadValue, knobs_of
from cells.own_network import OwnNetwork

from .record import read_payload, rungs_of
from .settings import LabSettings
from .tasks import TASKS

NOTHING = np.zeros(0)


def network_of(payload: bytes, called: str, update: int | None = None) -> OwnNetwork:
    """Return the layers as the checkpoint has them, or as they were after an earlier update whose weights it keeps.

    BadValue where it is no checkpoint, or keeps no weights of that update. `called` names it in words and links.
    """
    facts, arrays = read_payload(payload)
    settings = LabSettings.from_json(facts["settings"])
    last = facts["progress"]["update"]
    wanted = last if update is None else update
    learned = _learned(settings, arrays.get("theta", NOTHING)) if wanted == last else _rung(arrays, wanted)
    try:
        layers = _layers(settings, learned)
    except (KeyError, ValueError) as error:
        raise BadValue(f"the checkpoint does not fit its own settings ({error})", "checkpoint") from error
    key = f"{hashlib.sha256(learned.tobytes()).hexdigest()}:{called} at update {wanted}"
    options = {n: getattr(settings.options, n) for n, f in knobs_of(settings.options).items() if not _draws(f)}
    return OwnNetwork(settings.cell, layers, options, key, f"{called}, {_trained(wanted)}")


def _trained(update: int) -> str:
    """Return how long it has learned, in words."""
    return f"trained for {update} updates" if update else "before it was trained"


def _learned(s: LabSettings, theta: Array) -> Array:
    """Return the layers' part of all parameters: embedding, layers, readout, in this order."""
    return theta[TASKS[s.task](s).inputs * s.embedding :]


def _rung(arrays: Mapping[str, Array], update: int) -> Array:
    rungs = rungs_of(arrays)
    if update not in rungs:
        known = ", ".join(map(str, sorted(rungs))) or "none"
        raise BadValue(f"update = {update} is none whose weights are kept; those are {known}", "update")
    return rungs[update]


def _draws(field: Any) -> bool:
    return field.metadata["knob"].draws


def _layers(s: LabSettings, learned: Array) -> tuple[Params, ...]:
    """Return the parameters of each layer, cut from what all of them have learned."""
    inputs, place = TASKS[s.task](s).inputs, 0
    found = []
    for layer in range(s.layers):
        drawn = _drawn(s, layer, (s.embedding or inputs) if layer == 0 else s.hidden)
        wanted = {n: a for n, a in drawn.items() if n not in s.cell_class.constants}
        params, place = _cut(learned, place, wanted)
        found.append(drawn | params)
    return tuple(found)


def _drawn(s: LabSettings, layer: int, inputs: int) -> Params:
    """Return the layer as it began, with what is not learned: a time gate's clock, for example."""
    cell = s.cell_class.build(s.options, ACTIVATIONS[s.activation])
    return cell.init_params(Recipe(s.init, s.weight_scale, s.input_scale, s.seed, layer, inputs, s.hidden, s.length))


def _cut(learned: Array, place: int, wanted: Mapping[str, Array]) -> tuple[Params, int]:
    """Arrays of the wanted shapes, one after another, from a place on; and the place behind them."""
    params = {}
    for name, array in wanted.items():
        params[name] = learned[place : place + array.size].reshape(array.shape)
        place += array.size
    return params, place
