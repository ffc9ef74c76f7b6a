"""The same engine over a grid of settings: those of one shape run side by side, in batched passes on two threads."""

import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import product
from threading import BoundedSemaphore
from typing import Any

import numpy as np

from cells.progress import Report

from .engine import solve
from .grid import SweepGrid, empty_grid
from .network import Shared, build, stack_networks
from .settings import RunSettings
from .trace import Trace

CHUNK = 120e6  # bytes of tape a pass may use: steps large enough that two threads seldom wait for the interpreter
LEAST = 8e6  # bytes below which a second pass costs more than a second thread gains
THREADS = 1 if sys.platform == "emscripten" else 2  # passes at a time; NumPy lets others run, a browser knows none
PASS_SLOTS = BoundedSemaphore(max(THREADS, os.cpu_count() or 1))  # for the passes of all sweeps: they share the memory
MAX_POINTS = 100_000
BATCHED = {"seed", "weight_scale", "scale_inputs", "init", "loss", "loss_steps", "loss_reduction", "impulse_step"}

Each = Callable[[list[int], Trace], Any]


def sweep(settings: RunSettings, report: Report | None = None, **axes: Sequence[Any]) -> SweepGrid:
    """Run every combination of the axes' values, any fields or knobs in the order given.

    `report` is told the share done after each pass and may raise to stop. ValueError for an empty axis, a value outside
    its range, or more than 100,000 points.
    """
    axes = {name: list(values) for name, values in axes.items()}
    points = grid_points(settings, axes)
    grid = empty_grid(settings, axes, points)
    run_batches(points, grid.fill, report)
    return grid


def grid_points(settings: RunSettings, axes: Mapping[str, Sequence[Any]]) -> list[RunSettings]:
    """Return the settings of every combination, in C order of the axes; ValueError as for `sweep`."""
    _check_axes(axes)
    return [settings.replace(**dict(zip(axes, values, strict=True))) for values in product(*axes.values())]


def run_batches(
    points: Sequence[RunSettings], each: Each, report: Report | None = None, threads: int = THREADS
) -> None:
    """Run all points and hand `each` pass over: the indices of its points, and the trace that holds them side by side.

    `each` is called from several threads at a time, so it may only write what belongs to its indices, and it may start
    no passes of its own: in this process no more run at a time than there are cores, whoever asks. `report` is called
    from this thread, and what it raises ends the run once the passes under way are over.
    """
    done = 0
    for count in _runs(points, list(_passes(points, threads)), each, threads):
        done += count
        if report:
            report(done / len(points))


def _runs(points: Sequence[RunSettings], passes: list[list[int]], each: Each, threads: int) -> Iterator[int]:
    """Run the passes; yields the number of points of each that is done."""
    if min(threads, len(passes)) == 1:
        for indices in passes:
            _one_pass(points, indices, each)
            yield len(indices)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="sweep")
    try:
        under_way = {pool.submit(_one_pass, points, indices, each): len(indices) for indices in passes}
        for finished in as_completed(under_way):
            finished.result()
            yield under_way[finished]
    finally:
        pool.shutdown(cancel_futures=True)


def _one_pass(points: Sequence[RunSettings], indices: list[int], each: Each) -> None:
    with PASS_SLOTS:
        each(indices, solve_stacked([points[k] for k in indices]))


def solve_stacked(points: Sequence[RunSettings]) -> Trace:
    """Return settings of one shape as one trace whose arrays have an axis of settings before the batch."""
    shared: Shared = {}
    return solve(stack_networks([build(point, shared) for point in points]), points[0])


def _check_axes(axes: Mapping[str, Sequence[Any]]) -> None:
    for name, values in axes.items():
        if not values:
            raise ValueError(f"{name} = [] is an empty axis; give at least one value")
    count = int(np.prod([float(len(values)) for values in axes.values()]))
    if count > MAX_POINTS:
        raise ValueError(f"{' × '.join(axes)} has {count} points, outside [1, {MAX_POINTS}]")


def _passes(points: Sequence[RunSettings], threads: int) -> Iterator[list[int]]:
    """Yield indices of points that can run together, in groups of one size that fit the chunk and keep all
    threads busy.
    """
    groups: dict[tuple, list[int]] = {}
    for k, point in enumerate(points):
        groups.setdefault(_shape(point), []).append(k)
    for indices in groups.values():
        indices.sort(key=lambda k: points[k].seed)  # neighbours share what they draw
        first = points[indices[0]]
        tapes = len(indices) * first.steps * first.memory_per_step
        rounds = math.ceil(tapes / (threads * CHUNK))
        count = min(threads * rounds, math.ceil(tapes / LEAST), len(indices))
        yield from (part.tolist() for part in np.array_split(indices, count))


def _shape(point: RunSettings) -> tuple:
    """Return what settings must share to run in one pass: all that is not a number in an array."""
    own = tuple(v for name, v in vars(point).items() if name not in BATCHED and name != "options")
    return own + tuple(v for v in vars(point.options).values() if not isinstance(v, float))
