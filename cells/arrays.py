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
    """All steps in blocks of `least` or a multiple of it: as many as NEAR holds, where one takes `size` bytes."""
    block = least * max(1, NEAR // (least * size))
    return (slice(first, min(first + block, steps)) for first in range(0, steps, block))


def room(*shape: int, dtype: Any = np.float64) -> Array:
    """An empty array (…, B, H) whose samples lie side by side in memory: any block of units is then one stretch."""
    return np.empty((*shape[:-2], shape[-1], shape[-2]), dtype).swapaxes(-1, -2)
