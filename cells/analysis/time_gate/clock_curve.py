"""One unit's clock over real time: its curve corner by corner, for values that belong to no net."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.clock import SIGNS, time_gate


@dataclass(frozen=True)
class Clock:
    """τ, s, r_on and α of one unit, and the sign its shift is read with."""

    tau: float
    s: float
    r_on: float
    leak: float
    sign: str = "minus"

    @property
    def peak(self) -> float:
        """Return the first time from 0 on at which k is 1."""
        return (0.5 * self.r_on * self.tau - SIGNS[self.sign] * self.s) % self.tau

    @property
    def phase(self) -> float:
        """Return φ at time 0."""
        return float(self.at(np.zeros(1))[0][0])

    def at(self, times: Array) -> tuple[Array, Array]:
        """φ and k at these times (N,)."""
        tau, s, r_on = (np.array([value]) for value in (self.tau, self.s, self.r_on))
        phi, k = time_gate(times[:, None], tau, s, r_on, self.leak, SIGNS[self.sign])
        return phi[:, 0, 0], k[:, 0, 0]


@dataclass(frozen=True, eq=False)
class ClockCurve:
    """The curve between its corners is straight: times (N,), k and φ there; a jump has two corners at one time."""

    clock: Clock
    sign: float
    span: tuple[float, float]
    times: Array
    k: Array
    phi: Array
    samples: Array  # (T,) timestamps, none where no net with a clock is shown
    sampled: Array  # (T,) k at them


def clock_curve(clock: Clock, samples: Array, span: tuple[float, float]) -> ClockCurve:
    """Return the clock's curve over `span`, and what of it the samples see."""
    offset = -SIGNS[clock.sign] * clock.s
    first, last = (int(np.floor((end - offset) / clock.tau)) for end in span)
    phases, heights = _turn(clock)
    turns = np.arange(first, last + 1)
    times = ((turns[:, None] + phases) * clock.tau + offset).ravel()
    inside = samples[(samples >= span[0]) & (samples <= span[1])]
    return ClockCurve(
        clock=clock,
        sign=SIGNS[clock.sign],
        span=span,
        times=times,
        k=np.tile(heights, len(turns)),
        phi=np.tile(phases, len(turns)),
        samples=inside,
        sampled=clock.at(inside)[1],
    )


def _turn(clock: Clock) -> tuple[Array, Array]:
    """Phases and heights of one turn's corners."""
    r, leak = clock.r_on, clock.leak
    if r == 1.0:
        return np.array([0.0, 0.5, 1.0]), np.array([0.0, 1.0, 0.0])
    return np.array([0.0, r / 2, r, r, 1.0]), np.array([0.0, 1.0, 0.0, leak * r, leak])
