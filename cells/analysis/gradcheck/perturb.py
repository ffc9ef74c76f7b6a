"""The loss after one state or one parameter is moved a little: the raw material of independent checks.

The forward equations alone are used, from the moved quantity on; a move along the imaginary axis gives the derivative
without any difference being taken (complex step; Squire & Trapp 1998).
"""

from dataclasses import replace
from typing import Any

import numpy as np

from cells.activations import Array
from cells.base import Params
from cells.forward import unroll
from cells.masked import with_mask_of, without_mask
from cells.network import Network
from cells.scaled import Scaled
from cells.trace import Trace
from cells.truncation import window_of


def moved_state(trace: Trace, layer: int, step: int, part: str, move: Any) -> Array:
    """Return L_b (B,) of steps `step` … T if one part of one layer's state after it is moved by `move` (B, H).

    Only h shows in the step's own output; c is moved behind it. With truncation: of the steps in the step's own window,
    because the next one reads the state as it was.
    """
    later = range(step, window_of(max(step, 1), trace.network.truncation, len(trace.inputs)).stop - 1)  # indices from 0
    states = [{p: _cast(one.states[p], move) for p in one.state_names} for one in trace.layers]
    start = {p: values[step] + (move if p == part else 0) for p, values in states[layer].items()}
    after = _continue(trace, layer, start, trace.layer(layer).record.input.plain(), later)
    rows, steps = np.concatenate([start["h"][None], after]), range(step - 1, later.stop)
    for above in range(layer + 1, len(trace.layers)):
        before = {p: values[step - 1] for p, values in states[above].items()}
        rows = _unrolled(trace.network, trace.network.layers[above], before, rows, steps)
    return _loss(trace.network, rows, steps)


def moved_parameter(trace: Trace, layer: int, name: str, move: Any) -> Array:
    """Return L (a number) if one parameter of one layer is moved by `move`.

    With truncation each window begins at the states as they were: what the move did before it comes in as numbers.
    """
    network = trace.network
    layers = list(network.layers)
    layers[layer] = layers[layer] | {name: layers[layer][name] + move}
    moved = replace(network, layers=tuple(layers))
    T, size = len(trace.inputs), network.truncation or len(trace.inputs)
    windows = [range(first, min(first + size, T)) for first in range(0, T, size)]
    return np.sum([_loss_of_window(trace, moved, steps, move) for steps in windows], axis=0).sum() / network.divisor


def _loss_of_window(trace: Trace, moved: Network, steps: range, move: Any) -> Array:
    """L_b (B,) of some steps (indices from 0) of a moved net that starts at the trace's own states before them."""
    rows = _cast(trace.inputs[steps.start : steps.stop], move)
    for layer, params in zip(trace.layers, moved.layers, strict=True):
        start = {part: _cast(layer.states[part][steps.start], move) for part in layer.state_names}
        rows = _unrolled(moved, params, start, rows, steps)
    return _loss(moved, rows, steps)


def _cast(values: Array, move: Any) -> Array:
    """Return a copy that can hold the moved numbers."""
    return values.astype(np.result_type(values, move))


def _continue(trace: Trace, layer: int, start: dict[str, Array], read: Array, steps: range) -> Array:
    """h after each of some steps (indices from 0), which read their rows of `read` (T, B, I)."""
    if not steps:
        return np.empty((0, *start["h"].shape), start["h"].dtype)
    rows = read[steps.start : steps.stop].astype(start["h"].dtype)
    return _unrolled(trace.network, trace.network.layers[layer], start, rows, steps)


def _unrolled(network: Network, params: Params, start: dict[str, Array], rows: Array, steps: range) -> Array:
    now = slice(steps.start, steps.stop)
    cell = with_mask_of(network.cell, without_mask(network.cell), now)
    tape = cell.init_tape(params, Scaled(rows), start, network.times[now])
    unroll(cell, params, tape)
    return tape["h"][1:]


def _loss(network: Network, rows: Array, steps: range) -> Array:
    """Σ_t w_t ℓ_t (B,) over some steps (indices from 0), of which rows are the top layer's states."""
    outputs = Scaled(rows @ network.readout["W_y"] + network.readout["b_y"])
    losses = network.loss.value(outputs, network.targets[steps.start : steps.stop])
    weights = network.weights[steps.start : steps.stop, None]
    return (weights * np.where(weights > 0, losses, 0)).sum(axis=0)
