"""A phase diagram in a few numbers: how much of it vanishes or explodes, where the edge lies, how far from it a
setting is.
"""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.settings import RunSettings

from .phase import PhaseMap


@dataclass(frozen=True)
class FateShares:
    """Of the points that have a number (±∞ are numbers): each share in [0, 1]."""

    vanishing: float
    constant: float
    exploding: float


@dataclass(frozen=True, eq=False)
class Edge:
    """Where the number crosses that of a gradient of constant size, for every value of the other knob.

    along   the knob that is crossed: "x" or "y"
    places  its value at the crossing, one for each value of the other knob; nan where there is none
    others  the other knob's values
    """

    along: str
    places: Array
    others: Array


@dataclass(frozen=True)
class Distance:
    """From a setting to the edge, along one knob, in its units; positive where the edge lies above."""

    along: str
    place: float
    gap: float


def shares(found: PhaseMap) -> FateShares | None:
    """None where the quantity knows no gradient of constant size, or nothing has a number yet."""
    kept, values = found.quantity.kept, _numbers(found)
    if kept is None or not values.size:
        return None
    below, above = values < kept - found.quantity.tolerance, values > kept + found.quantity.tolerance
    return FateShares(float(below.mean()), float((~below & ~above).mean()), float(above.mean()))


def extent(found: PhaseMap) -> tuple[float, float, float] | None:
    """Smallest, median and largest finite number; None where there is none."""
    values = _numbers(found)
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(np.median(finite)), float(finite.max())) if finite.size else None


def edge(found: PhaseMap) -> Edge | None:
    """Return the edge along the knob that crosses it for more values of the other one.

    None where nothing is crossed.
    """
    if found.quantity.kept is None:
        return None
    x, y = (np.array(values, np.float64) for values in (found.plan.x_values, found.plan.y_values))
    both = [Edge("x", crossings(x, _above(found)), y), Edge("y", crossings(y, _above(found).T), x)]
    best = max(both, key=lambda one: float(np.isfinite(one.places).mean()))
    return best if np.isfinite(best.places).any() else None


def crossings(places: Array, heights: Array) -> Array:
    """For each row of heights (rows, n) at `places` (n,): where it first changes its sign, nan where it never does."""
    known = ~np.isnan(heights)
    return np.array([_crossing(places[here], row[here]) for row, here in zip(heights, known, strict=True)])


def distance(found: PhaseMap, settings: RunSettings) -> Distance | None:
    """To the nearest crossing on the way along x through a setting, else along y; None where both ways have none."""
    x, y = found.plan.x, found.plan.y
    if found.quantity.kept is None:
        return None
    here = {axis.name: float(settings.get(axis.name)) for axis in (x, y)}
    if not all(axis.low <= here[axis.name] <= axis.high for axis in (x, y)):
        return None
    columns, rows = (np.array(values, np.float64) for values in (found.plan.x_values, found.plan.y_values))
    heights = _above(found)
    row, column = heights[_nearest(rows, here[y.name])], heights[:, _nearest(columns, here[x.name])]
    for along, name, places, line in (("x", x.name, columns, row), ("y", y.name, rows, column)):
        crossed = _all_crossings(places[~np.isnan(line)], line[~np.isnan(line)])
        if crossed.size:
            place = float(crossed[_nearest(crossed, here[name])])
            return Distance(along, place, place - here[name])
    return None


def _numbers(found: PhaseMap) -> Array:
    values = found.values[found.known & found.possible]
    return values[~np.isnan(values)]


def _above(found: PhaseMap) -> Array:
    """Return how far the numbers lie above that of a constant gradient: (rows, columns); nan where there is none."""
    return found.values - (found.quantity.kept or 0.0)


def _nearest(values: Array, value: float) -> int:
    return int(np.abs(values - value).argmin())


def _crossing(places: Array, heights: Array) -> float:
    crossed = _all_crossings(places, heights)
    return float(crossed[0]) if crossed.size else np.nan


def _all_crossings(places: Array, heights: Array) -> Array:
    """Between neighbours of different sign; in the middle where one of them is infinite."""
    above = heights > 0
    left = np.flatnonzero(above[1:] != above[:-1])
    first, second = heights[left], heights[left + 1]
    with np.errstate(invalid="ignore"):
        share = first / (first - second)
    share = np.where(np.isfinite(first) & np.isfinite(second), share, 0.5)
    return places[left] + share * (places[left + 1] - places[left])
