"""Arrays and tensors of others as float64 arrays of our own, or a sentence about what is wrong with them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cells.arrays import Array

Shape = Sequence[int | str]  # a letter stands for any size from 1 on


def checked(name: str, values: Any, shape: Shape) -> Array:
    """Return a float64 copy of `values`; ValueError names the shape it takes, or the first entry that is not finite."""
    array = to_numpy(name, values)
    fits = [n == s if isinstance(s, int) else n > 0 for n, s in zip(array.shape, shape, strict=False)]
    if array.ndim != len(shape) or not all(fits):
        raise ValueError(f"{name} has shape {array.shape}; it takes {shape_text(shape)}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = tuple(bad[0].tolist())
        raise ValueError(f"{name} = {array[place]} at {place} is not finite")
    return array


def shape_text(shape: Shape) -> str:
    """Return a shape as Python writes it: (3,), (T, B, 4)."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def to_numpy(name: str, values: Any) -> Array:
    """Return a float64 copy of an array, a tensor, or nested lists of either.

    ValueError where they are no real numbers.
    """
    plain = _plain(name, values)
    is_new = is_tensor(values) and str(values.dtype) != "torch.float64"
    try:
        array = np.asarray(plain)
        if array.dtype.kind in "biuf":
            return array.astype(np.float64, copy=not is_new)
    except (ValueError, TypeError):
        pass  # rows of different lengths
    raise ValueError(f"{name} = {type(values).__name__} is no array of real numbers")


def _plain(name: str, values: Any) -> Any:
    """Tensors, also those within lists, as NumPy's arrays."""
    if is_tensor(values):
        _refuse_without_numbers(name, values)
        values = values.detach().cpu()
        return values.numpy() if values.is_complex() else values.double().numpy()
    if isinstance(values, list | tuple):
        return [_plain(name, value) for value in values]
    return values


def is_tensor(values: Any) -> bool:
    """Return whether these are PyTorch's, found without loading it."""
    return any(kind.__module__ == "torch" and kind.__name__ == "Tensor" for kind in type(values).__mro__)


def _refuse_without_numbers(name: str, values: Any) -> None:
    if values.is_meta:
        raise ValueError(f"{name} is on the meta device, which holds shapes and no numbers")
    if values.is_quantized:
        raise ValueError(f"{name} is quantised: give it in a floating-point type")
