"""A batch of curves in the log domain as one curve with a band."""

import numpy as np

from cells.activations import Array


def mean_log10(norms: Array) -> Array:
    """log10 of the batch mean of norms given as log10: (..., B) -> (...), right at any magnitude.

    An exact 0 (-inf) counts as 0; inf and nan stay what they are.
    """
    peak = norms.max(axis=-1)
    base = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return base + np.log10(np.mean(10.0 ** (norms - base[..., None]), axis=-1))


def band_log10(norms: Array, low: float = 0.1, high: float = 0.9) -> tuple[Array, Array]:
    """The 10th and 90th percentile over the batch: (..., B) -> two arrays (...)."""
    with np.errstate(invalid="ignore"):
        band = np.quantile(norms, [low, high], axis=-1)
    torn = np.isnan(band) & ~np.isnan(norms).any(axis=-1)  # between two infinities nothing can be interpolated
    if torn.any():
        band = np.where(torn, np.quantile(norms, [low, high], axis=-1, method="nearest"), band)
    return band[0], band[1]
