"""The loop backward in time. It knows no cell by name.

It goes in short stretches of plain float64 steps, at the exponents the first step starts with, and looks at the end of
each whether every row stayed within 2^±SAFE. A stretch that did not is walked again step by step, with a power of two
beside each row chosen anew at every step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .arrays import Array, Exponents, Mask, empty_unit_major, near_blocks
from .base import Cell, Params, Tape
from .scaled import Scaled, magnitudes, safe_bits, settled, shifted, stays_safe
from .truncation import walls

STRETCH = 16  # steps between two looks


@dataclass(frozen=True, eq=False)
class UpstreamGrad:
    """The gradient that reaches h at each step other than through later steps: rows[k] arrives at steps[k] (1-based,
    ascending).
    """

    steps: list[int]
    rows: Scaled  # (len(steps), …, B, H)
    final: Mapping[str, Array] | None = None  # what reaches the other parts of the last state from outside, (B, H)

    def with_final(self, final: Mapping[str, Array] | None, last: int) -> "UpstreamGrad":
        """Add ∂L_b/∂ of the final state, one array (B, H) a part, which arrives at step `last`."""
        if not final:
            return self
        others = {part: rows for part, rows in final.items() if part != "h"}
        here = self if self.steps[-1:] == [last] else self._with_row(last)
        if "h" not in final:
            return replace(here, final=others)
        end = here.rows.at(slice(-1, None)).plus(final["h"][None])
        return UpstreamGrad(here.steps, _with_end(here.rows, end), others)

    def _with_row(self, step: int) -> "UpstreamGrad":
        """Return one row of zeros more, at a later step."""
        mantissa, exponent = self.rows.mantissa, self.rows.exponent
        mantissa = np.append(mantissa, np.zeros((1, *mantissa.shape[1:])), axis=0)
        if exponent is not None:
            exponent = np.append(exponent, np.zeros((1, *exponent.shape[1:]), np.int64), axis=0)
        return UpstreamGrad([*self.steps, step], Scaled(mantissa, exponent))


def _with_end(rows: Scaled, end: Scaled) -> Scaled:
    """Return rows with the last one replaced."""
    mantissa = np.concatenate([rows.mantissa[:-1], end.mantissa])
    if rows.exponent is None or end.exponent is None:
        return Scaled(mantissa)
    return Scaled(mantissa, np.concatenate([rows.exponent[:-1], end.exponent]))


def backprop(
    cell: Cell, params: Params, tape: Tape, direct: UpstreamGrad, truncation: int = 0
) -> tuple[dict[str, Scaled], Scaled]:
    """Return total gradients of every part (T+1, …, B, H) and pre-activation gradients (T, …, B, delta_blocks·H).

    truncation  steps in a window that the gradient does not leave (truncation.py), 0 for none
    """
    walk = _Walk(cell, params, tape, direct, truncation)
    walk.arrive(len(walk.delta))
    for block in reversed(list(near_blocks(len(walk.delta), walk.delta[:1].nbytes, STRETCH))):
        walk.block(block)
    return walk.result()


class _Walk:
    """Walk one layer back in time."""

    def __init__(self, cell: Cell, params: Params, tape: Tape, direct: UpstreamGrad, truncation: int) -> None:
        self.cell, self.params, self.tape, self.direct = cell, params, tape, direct
        h = tape["h"]
        self.walls = walls(truncation, len(h) - 1)
        self.index = {step: k for k, step in enumerate(direct.steps)}
        self.within = {step: k for step, k in self.index.items() if step not in self.walls}  # met on the way
        self.grads = tuple(np.empty_like(h) for _ in cell.state_names)
        self.delta = empty_unit_major(len(h) - 1, *h.shape[1:-1], cell.delta_blocks * h.shape[-1], dtype=h.dtype)
        self.safe = safe_bits(h.dtype)
        self.exponent: Exponents | None = None
        for part, grad in zip(cell.state_names, self.grads, strict=True):
            grad[-1] = (direct.final or {}).get(part, 0)

    def arrive(self, t: int) -> None:
        """The direct part of step T, or of a window's last step: the walk begins with it."""
        if t in self.index:
            rows = self._direct(t)
            if rows.exponent is None and stays_safe(rows.mantissa, lambda: rows.mantissa.any(axis=-1)):
                self.grads[0][t] = rows.mantissa
            else:
                self._inject_scaled(t)

    def block(self, steps: slice) -> None:
        """Some steps: the local derivatives of all of them at once, then stretch by stretch."""
        self.low, self.derivatives = steps.start, self.cell.local_derivatives(self.params, self.tape, steps)
        ends = {*range(steps.stop, steps.start, -STRETCH), *(w for w in self.walls if steps.start < w < steps.stop)}
        for top, low in pairwise([*sorted(ends, reverse=True), steps.start]):
            self.stretch(top, low)
            if low in self.walls:
                self.begin_anew(low)

    def begin_anew(self, t: int) -> None:
        """Forget what came back to a window's last step from the next window."""
        for grad in self.grads:
            grad[t] = 0
        if self.exponent is not None:
            self.exponent[t] = 0
        self.arrive(t)

    def stretch(self, top: int, low: int) -> None:
        """From step `top` down to `low` at constant exponents; where a row leaves the safe range, step by step."""
        begun = [grad[top].copy() for grad in self.grads]
        if self.exponent is not None:
            self.exponent[low:top] = self.exponent[top]
        self._walk(top, low)
        if all(stays_safe(grad[low], lambda k=k: self._fed(begun[k], top, low)) for k, grad in enumerate(self.grads)):
            return
        for grad, rows in zip(self.grads, begun, strict=True):
            grad[top] = rows
        for t in range(top - 1, low - 1, -1):
            self._scaled_step(t)

    def _walk(self, top: int, low: int) -> None:
        backward_step, params, within = self.cell.backward_step, self.params, self.within
        states = zip(*(grad[low : top + 1][::-1] for grad in self.grads), strict=True)
        derivatives = zip(*(d[low - self.low : top - self.low][::-1] for d in self.derivatives.values()), strict=True)
        deltas = zip(*(d[::-1] for d in self.cell.split_delta(self.delta[low:top])), strict=True)
        here = next(states)
        for t, local, before, delta in zip(range(top - 1, low - 1, -1), derivatives, states, deltas, strict=True):
            backward_step(params, local, here, before, delta)
            if t in within:
                self._inject(t)
            here = before

    def _at(self, t: int) -> tuple[Array, ...]:
        return tuple([grad[t] for grad in self.grads])

    def result(self) -> tuple[dict[str, Scaled], Scaled]:
        """Return gradients by part, and delta."""
        parts = {p: Scaled(g, self.exponent) for p, g in zip(self.cell.state_names, self.grads, strict=True)}
        return parts, Scaled(self.delta, None if self.exponent is None else self.exponent[1:])

    def _fed(self, begun: Array, top: int, low: int) -> Mask:
        """Return rows that a gradient entered, or a direct part so far from float64 that bringing it home may
        have lost it.
        """
        fed = begun.any(axis=-1)
        if self.direct.rows.exponent is not None:
            for rows in (self._direct(t) for t in range(low, top) if t in self.within):
                fed |= rows.mantissa.any(axis=-1) & (rows.exponent != 0)
        return fed

    def _scaled_step(self, t: int) -> None:
        self.cell.step_vjp(self.params, self.derivatives, t - self.low, self._at(t + 1), self._at(t), self.delta[t])
        exponent = self._exponents()
        exponent[t] = exponent[t + 1]
        self._renormalise(t)
        if t in self.within:
            self._inject_scaled(t)

    def _direct(self, t: int) -> Scaled:
        k, rows = self.index[t], self.direct.rows
        return Scaled(rows.mantissa[k], None if rows.exponent is None else rows.exponent[k])

    def _inject(self, t: int) -> None:
        rows = self.direct.rows
        if self.exponent is None and rows.exponent is None:
            self.grads[0][t] += rows.mantissa[self.index[t]]
        else:
            self.grads[0][t] += self._direct(t).aligned(self._exponents()[t])

    def _inject_scaled(self, t: int) -> None:
        """Bring both to the larger one's exponent, then add."""
        rows, exponent = self._direct(t), self._exponents()
        own = 0 if rows.exponent is None else rows.exponent
        here, there = self._alive(t), rows.mantissa.any(axis=-1)
        least = np.iinfo(np.int64).min // 4
        bits = np.maximum(
            np.where(here, exponent[t] + self._magnitudes(t), least),
            np.where(there, own + magnitudes(rows.mantissa), least),
        )
        self._move(t, settled(bits, ~(here | there), self.safe))
        self.grads[0][t] += rows.aligned(exponent[t])
        self._renormalise(t)

    def _renormalise(self, t: int) -> None:
        """Give every row the exponent its size asks for."""
        self._move(t, settled(self._exponents()[t] + self._magnitudes(t), ~self._alive(t), self.safe))

    def _move(self, t: int, new: Exponents) -> None:
        exponent = self._exponents()
        shift = exponent[t] - new
        if shift.any():
            for grad in self.grads:
                grad[t] = shifted(grad[t], shift)
            exponent[t] = new

    def _exponents(self) -> Exponents:
        if self.exponent is None:
            self.exponent = np.zeros(self.grads[0].shape[:-1], np.int64)
        return self.exponent

    def _magnitudes(self, t: int) -> Exponents:
        return magnitudes(np.concatenate([grad[t] for grad in self.grads], axis=-1))

    def _alive(self, t: int) -> Array:
        return np.any([grad[t].any(axis=-1) for grad in self.grads], axis=0)
