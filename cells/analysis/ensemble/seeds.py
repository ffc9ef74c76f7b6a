"""Verdicts on many runs, and their curves over a fan of seeds, in batched passes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.gradient.verdict import Verdict, verdict
from cells.log_mean import log10_mean
from cells.progress import Report
from cells.select_setting import select_setting
from cells.settings import RunSettings
from cells.sweeping import run_batches
from cells.trace import Trace


def verdicts(points: Sequence[RunSettings], layer: int | None = None, report: Report | None = None) -> list[Verdict]:
    """Return the verdict on each run; `report` is told the share done and may raise to stop."""
    found: dict[int, Verdict] = {}

    def each(indices: list[int], trace: Trace) -> None:
        for place, k in enumerate(indices):
            found[k] = verdict(select_setting(trace, place, points[k]), layer)

    run_batches(points, each, report)
    return [found[k] for k in range(len(points))]


@dataclass(frozen=True, eq=False)
class Fan:
    """The same net drawn many times. Curves are log10 of batch means, one row a draw: (seeds, T+1)."""

    settings: RunSettings
    seeds: tuple[int, ...]
    verdicts: tuple[Verdict, ...]
    grads: dict[str, Array]
    states: dict[str, Array]


def fan(settings: RunSettings, seeds: Sequence[int], layer: int | None = None, report: Report | None = None) -> Fan:
    """Return the run with each of these seeds, one layer of it (0 the lowest, the top one by default)."""
    points = [settings.replace(seed=seed) for seed in seeds]
    index = settings.index_of(layer)
    parts, shape = settings.cell_class.state_names, (len(points), settings.steps + 1)
    grads, states = ({part: np.empty(shape) for part in parts} for _ in range(2))
    found: dict[int, Verdict] = {}

    def each(indices: list[int], trace: Trace) -> None:
        watched = trace.layer(index)
        for part in parts:
            grads[part][indices] = log10_mean(watched.log10_grad_norms[part]).T
            states[part][indices] = log10_mean(watched.log10_state_norms[part]).T
        for place, k in enumerate(indices):
            found[k] = verdict(select_setting(trace, place, points[k]), index)

    run_batches(points, each, report)
    judged = tuple(found[k] for k in range(len(points)))
    return Fan(settings, tuple(seeds), judged, grads, states)
