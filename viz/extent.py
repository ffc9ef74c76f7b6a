"""Spans: from the smallest to the largest finite value."""

from collections.abc import Iterable

import numpy as np

from .curves import Array

Extent = tuple[float, float]


def span_of(arrays: Iterable[Array]) -> Extent | None:
    """Smallest and largest finite value; None where there is none."""
    joined = np.concatenate([*(np.ravel(array) for array in arrays), np.empty(0)])
    finite = joined[np.isfinite(joined)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def union(spans: Iterable[Extent | None]) -> Extent | None:
    """Return the smallest span that holds all of them."""
    known = [span for span in spans if span is not None]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None
