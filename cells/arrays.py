"""The names of the arrays' types. An Array holds float64 unless its docstring says otherwise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # complex in a check by complex step, float32 under the precision lens
Exponents = NDArray[np.int64]
Mask = NDArray[Any]  # of bool
