"""Curves over time: the mean over the batch of a norm, with its 10–90 % band, all in the log domain."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cells.log_mean import log10_mean

Array = NDArray[Any]
BAND = (0.1, 0.9)


@dataclass(frozen=True, eq=False)
class Curve:
    """One line over the steps 1..T; `log` tells that the numbers are log10 of what is meant.

    name    column in tables                    label   written at the line's end
    role    its meaning, which sets the colour  dash    a Plotly dash
    over    what it is drawn over, if it comes from elsewhere: gradient, a part of the state, or a gate
    note    where it comes from, for the caption
    mean    (T,)                                low, high   (T,) edges of the band, or None
    least, most   (T,) edges of a fainter band around it, or None
    """

    name: str
    label: str
    role: str
    mean: Array
    low: Array | None = None
    high: Array | None = None
    log: bool = True
    dash: str = "solid"
    width: float = 2.5
    shade: float = 0.14  # opacity of the band
    symbol: str = "circle"  # of single points
    over: str = "gradient"
    note: str = ""
    least: Array | None = None
    most: Array | None = None

    def edges(self) -> list[Array]:
        """Return the line and the edges of its bands."""
        return [edge for edge in (self.mean, self.low, self.high, self.least, self.most) if edge is not None]

    def columns(self) -> dict[str, Array]:
        """Return the numbers behind the line as columns of a table, unrounded."""
        name = f"log10 {self.name}" if self.log else self.name
        band = {f"{name} 10 %": self.low, f"{name} 90 %": self.high}
        band |= {f"{name} least": self.least, f"{name} most": self.most}
        return {name: self.mean} | {key: edge for key, edge in band.items() if edge is not None}


def norm_curve(log10_norms: Array, name: str, label: str, role: str, band: bool = True, **style) -> Curve:
    """Return the curve of norms (T+1, B) given as log10; index 0, the initial state, is left out."""
    norms = log10_norms[1:]
    low, high = log10_quantiles(norms) if band and norms.shape[1] > 1 else (None, None)
    return Curve(name, label, role, log10_mean(norms), low, high, **style)


def share_curve(values: Array, name: str, label: str, role: str, **style) -> Curve:
    """Mean and band over all samples and units of plain values (T, B, H), a gate for example."""
    flat = values.reshape(len(values), -1)
    low, high = quantiles(flat) if flat.shape[1] > 1 else (None, None)
    return Curve(name, label, role, plain_mean(flat, 1), low, high, log=False, **style)


def plain_mean(values: Array, axis: int | tuple[int, ...]) -> Array:
    """Return the mean; inf where already the sum leaves float64."""
    with np.errstate(over="ignore", invalid="ignore"):
        return values.mean(axis=axis)


def plain(curve: Curve) -> Curve:
    """Return a log10 curve as the numbers themselves."""
    with np.errstate(over="ignore"):
        edges = {name: getattr(curve, name) for name in ("low", "high", "least", "most")}
        powers = {name: 10.0**edge for name, edge in edges.items() if edge is not None}
        return replace(curve, mean=10.0**curve.mean, log=False, **powers)


def log10_quantiles(log10s: Array, shares: tuple[float, ...] = BAND) -> list[Array]:
    """Return log10 of the quantiles over the last axis (interpolated between numbers, not between logarithms)."""
    ordered = np.sort(log10s, axis=-1)
    return [_with_nan(edge, ordered) for edge in log10_ranks(ordered, shares)]


def log10_ranks(ordered: Array, shares: tuple[float, ...]) -> list[Array]:
    """Return the same of numbers in order, where a NaN counts as larger than all others: it overflowed on its way."""
    return [_between(*_neighbours(ordered, share)) for share in shares]


def quantiles(values: Array, shares: tuple[float, ...] = BAND) -> list[Array]:
    """Quantiles over the last axis, as numpy.quantile gives them, an order of magnitude faster."""
    ordered = np.sort(values, axis=-1)
    with np.errstate(invalid="ignore"):
        pairs = [_neighbours(ordered, share) for share in shares]
        return [_with_nan(low + (high - low) * weight, ordered) for low, high, weight in pairs]


def _neighbours(ordered: Array, share: float) -> tuple[Array, Array, float]:
    place = share * (ordered.shape[-1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[-1] - 1)
    return ordered[..., below], ordered[..., above], place - below


def _between(low: Array, high: Array, weight: float) -> Array:
    """Return log10 of (1 − w) 10^low + w 10^high; where both are 0 or both infinite, that."""
    if weight == 0.0:
        return low
    with np.errstate(all="ignore"):
        mixed = high + np.log10((1 - weight) * 10.0 ** (low - high) + weight)
    return np.where(low == high, low, mixed)


def _with_nan(values: Array, ordered: Array) -> Array:
    return np.where(np.isnan(ordered[..., -1]), np.nan, values)  # sorting puts NaN last


def named_apart(pairs: Iterable[tuple[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return columns by name: the same one twice appears once, one that merely shares a name with another is
    numbered.
    """
    columns: dict[str, np.ndarray] = {}
    for name, column in pairs:
        names = (name if count == 1 else f"{name} ({count})" for count in range(1, len(columns) + 2))
        columns[next(free for free in names if free not in columns or columns[free] is column)] = column
    return columns


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[start, stop) of every stretch of True in a flat mask."""
    if len(mask) and mask.all():
        return [(0, len(mask))]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
