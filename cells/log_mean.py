"""A batch of curves in the log domain as one curve with a band."""

import numpy as np

from cells.activations import Array


def log10_mean(norms: Array) -> Array:
    """Return log10 of the batch mean of norms given as log10: (..., B) -> (...), right at any magnitude.

    An exact 0 (-inf) counts as 0; inf and nan stay what they are.
    """
    peak = norms.max(axis=-1)
    base = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return base + np.log10(np.mean(10.0 ** (norms - base[..., None]), axis=-1))
