"""The recurrent layers of a checkpoint as a network that settings may carry; no PyTorch is loaded to read them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from cells.activations import ACTIVATIONS
from cells.arrays import Array
from cells.base import Params, Recipe
from cells.knobs import BadValue, knobs_of
from cells.own_network import OwnNetwork

from .record import read_payload
from .settings import LabSettings
from .tasks import TASKS


def network_of(payload: bytes, called: str) -> OwnNetwork:
    """Return the layers as the checkpoint has them; BadValue where it is none. `called` names it in words and links."""
    facts, arrays = read_payload(payload)
    settings = LabSettings.from_json(facts["settings"])
    try:
        layers = _layers(settings, arrays["theta"])
    except (KeyError, ValueError) as error:
        raise BadValue(f"the checkpoint does not fit its own settings ({error})", "checkpoint") from error
    update = facts["progress"]["update"]
    key = f"{hashlib.sha256(payload).hexdigest()}:{called} at update {update}"
    options = {n: getattr(settings.options, n) for n, f in knobs_of(settings.options).items() if not _draws(f)}
    return OwnNetwork(settings.cell, layers, options, key, f"{called}, trained for {update} updates")


def _draws(field: Any) -> bool:
    return field.metadata["knob"].draws


def _layers(s: LabSettings, theta: Array) -> tuple[Params, ...]:
    """Return the parameters of each layer, cut from all of them: embedding, layers, readout, in this order."""
    inputs = TASKS[s.task](s).inputs
    place = inputs * s.embedding
    found = []
    for layer in range(s.layers):
        drawn = _drawn(s, layer, (s.embedding or inputs) if layer == 0 else s.hidden)
        learned = {n: a for n, a in drawn.items() if n not in s.cell_class.constants}
        params, place = _cut(theta, place, learned)
        found.append(drawn | params)
    return tuple(found)


def _drawn(s: LabSettings, layer: int, inputs: int) -> Params:
    """Return the layer as it began, with what is not learned: a time gate's clock, for example."""
    cell = s.cell_class.build(s.options, ACTIVATIONS[s.activation])
    return cell.init_params(Recipe(s.init, s.weight_scale, s.input_scale, s.seed, layer, inputs, s.hidden, s.length))


def _cut(theta: Array, place: int, wanted: Mapping[str, Array]) -> tuple[Params, int]:
    """Arrays of the wanted shapes, one after another, from a place on; and the place behind them."""
    params = {}
    for name, array in wanted.items():
        params[name] = theta[place : place + array.size].reshape(array.shape)
        place += array.size
    return params, place
