"""One call of a module, as a probe records it, and the trace that follows from it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cells.arrays import Array
from cells.engine import solve
from cells.trace import Trace

from .answers import Asked
from .call import Call, Start
from .compare import CLOSE, gap, plain_twin, sentence
from .counterparts import Kind
from .networks import module_network
from .numbers import to_numpy

if TYPE_CHECKING:
    from torch import Tensor

Casting = Callable[[], AbstractContextManager]  # autocast as it was during the call


@dataclass(eq=False)
class Record:
    """One call, time first, everything detached; gradients are added up as they come."""

    kind: Kind
    weights: "dict[str, Tensor]"
    x: "Tensor"  # (T, B, I)
    start: "tuple[Tensor, ...]"  # (L·D, B, H) a part; empty where it began at 0
    output: "Tensor"  # (T, B, D·H)
    lengths: list[int] | None = None
    training: bool = True
    casting: Casting = nullcontext
    d_out: "Tensor | Array | None" = None
    d_final: "dict[str, Tensor]" = field(default_factory=dict)
    other: str = ""  # why it is no plain call of its class

    @cached_property
    def trace(self) -> Trace:
        """Return the call in float64; ValueError where no gradient arrived, or the module computes something else."""
        if self.other:
            raise ValueError(self.other)
        if self.d_out is None and not self.d_final:
            raise ValueError(
                f"no gradient has reached {self.kind.name}: call loss.backward() inside the `with probe(...)` block"
            )
        trace = self.solved(self.call)
        self._compare(trace)
        return trace

    @cached_property
    def call(self) -> Call:
        """Return the same as arrays."""
        x, parts = to_numpy("x", self.x), self.parts
        zeros = np.zeros((*x.shape[:2], self.kind.directions * self.kind.hidden))
        start = {part: to_numpy(part, rows) for part, rows in zip(parts, self.start, strict=False)}
        final = {part: self._whole(to_numpy(part, rows)) for part, rows in self.d_final.items()}
        return Call(
            x=x,
            d_out=zeros if self.d_out is None else to_numpy("d_out", self.d_out),
            start=self._rows(start),
            final=self._rows(final),
            lengths=None if self.lengths is None else np.array(self.lengths),
        )

    def _whole(self, rows: Array) -> Array:
        """(L·D, B, H) also where there is no batch."""
        return rows[:, None] if rows.ndim == 2 else rows

    def _rows(self, states: dict[str, Array]) -> Start | None:
        if not states:
            return None
        return tuple({part: rows[k] for part, rows in states.items()} for k in range(len(self.kind.rows)))

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the state's parts."""
        return self.kind.counterpart.build().state_names

    def solved(self, call: Call) -> Trace:
        """Return the trace of a call with these weights."""
        weights = {name: to_numpy(name, weight) for name, weight in self.weights.items()}
        return solve(module_network(self.kind, weights, call))

    def _compare(self, trace: Trace) -> None:
        """ValueError where the output is neither the trace's nor, in its own type, that of a plain module."""
        given, call = to_numpy("output", self.output), self.call
        ours = trace.outputs if call.active is None else trace.outputs * call.active[..., None]
        by = gap(ours, given)
        if by <= CLOSE or gap(self._twin_output(), given) <= CLOSE:
            return
        raise ValueError(sentence(self.kind, "its output", by))

    def _twin_output(self) -> Array:
        """Return the output of a plain module in the same type, place and mode."""
        import torch

        twin = plain_twin(self.kind, self.weights, self.training)
        types = (self.x.dtype, *(state.dtype for state in self.start))
        with torch.inference_mode(False), torch.enable_grad(), self.casting():
            output, _ = Asked(twin, self.kind, self.call, types, plain=True).result()
        return to_numpy("output", output)
