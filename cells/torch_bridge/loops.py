"""Steps of a single cell along one sequence, as a probe records them, and the trace that follows from them."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cells.arrays import Array
from cells.trace import LayerTrace, Trace

from .compare import gap, sentence
from .counterparts import Kind
from .numbers import to_numpy
from .record import Record
from .watch import has_own_forward

if TYPE_CHECKING:
    from torch import Tensor

ROUNDING = 64  # times the type's own eps: below it, a difference of two gradients is 0


@dataclass(eq=False)
class Step:
    """One call: tensors by part of the state; gradients are missing where none came."""

    x: "Tensor"
    before: "dict[str, Tensor]"  # the states it was given; empty for none
    after: "dict[str, Tensor]"
    total: "dict[str, Tensor]" = field(default_factory=dict)  # dL/d after


@dataclass(eq=False)
class Loop:
    """The steps along one sequence."""

    kind: Kind
    weights: "dict[str, Tensor]"
    module: Any
    training: bool
    casting: Callable[[], AbstractContextManager] = nullcontext
    steps: list[Step] = field(default_factory=list)
    changed: bool = False  # whether something stands between two steps

    @cached_property
    def trace(self) -> Trace:
        """Return the sequence in float64; ValueError as for a whole module, or where states are changed between
        steps.
        """
        if self.changed:
            raise ValueError(
                f"module = {self.kind.name}: between two of its steps the state is changed by something else; "
                "`.totals` has autograd's gradients of every state"
            )
        trace = self._record.trace
        if has_own_forward(self.module):
            self._compare(trace)
        return trace

    @cached_property
    def totals(self) -> dict[str, Array]:
        """Autograd's total gradients by part, (T, B, H): entry t - 1 belongs to step t.

        That of c leaves out the way through h of the same step.
        """
        return {part: to_numpy(part, self._stack([_total(step, part) for step in self.steps])) for part in self.parts}

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the state's parts."""
        return self.kind.counterpart.build().state_names

    @cached_property
    def _record(self) -> Record:
        first, last = self.steps[0], self.steps[-1]
        record = Record(
            kind=self.kind,
            weights=self.weights,
            x=self._stack([step.x for step in self.steps]),
            start=tuple(_row(state.detach())[None] for state in first.before.values()),
            output=self._stack([step.after["h"].detach() for step in self.steps]),
            training=self.training,
            casting=self.casting,
            d_final={part: _row(grad)[None] for part, grad in last.total.items() if part != "h"},
        )
        if not any(step.total for step in self.steps):
            return record
        return replace(record, d_out=self._direct(record.solved(record.call).top))

    def _direct(self, layer: LayerTrace) -> Array:
        """Totals less what came back through the step after; a difference of rounding alone is 0."""
        import torch

        total = self.totals["h"]
        back = np.concatenate([_carried_back(layer, self.totals)[1:], np.zeros_like(total[:1])])
        rest, eps = total - back, torch.finfo(self.steps[0].after["h"].dtype).eps
        size = np.maximum(np.abs(total), np.abs(back)).max(axis=-1, keepdims=True)
        return np.where(np.abs(rest) <= ROUNDING * eps * size, 0.0, rest)

    def _stack(self, rows: "list[Tensor]") -> "Tensor":
        import torch

        return torch.stack([_row(row) for row in rows])

    def _compare(self, trace: Trace) -> None:
        """Refuse a forward of its own that gives the right values and another gradient."""
        import torch

        by = gap(trace.grads["h"][1:], self.totals["h"])
        if by > torch.finfo(self.steps[0].after["h"].dtype).eps ** 0.5:
            raise ValueError(sentence(self.kind, "its dL/dh", by))


def _carried_back(layer: LayerTrace, totals: dict[str, Array]) -> Array:
    """Return what each step hands back to the h it was given, (T, B, H), of the totals of what it gave."""
    d_next = tuple(totals[part].copy() for part in layer.state_names)
    d_prev = tuple(np.empty_like(rows) for rows in d_next)
    delta = np.empty_like(layer.record.delta.mantissa)
    layer.cell.step_vjp(layer.record.params, layer.record.local_derivatives, slice(None), d_next, d_prev, delta)
    return d_prev[0]


def _total(step: Step, part: str) -> "Tensor":
    grad = step.total.get(part)
    return step.after[part].detach() * 0 if grad is None else grad


def _row(state: "Tensor") -> "Tensor":
    """(B, N), with a batch of one where there is none."""
    return state[None] if state.ndim == 1 else state
