"""Why a gradient goes the way it goes, in two sentences: what one step back does, and how often it does it."""

import math

import numpy as np

from cells.trace import Trace
from cells.words import from_log10, number, percent

from .gradient.verdict import verdict
from .jacobian.recurrent_matrix import key_numbers, slopes_of
from .step_graph.paths import path_split


def because(trace: Trace) -> str:
    """Return what a step back multiplies by in this run's top layer, and what becomes of that over all steps."""
    cell = trace.top.cell
    gated = bool(cell.gates) or cell.skip_path
    return f"{_by_path(trace) if gated else _by_matrix(trace)} {_together(trace)}".strip()


def _by_matrix(trace: Trace) -> str:
    found = key_numbers(trace)
    slope = float(slopes_of(trace.top)[trace.top.cell.candidate][0].mean())
    radius, sigma = number(found.spectral_radius), number(found.sigma_max)
    return (
        f"A step back multiplies by the slope σ′, {number(slope)} on average here, and by the recurrent matrix, "
        f"whose largest eigenvalue is {radius} and largest singular value {sigma}."
    )


def _by_path(trace: Trace) -> str:
    """Return the path that carries most, where the gradient has a choice."""
    split = path_split(trace)
    shares = {name: _mean(values) for name, values in split.shares.items() if name != "output"}
    best = max(shares, key=lambda name: shares[name])
    return (
        f"Of what reaches {split.part} at an earlier step, {percent(round(shares[best], 2))} comes through "
        f"{split.labels[best]}, on average."
    )


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else 0.0


def _together(trace: Trace) -> str:
    credit = verdict(trace).credit
    back = credit.last - 1
    if not math.isfinite(credit.log10_ratio) or back < 1:
        return ""
    kept = percent(credit.decay_per_step) if credit.decay_per_step < 2 else f"{number(credit.decay_per_step)} times"
    return f"All in all a step keeps {kept}, {back} times over: {from_log10(credit.log10_ratio)}."
