"""The precision lens: the backward pass as a coarser number format would have carried it."""

import numpy as np

from .arrays import Array

PRECISIONS = {"float64": "float64", "float32": "float32", "bfloat16": "bfloat16", "float16": "float16"}


def rounded(values: Array, precision: str) -> Array:
    """float32 values rounded to what `precision` can hold: overflow to inf, underflow to subnormals and 0."""
    if precision == "float16":
        with np.errstate(over="ignore", under="ignore"):
            return values.astype(np.float16).astype(np.float32)
    if precision == "bfloat16":
        return _to_bfloat16(values)
    return values


def _to_bfloat16(values: Array) -> Array:
    """Return the upper 16 bits of a float32, rounded to nearest, ties to even."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    odd = (bits >> 16) & 1
    kept = (bits + 0x7FFF + odd) & 0xFFFF0000
    return np.where(np.isnan(values), np.float32(np.nan), kept.astype(np.uint32).view(np.float32))
