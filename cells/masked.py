"""Masked steps: where a sample's step is masked its state stands still, and its gradient is handed on unchanged."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .arrays import Array
from .base import Arrays, Cell, Params, Tape
from .scaled import Scaled


def masked(cell: Cell, active: Array) -> Cell:
    """Return the same cell, which steps only where `active` (T, B) is True: elsewhere h' = h, and c' = c.

    A masked step changes no parameter and passes nothing to its input; a loss attached to it reaches the state that
    stands there.
    """
    kind = type(cell)
    found = type(f"Masked{kind.__name__}", (_Masked, kind), {"__doc__": kind.__doc__})(cell.options, cell.activation)
    found.active = np.ascontiguousarray(active, dtype=bool)[..., None]
    return found


def with_mask_of(other: Cell, cell: Cell, steps: slice = slice(None)) -> Cell:
    """Return the cell with the mask that the other has at some steps; as it is where that has none."""
    return masked(cell, other.active[steps, :, 0]) if isinstance(other, _Masked) else cell


def without_mask(cell: Cell) -> Cell:
    """Return the cell that a masked one was made from."""
    return type(cell).__mro__[2](cell.options, cell.activation) if isinstance(cell, _Masked) else cell


class _Masked(Cell):
    """A cell behind a mask; `active` travels on the tape and as the last of the local derivatives."""

    active: Array  # (T, B, 1)

    def init_tape(self, params: Params, x: Scaled, start: Mapping[str, Array], times: Array) -> Tape:
        tape = super().init_tape(params, x, start, times)
        lead = tape["h"].shape[1:-1]  # with an axis of settings every setting has the mask
        active = self.active.reshape(len(self.active), *[1] * (len(lead) - 1), -1, 1)
        return tape | {"active": np.broadcast_to(active, (len(active), *lead, 1)).copy()}

    def forward_steps(self, params: Params, tape: Tape, steps: range) -> None:
        active, parts = tape["active"], self.state_names
        for t in steps:
            super().forward_steps(params, tape, range(t, t + 1))
            for part in () if active[t].all() else parts:
                np.copyto(tape[part][t + 1], tape[part][t], where=~active[t])

    def local_derivatives(self, params: Params, tape: Tape, steps: Any) -> Tape:
        return super().local_derivatives(params, tape, steps) | {"active": tape["active"][steps]}

    def backward_step(self, params: Params, derivatives: Arrays, d_next: Arrays, d_prev: Arrays, delta: Arrays) -> None:
        *own, active = derivatives
        arriving = [d.copy() for d in d_next]
        super().backward_step(params, tuple(own), d_next, d_prev, delta)
        for came, at_end, at_start in zip(arriving, d_next, d_prev, strict=True):
            for d in (at_end, at_start):
                np.copyto(d, came, where=~active)
        for d in delta:
            np.copyto(d, 0, where=~active)

    def grads_through_h(self, derivatives: Tape, t: Any, d_h: Array) -> Arrays:
        d_h, *others = super().grads_through_h(derivatives, t, d_h)
        return d_h, *(np.where(derivatives["active"][t], d, 0) for d in others)
