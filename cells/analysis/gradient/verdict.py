"""The verdict: what becomes of the gradient on its way back, as numbers and as one or two sentences.

Everything is measured on the credit of the last attached step's loss alone: with the loss on many steps the total
gradient looks healthy because every step feeds itself. The total is reported beside it.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cells.activations import Array
from cells.log_mean import log10_mean
from cells.scaled import shifted
from cells.trace import LayerTrace, Trace
from cells.truncation import window_of

from .verdict_text import Headline, headline
from .vjp import attached, last_credit
from .way_back import VerdictFacts, judge


@dataclass(frozen=True)
class Verdict(VerdictFacts):
    """The verdict on a run: the facts, and the sentences composed from them."""

    @property
    def kind(self) -> str:
        """Return the kind of the credit's curve."""
        return self.credit.kind

    @property
    def decay_per_step(self) -> float:
        """Return what one step back keeps, of the credit."""
        return self.credit.decay_per_step

    @property
    def half_life(self) -> float:
        """Return steps after which half of the credit is gone."""
        return self.credit.half_life

    @property
    def doubling(self) -> float:
        """Return steps in which the credit doubles."""
        return self.credit.doubling

    @property
    def log10_ratio(self) -> float:
        """Return log10 of the credit of the earliest step in reach over the last attached step's."""
        return self.credit.log10_ratio

    @cached_property
    def headline(self) -> Headline:
        """Return the verdict in words, as the parts of a heading."""
        return headline(self)

    @property
    def sentence(self) -> str:
        """Return the verdict in words, with its numbers."""
        return self.headline.sentence


def verdict(trace: Trace, layer: int | None = None) -> Verdict:
    """Judge dL/dh_t of one layer (0 the lowest; the top one by default); ValueError for a layer that is not there."""
    layer = trace.index_of(layer)
    watched = trace.layer(layer)
    steps = attached(trace)
    credit = last_credit(trace, layer).log10_grad_norms["h"]
    curve = log10_mean(credit)
    total = log10_mean(watched.log10_grad_norms["h"])
    first, earliest = (_reached(trace, step) for step in (steps[-1], steps[0]))
    copied = _copied(watched, first, steps[-1])
    return Verdict(
        credit=judge(curve, steps[-1], copied, first),
        total=judge(total, steps[-1], copied, earliest),
        attached=len(steps),
        copied=copied,
        dead_samples=float(np.isneginf(credit[first]).mean()),
        layer=layer,
        layers=len(trace.layers),
        steps=len(total) - 1,
        impulse=_impulse(trace, curve, steps[-1]),
        truncation=trace.network.truncation,
    )


def _reached(trace: Trace, step: int) -> int:
    """Return the earliest step that the loss at `step` reaches."""
    return window_of(step, trace.network.truncation, len(trace.inputs)).start


def _copied(layer: LayerTrace, first: int, last: int) -> float:
    """Return the share of the memory's gradients between two steps that a step back copies bit for bit, zeros left out.

    The memory is c where the cell has one and a gradient in it, else h.
    """
    grads = layer.record.grads["h"]
    if layer.record.grads[layer.state_names[-1]].mantissa[first + 1 : last + 1].any():
        grads = layer.record.grads[layer.state_names[-1]]
    later, earlier = grads.mantissa[first + 1 : last + 1], grads.mantissa[first:last]
    if grads.exponent is not None:
        earlier = shifted(earlier, grads.exponent[first:last] - grads.exponent[first + 1 : last + 1])
    alive = np.count_nonzero(later)
    return np.count_nonzero((earlier == later) & (later != 0)) / alive if alive else 0.0


def _impulse(trace: Trace, curve: Array, last: int) -> tuple[int, float] | None:
    """Return where the only input other than 0 enters, and what of the credit arrives there."""
    entering = np.flatnonzero(trace.inputs.reshape(len(trace.inputs), -1).any(axis=1)) + 1
    if len(entering) != 1 or len(trace.inputs) < 3:
        return None
    step = int(entering[0])
    return step, float(curve[step] - curve[last]) if math.isfinite(curve[last]) else math.nan
