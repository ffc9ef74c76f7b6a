"""Findings: what a picture shows in a sentence, the alt text of every panel."""

import numpy as np

from . import words
from .curves import Array, Curve

FLAT = 0.3  # decades: less than a factor of two is no trend


def trend(curve: Curve, subject: str) -> str:
    """Return how a curve of log10 values runs from the last step back to the first."""
    first, last = float(curve.mean[0]), float(curve.mean[-1])
    steps = len(curve.mean)
    if not np.isfinite([first, last]).all():
        return f"{subject}: {words.from_log10(last)} at step {steps}, {words.from_log10(first)} at step 1."
    change = first - last
    verb = "keeps its size" if abs(change) < FLAT else ("shrinks" if change < 0 else "grows")
    return (
        f"{subject} {verb} on the way back, from {words.from_log10(last)} at step {steps} "
        f"to {words.from_log10(first)} at step 1, {_factor(change)}."
    )


def _factor(change: float) -> str:
    """`1 part in 500` reads harder than a factor."""
    return f"a factor of {words.from_log10(change)}"


def extent(curve: Curve) -> str:
    """Smallest and largest value of a curve in words."""
    finite = curve.mean[np.isfinite(curve.mean)]
    if not finite.size:
        return "no finite value"
    word = words.from_log10 if curve.log else words.number
    low, high = word(float(finite.min())), word(float(finite.max()))
    return low if low == high else f"{low} to {high}"


def exceptions(mean: Array, subject: str, log: bool = True) -> str:
    """At how many steps a curve is exactly 0, overflows or is NaN; empty where at none."""
    zero = np.isneginf(mean) if log else np.zeros(len(mean), bool)
    kinds = {"is exactly 0": zero, "overflows": np.isinf(mean) & ~zero, "is NaN": np.isnan(mean)}
    parts = [f"{verb} at {words.steps(int(held.sum()))}" for verb, held in kinds.items() if held.any()]
    return f"{subject} {joined(parts)}." if parts else ""


def joined(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(items[:-1]), items[-1]) if part) if items else ""
