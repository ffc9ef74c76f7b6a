"""The curve of a gradient on its way back: its kind, its decay, its half-life; and the facts a verdict is made of."""

import math
from dataclasses import dataclass

import numpy as np

from cells.activations import Array

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
        """Return steps after which half is gone; inf where nothing decays."""
        return math.log10(0.5) / self.log10_decay if self.log10_decay < 0 else math.inf

    @property
    def doubling(self) -> float:
        """Return steps in which the gradient doubles; inf where nothing grows."""
        return math.log10(2) / self.log10_decay if self.log10_decay > 0 else math.inf


@dataclass(frozen=True)
class VerdictFacts:
    """Everything the sentences of a verdict are composed from."""

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
    def masked(self) -> bool:
        """Return whether the total looks different from the credit it hides."""
        return self.attached > 1 and self.total.kind != self.credit.kind


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
    """Return the earliest step up to which everything is finite, counted from 1; the last step where nothing is."""
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
