"""A phase diagram: a quantity over two knobs, computed in batched passes, coarse first if so wished."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cells.activations import Array
from cells.arrays import Mask
from cells.knobs import BadValue
from cells.progress import Report
from cells.settings import RunSettings
from cells.sweeping import THREADS, run_batches, solve_stacked
from cells.trace import Trace

from .plan import MapPlan
from .quantity import QUANTITIES, Quantity

COARSE = 11  # values of an axis in a first look


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """values (rows of y, columns of x); nan where not `known`, and where not `possible`: the settings make no run."""

    plan: MapPlan
    values: Array
    known: Mask
    possible: Mask

    @property
    def quantity(self) -> Quantity:
        """Return what the values are."""
        return QUANTITIES[self.plan.quantity]

    @cached_property
    def whole(self) -> bool:
        """Return whether every point is known."""
        return bool(self.known.all())

    @classmethod
    def empty(cls, plan: MapPlan) -> "PhaseMap":
        """Return a map of which nothing is known yet."""
        return cls(plan, np.full(plan.shape, np.nan), np.zeros(plan.shape, bool), np.ones(plan.shape, bool))


def phase_map(
    plan: MapPlan, report: Report | None = None, start: PhaseMap | None = None, places: Mask | None = None
) -> PhaseMap:
    """Compute what is missing of a map; `places` (mask of its shape) leaves out the rest. `report` may raise to stop.

    BadValue if no run is possible anywhere.
    """
    start = PhaseMap.empty(plan) if start is None else start
    todo = ~start.known if places is None else places & ~start.known
    return _with(start, todo, *compute(plan, np.argwhere(todo).tolist(), report))


def compute(
    plan: MapPlan, cells: list[list[int]], report: Report | None = None, threads: int = THREADS
) -> tuple[Array, Mask]:
    """Return the quantity at these (row, column)s, and whether a run is possible there."""
    points = [_point(plan, row, column) for row, column in cells]
    possible = np.array([not isinstance(point, BadValue) for point in points], bool)
    runs = [point for point in points if isinstance(point, RunSettings)]
    refused = [point for point in points if isinstance(point, BadValue)]
    if refused and not runs:
        raise refused[0]
    found, measure_all = np.empty(len(runs)), QUANTITIES[plan.quantity].measure

    def each(indices: list[int], trace: Trace) -> None:
        layer = trace.index_of(plan.layer)
        found[indices] = measure_all(trace, [runs[k] for k in indices], layer)

    run_batches(runs, each, report, threads)
    values = np.full(len(points), np.nan)
    values[possible] = found
    return values, possible


def measure(settings: RunSettings, quantity: str, layer: int | None = None) -> float:
    """Return the quantity of one run, as a map of it would show it."""
    trace = solve_stacked([settings])
    layer = trace.index_of(layer)
    return float(QUANTITIES[quantity].measure(trace, [settings], layer)[0])


def coarse_places(plan: MapPlan) -> Mask:
    """About COARSE × COARSE points, evenly spread, ends included."""
    chosen = [np.isin(np.arange(n), np.linspace(0, n - 1, min(n, COARSE)).round()) for n in plan.shape]
    return np.logical_and.outer(*chosen)


def _point(plan: MapPlan, row: int, column: int) -> RunSettings | BadValue:
    try:
        return plan.point(row, column)
    except BadValue as error:
        return error


def _with(start: PhaseMap, todo: Mask, found: Array, possible: Mask) -> PhaseMap:
    values, can = start.values.copy(), start.possible.copy()
    values[todo], can[todo] = found, possible
    return PhaseMap(start.plan, values, start.known | todo, can)
