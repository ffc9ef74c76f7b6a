"""Mistakes in the network that is differentiated: each loss scaled by 1/T, a phase below 0."""

from copy import copy
from dataclasses import replace
from functools import partial

import numpy as np

from cells.analysis.errors import DoesNotApply
from cells.arrays import Array
from cells.base import Params, row
from cells.clock import SIGNS
from cells.clocked import Clocked
from cells.engine import solve
from cells.trace import Trace

from .exhibit import Exhibit
from .wrong_readings import right_norms


def averaged(trace: Trace, layer: int, unit: int) -> Exhibit:
    """Take the mean over the steps for their sum."""
    weights = trace.loss_weights
    count = int((weights > 0).sum())
    if count < 2:
        raise DoesNotApply("Mean and sum over one step are the same: attach the loss to all steps.")
    if weights.max() < 1:
        raise DoesNotApply("This run's loss is a mean already: choose 'sum over steps' under 'Input and loss'.")
    mean = solve(replace(trace.network, weights=mean_weights(weights)))
    return Exhibit(right_norms(mean, layer), right_norms(trace, layer), f"loss / {count}")


def mean_weights(weights: Array) -> Array:
    """Return the weights of a mean over the steps."""
    return weights / weights.sum()


def phase_by_fmod(trace: Trace, layer: int, unit: int) -> Exhibit:
    """Compute the phase by fmod, which keeps the sign of t − s: before the first opening the gate is below 0."""
    cell = trace.network.cell
    if not isinstance(cell, Clocked) or cell.options.gate == "open":
        raise DoesNotApply("This cell has no clock: choose the Phased LSTM with its gate by the clock.")
    wrong = copy(cell)
    vars(wrong)["clock"] = partial(fmod_clock, SIGNS[cell.shift_sign])
    found = solve(replace(trace.network, cell=wrong))
    return Exhibit(right_norms(found, layer), right_norms(trace, layer), "with fmod")


def fmod_clock(sign: float, params: Params, times: Array) -> tuple[Array, Array]:
    """Return φ = fmod(t ∓ s, τ)/τ and the gate it gives, (T, …, B, H) each."""
    tau, r_on = row(params["tau"]), row(params["r_on"])
    phi = np.fmod(times[..., None] + sign * row(params["s"]), tau) / tau
    ramp = 2 * phi / r_on
    return phi, np.where(phi < 0.5 * r_on, ramp, np.where(phi < r_on, 2 - ramp, row(params["leak"]) * phi))
