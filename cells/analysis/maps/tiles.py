"""A phase diagram as a job: one tile a row. The functions that a job calls, and the map its tiles make."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cells.activations import Array
from cells.knobs import BadValue

from .phase import PhaseMap, compute
from .plan import MapPlan

FUNCTION = "cells.analysis.maps.tiles:row"


class _Stopped(Exception):
    """Raised to leave a row that shall not be finished now."""


def rows_of(plan: MapPlan) -> list[dict[str, int]]:
    """Return the tiles of a job that computes this plan: far apart first, so that a part of the job shows all of
    the map.
    """
    count = plan.shape[0]
    strides = [2**power for power in range(count.bit_length(), -1, -1)]
    order = dict.fromkeys(row for stride in strides for row in range(0, count, stride))
    return [{"row": row} for row in order]


def row(tile: Mapping[str, int], context: Any) -> dict[str, Array] | None:
    """Return one row of the map in `context.settings`: its values, and where a run is possible. None if it is to stop.

    context  has `settings` (a plan as JSON), `report(share)` and `stop_requested()`
    """
    plan = MapPlan.from_json(context.settings)

    def report(share: float) -> None:
        context.report(share)
        if context.stop_requested():
            raise _Stopped

    try:
        return _row(plan, tile["row"], report)
    except _Stopped:
        return None


def _row(plan: MapPlan, row: int, report: Any) -> dict[str, Array]:
    cells = [[row, column] for column in range(plan.shape[1])]
    try:
        values, possible = compute(plan, cells, report, threads=1)
    except BadValue:  # not one run of this row is possible; others may be
        values, possible = np.full(len(cells), np.nan), np.zeros(len(cells), bool)
    return {"values": values, "possible": possible}


def fault_of(plan: MapPlan, arrays: Mapping[str, Array]) -> str:
    """Say why `arrays` are no row of the map, as part of a sentence; nothing where they are one."""
    for name, kind in (("values", "f"), ("possible", "b")):
        array = arrays.get(name)
        if array is None:
            return f"it has no {name}"
        if array.dtype.kind != kind or array.shape != plan.shape[1:]:
            return f"its {name} are {array.dtype} of shape {array.shape}, a row has {plan.shape[1]} columns"
    return ""


def assembled(plan: MapPlan, tiles: Iterable[tuple[int, Mapping[str, Array]]]) -> PhaseMap:
    """Return the map of finished rows, given as (row, arrays of `row`)."""
    made = PhaseMap.empty(plan)
    for row, arrays in tiles:
        made.values[row], made.possible[row], made.known[row] = arrays["values"], arrays["possible"], True
    return made
