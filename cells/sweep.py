"""The same engine over a grid of settings: those of one shape run side by side, in one batched pass."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from .engine import solve
from .grid import SweepGrid, empty_grid
from .network import build, side_by_side
from .settings import RunSettings
from .trace import Trace

CHUNK = 24e6  # bytes of tape a pass may use: small enough to stay near the processor
MAX_POINTS = 100_000
BATCHED = {"seed", "weight_scale", "scale_inputs", "init", "loss", "loss_steps", "loss_reduction", "impulse_step"}

Report = Callable[[float], None]


def sweep(settings: RunSettings, report: Report | None = None, **axes: Sequence[Any]) -> SweepGrid:
    """Run every combination of the axes' values, any fields or knobs in the order given.

    `report` is told the share done after each pass and may raise to stop. ValueError for an empty axis, a value outside
    its range, or more than 100,000 points.
    """
    axes = {name: list(values) for name, values in axes.items()}
    _check_axes(axes)
    points = [settings.replace(**dict(zip(axes, values, strict=True))) for values in product(*axes.values())]
    grid = empty_grid(settings, axes, points)
    done = 0
    for indices in _passes(points):
        grid.fill(indices, solve_side_by_side([points[k] for k in indices]))
        done += len(indices)
        if report:
            report(done / len(points))
    return grid


def solve_side_by_side(points: Sequence[RunSettings]) -> Trace:
    """Settings of one shape as one trace whose arrays have an axis of settings before the batch."""
    return solve(side_by_side([build(point) for point in points]), points[0])


def _check_axes(axes: Mapping[str, Sequence[Any]]) -> None:
    for name, values in axes.items():
        if not values:
            raise ValueError(f"{name} = [] is an empty axis; give at least one value")
    count = int(np.prod([float(len(values)) for values in axes.values()]))
    if count > MAX_POINTS:
        raise ValueError(f"{' × '.join(axes)} has {count} points, outside [1, {MAX_POINTS}]")


def _passes(points: Sequence[RunSettings]) -> Iterator[list[int]]:
    """Indices of points that can run together, in groups that fit the chunk."""
    groups: dict[tuple, list[int]] = {}
    for k, point in enumerate(points):
        groups.setdefault(_shape(point), []).append(k)
    for indices in groups.values():
        first = points[indices[0]]
        size = max(1, int(CHUNK / (first.steps * first.memory_per_step)))
        for start in range(0, len(indices), size):
            yield indices[start : start + size]


def _shape(point: RunSettings) -> tuple:
    """What settings must share to run in one pass: all that is not a number in an array."""
    own = tuple(v for name, v in vars(point).items() if name not in BATCHED and name != "options")
    return own + tuple(v for v in vars(point.options).values() if not isinstance(v, float))
