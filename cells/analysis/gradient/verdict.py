"""The verdict: what becomes of the gradient on its way back, as numbers and as one or two sentences.

Everything is measured on the credit of the last attached step's loss alone: with the loss on many steps the total
gradient looks healthy because every step feeds itself. The total is reported beside it.
"""

import math
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.log_mean import log10_mean
from cells.scaled import shifted
from cells.trace import LayerTrace, Trace
from cells.truncation import window_of

from .verdict_text import compose
from .vjp import attached, last_credit

OVERALL = 1.0  # decades between first and last step that make a trend ...
PER_STEP = 0.1  # ... or decades a step, which is the same at 11 steps and lets short runs speak too


@dataclass(frozen=True)
class Curve:
    """One curve of batch-mean gradient norms from step `last` back to step 1."""

    kind: str  # vanishing, exploding, stable, copied, zero, overflow, nan, single
    log10_ratio: float  # of step `first` to step `last`; -inf where step `first` gets exactly 0
    decay_per_step: float  # 10^(slope): the geometric mean of what a step back keeps, from `last` to `reach`
    log10_decay: float
    reach: int  # the earliest step that still gets a finite gradient other than 0
    last: int
    peak_step: int  # where the curve is largest ...
    log10_peak: float  # ... and how large, relative to step `last`
    dip_step: int
    log10_dip: float
    first: int = 1  # the earliest step that truncation lets the loss reach, which `log10_ratio` is about

    @property
    def half_life(self) -> float:
        """Steps after which half is gone; inf where nothing decays."""
        return math.log10(0.5) / self.log10_decay if self.log10_decay < 0 else math.inf

    @property
    def doubling(self) -> float:
        """Steps in which the gradient doubles; inf where nothing grows."""
        return math.log10(2) / self.log10_decay if self.log10_decay > 0 else math.inf


@dataclass(frozen=True)
class Verdict:
    """What the page says on top."""

    credit: Curve  # the loss at the last attached step alone
    total: Curve  # dL/dh_t as trained on
    attached: int  # number of steps that carry a loss
    copied: float  # share of the memory's gradients (step, sample, unit) that a step back copies bit for bit
    dead_samples: float  # share of samples whose credit at step 1 is exactly 0
    layer: int
    layers: int
    steps: int
    impulse: tuple[int, float] | None  # step of the impulse, log10 of its gradient relative to step `last`
    truncation: int = 0  # steps in a window; 0 for none

    @property
    def kind(self) -> str:
        """The kind of the credit's curve."""
        return self.credit.kind

    @property
    def masked(self) -> bool:
        """Whether the total looks different from the credit it hides."""
        return self.attached > 1 and self.total.kind != self.credit.kind

    @property
    def decay_per_step(self) -> float:
        """What one step back keeps, of the credit."""
        return self.credit.decay_per_step

    @property
    def half_life(self) -> float:
        """Steps after which half of the credit is gone."""
        return self.credit.half_life

    @property
    def doubling(self) -> float:
        """Steps in which the credit doubles."""
        return self.credit.doubling

    @property
    def log10_ratio(self) -> float:
        """log10 of the credit of the earliest step in reach over the last attached step's."""
        return self.credit.log10_ratio

    @property
    def sentence(self) -> str:
        """The verdict in words, with its numbers."""
        return compose(self)


def verdict(trace: Trace, layer: int | None = None) -> Verdict:
    """Judge dL/dh_t of one layer (0 the lowest; the top one by default); ValueError for a layer that is not there."""
    layer = len(trace.layers) - 1 if layer is None else layer
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
    """The earliest step that the loss at `step` reaches."""
    return window_of(step, trace.network.truncation, len(trace.inputs)).start


def judge(curve: Array, last: int, copied: float = 0.0, first: int = 1) -> Curve:
    """Judge the way back from step `last` to step `first`.

    curve (T+1,) of log10 norms, `copied` the share of exact copies
    """
    relative = np.full(last - first + 1, np.nan)
    if math.isfinite(curve[last]):
        relative = curve[first : last + 1] - curve[last]
    reach = first - 1 + _reach(relative)
    alive = relative[reach - first :]
    slope = float(alive[0]) / (last - reach) if last > reach else math.nan
    return Curve(
        kind=_kind(curve[first : last + 1], relative, slope, copied),
        log10_ratio=float(relative[0]),
        decay_per_step=math.inf if slope >= 308 else 10.0**slope,
        log10_decay=slope,
        reach=reach,
        last=last,
        peak_step=reach + int(alive.argmax()),
        log10_peak=float(alive.max()),
        dip_step=reach + int(alive.argmin()),
        log10_dip=float(alive.min()),
        first=first,
    )


def _reach(relative: Array) -> int:
    """The earliest step up to which everything is finite, counted from 1; the last step where nothing is."""
    broken = np.flatnonzero(~np.isfinite(relative))
    return min(int(broken[-1]) + 2, len(relative)) if len(broken) else 1


def _kind(logs: Array, relative: Array, slope: float, copied: float) -> str:
    if np.isnan(logs).any():
        return "nan"
    if np.isposinf(logs).any():
        return "overflow"
    if not np.isfinite(relative[0]):
        return "zero"
    if len(relative) == 1:
        return "single"
    if copied == 1.0:
        return "copied"
    if abs(relative[0]) < OVERALL and abs(slope) < PER_STEP:
        return "stable"
    return "vanishing" if relative[0] < 0 else "exploding"


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
    """Where the only input other than 0 enters, and what of the credit arrives there."""
    entering = np.flatnonzero(trace.inputs.reshape(len(trace.inputs), -1).any(axis=1)) + 1
    if len(entering) != 1 or len(trace.inputs) < 3:
        return None
    step = int(entering[0])
    return step, float(curve[step] - curve[last]) if math.isfinite(curve[last]) else math.nan
