"""Grids of runs: one for each combination of some values."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from cells.knobs import BadValue

from .settings import LabSettings

MOST_RUNS = 500


def grid(base: LabSettings, axes: Mapping[str, Sequence[Any]]) -> dict[str, LabSettings]:
    """label -> settings, in the order given: `grid(base, {"cell": ["rnn", "lstm"], "seed": range(3)})`.

    BadValue where a combination cannot be, or there are more than 500.
    """
    count = 1
    for values in axes.values():
        count *= len(values)
    if count > MOST_RUNS:
        raise BadValue(f"the grid has {count} runs; it takes at most {MOST_RUNS}", next(iter(axes)))
    combinations = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    return {_label(changes): base.replace(**changes) for changes in combinations}


def _label(changes: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in changes.items()) or "run"
