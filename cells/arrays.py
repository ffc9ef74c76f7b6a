"""The names of the arrays' types. An Array holds float64 unless its docstring says otherwise."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # complex in a check by complex step, float32 under the precision lens
Exponents = NDArray[np.int64]
Mask = Any  # an array of bool: what comparisons give

NEAR = 2**19  # bytes that are still near the processor when they are read again


def near_blocks(steps: int, size: int, least: int = 1) -> Iterator[slice]:
    """Return all steps in blocks of `least` or a multiple of it: as many as NEAR holds, where one takes `size`
    bytes.
    """
    block = least * max(1, NEAR // (least * size))
    return (slice(first, min(first + block, steps)) for first in range(0, steps, block))


def empty_unit_major(*shape: int, dtype: Any = np.float64) -> Array:
    """Return an empty array (T, …, B, N) with all samples of a unit side by side in memory: units in a row are
    one stretch.
    """
    first, *samples, units = shape
    made = np.empty((first, units, *samples), dtype)
    return made.transpose(0, *range(2, made.ndim), 1)


def by_units(a: Array) -> Array:
    """Return the view (T, N, …, B) of an array (T, …, B, N): the order that `empty_unit_major` gives it in memory."""
    return a.transpose(0, -1, *range(1, a.ndim - 1))
