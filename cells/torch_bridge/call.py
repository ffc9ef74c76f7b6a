"""One call of a network, checked: inputs, upstream gradients, initial states, and which steps count."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from cells.arrays import Array

from .numbers import Shape, checked, shape_text, to_numpy

Start = tuple[dict[str, Array], ...]  # one entry a layer and direction, one array (B, H) a part of the state


@dataclass(frozen=True, eq=False)
class Call:
    """Arrays in float64, time first; D directions, L layers."""

    x: Array  # (T, B, I)
    d_out: Array  # (T, B, D·H); 0 beyond a sequence's end
    start: Start | None = None  # L·D initial states; None where the network begins at 0
    final: Start | None = None  # dL/d of the L·D final states
    lengths: Array | None = None  # (B,) steps of each sequence
    mask: Array | None = None  # (T, B) True where the network steps
    unbatched: bool = False

    @cached_property
    def active(self) -> Array | None:
        """(T, B) True where the state moves on; None where it always does."""
        found = np.ones(self.x.shape[:2], bool) if self.mask is None else self.mask.copy()
        if self.lengths is not None:
            found &= np.arange(len(found))[:, None] < self.lengths
        return None if found.all() else found

    def without_mask(self) -> "Call":
        """Return the same with every step taken, up to the sequences' ends."""
        return replace(self, mask=None)


@dataclass(frozen=True)
class Sizes:
    """The sizes that the arrays of a call must fit."""

    inputs: int
    hidden: int
    rows: int  # L·D, or 0 for a single cell, whose states have no such axis
    directions: int
    parts: tuple[str, ...]
    batch_first: bool = False

    def sequence(self, width: int | str, unbatched: bool) -> Shape:
        """Return the shape of what runs over time, as the caller writes it."""
        return ("T", width) if unbatched else ("B", "T", width) if self.batch_first else ("T", "B", width)


@dataclass(frozen=True)
class Arguments:
    """A call as the caller writes it."""

    x: Any
    d_out: Any
    hx: Any = None
    d_hx: Any = None
    lengths: Any = None
    mask: Any = None


def read_call(given: Arguments, sizes: Sizes) -> Call:
    """Check every argument against the sizes; ValueError names the first that does not fit, and what would."""
    given = _unpacked(given, sizes)
    given = replace(given, x=to_numpy("x", given.x))
    unbatched = given.x.ndim == 2
    x = _sequence("x", given.x, sizes, (sizes.inputs, unbatched))
    T, B = x.shape[:2]
    d_out = _upstream(given, sizes, (T, B), unbatched)
    start = _states("hx", given.hx, sizes, B, unbatched)
    final = _states("d_hx", given.d_hx, sizes, B, unbatched)
    lengths = _lengths(given.lengths, T, B, unbatched)
    call = Call(x, d_out, start, final, lengths, _mask(given.mask, T, B, unbatched), unbatched)
    if lengths is not None:
        call.d_out[np.arange(T)[:, None] >= lengths] = 0  # what is padded feeds no loss
    return call


def _unpacked(given: Arguments, sizes: Sizes) -> Arguments:
    """Return a PackedSequence as the padded array and lengths it was made from, in the caller's order of samples."""
    if not _is_packed(given.x):
        return given
    if given.lengths is not None:
        raise ValueError("lengths is given beside x = PackedSequence, which holds lengths of its own")
    from torch.nn.utils.rnn import pad_packed_sequence

    x, lengths = pad_packed_sequence(given.x, batch_first=sizes.batch_first)
    d_out = given.d_out
    if _is_packed(d_out):
        total = x.shape[1 if sizes.batch_first else 0]
        d_out, _ = pad_packed_sequence(d_out, batch_first=sizes.batch_first, total_length=total)
    return replace(given, x=x, d_out=d_out, lengths=lengths)


def _is_packed(values: Any) -> bool:
    return type(values).__name__ == "PackedSequence" and hasattr(values, "batch_sizes")


def _sequence(name: str, values: Any, sizes: Sizes, shape: tuple[int | str, bool]) -> Array:
    """Return what runs over time as (T, B, N)."""
    array = checked(name, values, sizes.sequence(*shape))
    if array.ndim == 2:
        return array[:, None]
    return np.ascontiguousarray(array.swapaxes(0, 1)) if sizes.batch_first else array


def _upstream(given: Arguments, sizes: Sizes, steps: tuple[int, int], unbatched: bool) -> Array:
    """d_out (T, B, D·H); None is 0 where the loss reads the final states."""
    width = sizes.directions * sizes.hidden
    if given.d_out is None:
        if given.d_hx is None:
            raise ValueError("d_out = None and d_hx = None: give the gradient of the loss by one of them")
        return np.zeros((*steps, width))
    T, B = steps
    shape = {"T": T, "B": B}
    wanted = [shape.get(n, n) if isinstance(n, str) else n for n in sizes.sequence(width, unbatched)]
    array = checked("d_out", given.d_out, wanted)
    return array[:, None] if unbatched else array.swapaxes(0, 1).copy() if sizes.batch_first else array


def _states(name: str, given: Any, sizes: Sizes, batch: int, unbatched: bool) -> Start | None:
    """Return states of all layers and directions.

    A pair (h, c) where the cell has both, either of which may be None.
    """
    if given is None:
        return None
    values = _by_part(name, given, sizes.parts)
    shape = [n for n in (sizes.rows, batch * (not unbatched), sizes.hidden) if n]
    full = (max(sizes.rows, 1), batch, sizes.hidden)
    arrays = {
        part: np.zeros(full) if one is None else checked(label, one, shape).reshape(full)
        for part, (label, one) in values.items()
    }
    return tuple({part: array[row].copy() for part, array in arrays.items()} for row in range(full[0]))


def _by_part(name: str, given: Any, parts: tuple[str, ...]) -> dict[str, tuple[str, Any]]:
    """Part of the state -> what to call it in a sentence, and its values."""
    if len(parts) == 1:
        return {parts[0]: (name, given)}
    if not isinstance(given, tuple | list) or len(given) != len(parts):
        pair = " and ".join(f"{part}_0" if name == "hx" else f"dL/d{part}_n" for part in parts)
        raise ValueError(f"{name} = {type(given).__name__}: this cell takes the pair of {pair}")
    return {part: (f"{name}[{k}]", one) for k, (part, one) in enumerate(zip(parts, given, strict=True))}


def _lengths(given: Any, T: int, B: int, unbatched: bool) -> Array | None:
    """(B,) whole numbers of steps in [1, T]."""
    if given is None:
        return None
    if unbatched:
        raise ValueError("lengths goes with a batch; x (T, I) has none")
    values = checked("lengths", given, (B,))
    wrong = np.flatnonzero((values < 1) | (values > T) | (values != np.round(values)))
    if len(wrong):
        raise ValueError(f"lengths = {values[wrong[0]]:g} at {wrong[0]} is no whole number in [1, {T}]")
    return values.astype(np.int64)


def _mask(given: Any, T: int, B: int, unbatched: bool) -> Array | None:
    """(T, B) of 0 and 1."""
    if given is None:
        return None
    shape = (T,) if unbatched and np.ndim(given) == 1 else (T, B)
    values = checked("mask", given, shape).reshape(T, B)
    if not np.isin(values, (0, 1)).all():
        raise ValueError(f"mask {shape_text(shape)} holds {values[~np.isin(values, (0, 1))][0]:g}; it takes 0 and 1")
    return values.astype(bool)
