"""What the loss does when one state or one parameter is moved a little: the raw material of independent checks.

The forward equations alone are used, from the moved quantity on; a move along the imaginary axis gives the derivative
without any difference being taken (complex step; Squire & Trapp 1998).
"""

from dataclasses import replace
from typing import Any

import numpy as np

from cells.activations import Array
from cells.base import Params
from cells.forward import unroll
from cells.network import Network
from cells.scaled import Scaled
from cells.trace import Trace


def moved_state(trace: Trace, layer: int, step: int, part: str, move: Any) -> Array:
    """L_b (B,) of steps `step` … T if one part of one layer's state after that step is moved by `move` (B, H).

    Only h shows in the step's own output; c is moved behind it.
    """
    states = [{p: _cast(one.states[p], move) for p in one.state_names} for one in trace.layers]
    start = {p: values[step] + (move if p == part else 0) for p, values in states[layer].items()}
    later = _continue(trace, layer, start, trace.layer(layer).record.input.plain()[step:])
    rows = np.concatenate([start["h"][None], later])
    for above in range(layer + 1, len(trace.layers)):
        before = {p: values[step - 1] for p, values in states[above].items()}
        rows = _continue(trace, above, before, rows)
    return _loss(trace.network, rows, trace.network.readout)


def moved_parameter(trace: Trace, layer: int, name: str, move: Any) -> Array:
    """L (a number) if one parameter of one layer is moved by `move`."""
    network = trace.network
    layers = list(network.layers)
    layers[layer] = layers[layer] | {name: layers[layer][name] + move}
    moved = replace(network, layers=tuple(layers))
    rows = _cast(trace.inputs, move)
    for params, start in zip(moved.layers, moved.start, strict=True):
        rows = _unrolled(moved, params, {p: _cast(values, move) for p, values in start.items()}, rows)
    return _loss(moved, rows, moved.readout).sum() / network.divisor


def _cast(values: Array, move: Any) -> Array:
    """A copy that can hold the moved numbers."""
    return values.astype(np.result_type(values, move))


def _continue(trace: Trace, layer: int, start: dict[str, Array], rows: Array) -> Array:
    """h after each of the steps that read `rows` (K, B, I), the last K of the run."""
    if not len(rows):
        return np.empty((0, *start["h"].shape), start["h"].dtype)
    return _unrolled(trace.network, trace.network.layers[layer], start, rows.astype(start["h"].dtype))


def _unrolled(network: Network, params: Params, start: dict[str, Array], rows: Array) -> Array:
    tape = network.cell.init_tape(params, Scaled(rows), start, network.times[-len(rows) :])
    unroll(network.cell, params, tape)
    return tape["h"][1:]


def _loss(network: Network, rows: Array, readout: Params) -> Array:
    """Σ_t w_t ℓ_t (B,) over the last steps, of which rows are the top layer's states."""
    outputs = Scaled(rows @ readout["W_y"] + readout["b_y"])
    losses = network.loss.value(outputs, network.targets[-len(rows) :])
    weights = network.weights[-len(rows) :]
    return (weights[:, None] * np.where(weights[:, None] > 0, losses, 0)).sum(axis=0)
