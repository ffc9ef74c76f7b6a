"""All layers of a run as one system, and its way back: the transposed Jacobian of one step, for many vectors at once.

The state s_t of a stacked net is every part of every layer, side by side: h (and c) of the lowest layer first, the top
layer's last. Layer l at step t reads layer l - 1 at the same step, so the Jacobian ∂s_t/∂s_{t-1} is block triangular.
"""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.base import Cell, Params, Tape, transposed
from cells.scaled import Exponents, magnitudes, shifted
from cells.trace import LayerTrace, Trace

Rows = list[tuple[Array, ...]]  # per layer, lowest first, one array (…, B, H) per part
RESET = 128  # rows whose largest entry leaves 2^±RESET get an exponent


@dataclass(frozen=True, eq=False)
class Level:
    """One layer on the way back: its cell, its arrays, its place in the state."""

    cell: Cell
    params: Params
    local_derivatives: Tape


class StackedLayers:
    """The layers from `lowest` up; some samples of the batch, or all; some step indices (from 0), or all."""

    def __init__(self, trace: Trace, lowest: int = 0, samples: slice | None = None, steps: Array | None = None) -> None:
        if trace.reverse is not None and lowest + 1 < len(trace.layers):
            raise DoesNotApply("A lower layer of a bidirectional network waits for both ends of the sequence.")
        self.levels = [_level(layer, samples, steps) for layer in trace.layers[lowest:]]
        self.state_names = [part for level in self.levels for part in level.cell.state_names]
        self.steps, self.hidden = len(trace.inputs), trace.states["h"].shape[-1]
        self.truncation = trace.network.truncation
        self.batch = next(iter(self.levels[0].local_derivatives.values())).shape[1]
        self._deltas: dict[int, Array] = {}

    @property
    def size(self) -> int:
        """N: entries of the state of one sample."""
        return len(self.state_names) * self.hidden

    def zero_rows(self, *lead: int) -> Rows:
        """Zeros for vectors of the state's shape: arrays (*lead, B, H)."""
        shape = (*lead, self.batch, self.hidden)
        return [tuple(np.zeros(shape) for _ in level.cell.state_names) for level in self.levels]

    def step_vjp(self, t: int | slice, d_next: Rows, d_prev: Rows) -> None:
        """d_prev = d_next J_t, for step index t (from 0) or a slice of them, which then is an axis before the batch.

        On return d_next holds the total gradients at that step: what reaches a layer from the one above is added.
        """
        for k in reversed(range(len(self.levels))):
            level = self.levels[k]
            delta = self._delta(k, d_next[k][0].shape[:-1])
            level.cell.step_vjp(level.params, level.local_derivatives, t, d_next[k], d_prev[k], delta)
            if k:
                d_below = d_next[k - 1][0]
                d_below += level.cell.input_delta(delta) @ transposed(level.params["W_x"])

    def _delta(self, k: int, lead: tuple[int, ...]) -> Array:
        """Room for a layer's pre-activation gradients, taken again when the shape is the same."""
        shape = (*lead, self.levels[k].cell.delta_blocks * self.hidden)
        if k not in self._deltas or self._deltas[k].shape != shape:
            self._deltas[k] = np.empty(shape)
        return self._deltas[k]


def _level(layer: LayerTrace, samples: slice | None, steps: Array | None) -> Level:
    derivatives = layer.record.local_derivatives
    if samples is not None:
        derivatives = {name: values[:, samples] for name, values in derivatives.items()}
    if steps is not None:
        derivatives = {name: values[steps] for name, values in derivatives.items()}
    return Level(layer.cell, layer.record.params, derivatives)


def renormalise(rows: Rows, exponents: Exponents) -> None:
    """Bring vectors whose entries left 2^±RESET back to magnitude 1; exponents (…, B) keep what was taken off."""
    peaks = np.max([np.abs(part).max(axis=-1) for parts in rows for part in parts], axis=0)
    bits = magnitudes(peaks[..., None])
    far = np.abs(bits) > RESET
    if far.any():
        shift = np.where(far, bits, 0)
        exponents += shift
        for parts in rows:
            for part in parts:
                part[...] = shifted(part, -shift)
