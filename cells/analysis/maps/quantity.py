"""Quantities of a phase diagram: one number a run, measured on many runs that lie side by side."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.last_credits import last_credits
from cells.analysis.gradient.way_back import judge
from cells.analysis.jacobian.lyapunov import lyapunov
from cells.log_mean import log10_mean
from cells.scaled import Scaled
from cells.select_setting import select_setting
from cells.settings import RunSettings
from cells.trace import LayerTrace, Trace

Points = Sequence[RunSettings]
LOG10_HALF = math.log10(0.5)


@dataclass(frozen=True)
class Quantity:
    """measure(trace, points, layer) -> (G,): one number for each of the G runs of a batched trace.

    title  as an axis writes it, with the unit                 word       what the number is, in a sentence
    log    the numbers are log10 of what is meant              kept       the number of a gradient of constant size ...
                                                               tolerance  ... and how far from it counts as constant
    """

    name: str
    label: str
    title: str
    word: str
    measure: Callable[[Trace, Points, int], Array]
    log: bool = True
    kept: float | None = None
    tolerance: float = 0.0


def ratio(trace: Trace, points: Points, layer: int) -> Array:
    """Return log10 of the credit of the last attached step: what step 1 gets over what that step gets, as
    `verdict` has it.
    """
    credit, last = last_credits(trace, layer)
    ends = [_at(credit, np.full(len(last), 1)), _at(credit, last)]
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(ends[1]), ends[0] - ends[1], np.nan)


def decay(trace: Trace, points: Points, layer: int) -> Array:
    """Return what a step back keeps of that credit: the geometric mean from its source to the earliest finite one."""
    with np.errstate(over="ignore"):
        return 10.0 ** _slopes(trace, layer)


def _slopes(trace: Trace, layer: int) -> Array:
    """Return log10 of the decay of each run."""
    credit, last = last_credits(trace, layer)
    curves = log10_mean(credit.log10_grad_norms["h"])
    return np.array([_slope(curve, step) for curve, step in zip(curves.T, last.tolist(), strict=True)])


def _slope(curve: Array, last: int) -> float:
    between = curve[1 : last + 1]
    if last > 1 and np.isfinite(between).all():
        return float(between[0] - between[-1]) / (last - 1)
    return judge(curve, last).log10_decay


def half_life(trace: Trace, points: Points, layer: int) -> Array:
    """Return log10 of the steps after which half of that credit is gone; inf where nothing decays."""
    slopes = _slopes(trace, layer)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(slopes < 0, np.log10(LOG10_HALF / slopes), np.where(np.isnan(slopes), np.nan, np.inf))


def lyapunov_maximum(trace: Trace, points: Points, layer: int) -> Array:
    """λ₁ in nats per step; nan where a Jacobian is not finite."""
    return np.array([_largest_exponent(select_setting(trace, k, point), layer) for k, point in enumerate(points)])


def _largest_exponent(trace: Trace, layer: int) -> float:
    try:
        return float(lyapunov(trace, lowest=layer).exponents[0])
    except DoesNotApply:
        return math.nan


def final_state(trace: Trace, points: Points, layer: int) -> Array:
    """Return log10 of the batch mean of ‖h_T‖."""
    states = trace.layer(layer).scaled_states["h"]
    return log10_mean(_rows(states, [-1]).log10_norms())[0]


def _at(credit: LayerTrace, steps: Array) -> Array:
    """Return log10 of the batch mean of ‖dL/dh‖ at one step each: (G,)."""
    different, place = np.unique(steps, return_inverse=True)
    curves = log10_mean(_rows(credit.record.grads["h"], different).log10_norms())
    return curves[place, np.arange(len(steps))]


def _rows(values: Scaled, steps: Sequence[int] | Array) -> Scaled:
    return Scaled(values.mantissa[steps], None if values.exponent is None else values.exponent[steps])


_ALL = (
    Quantity(
        "ratio",
        "Gradient at step 1 over step T",
        "‖dℓ/dh<sub>1</sub>‖ / ‖dℓ/dh<sub>T</sub>‖",
        "the ratio of the gradient at step 1 to that at its source",
        ratio,
        kept=0.0,
        tolerance=1.0,
    ),
    Quantity(
        "decay",
        "Kept by a step back",
        "kept by a step back (1 = all)",
        "what a step back keeps of the gradient",
        decay,
        log=False,
        kept=1.0,
        tolerance=0.01,
    ),
    Quantity("half_life", "Half-life", "half-life (steps)", "the gradient's half-life", half_life),
    Quantity(
        "lyapunov",
        "Lyapunov maximum",
        "λ<sub>1</sub> (nats per step)",
        "the largest Lyapunov exponent",
        lyapunov_maximum,
        log=False,
        kept=0.0,
        tolerance=0.01,
    ),
    Quantity("state", "Final state norm", "‖h<sub>T</sub>‖", "the norm of the last state", final_state),
)
QUANTITIES = {quantity.name: quantity for quantity in _ALL}
