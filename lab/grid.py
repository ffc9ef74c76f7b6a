"""Grids of runs: one for each combination of some values."""

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from cells.knobs import BadValue, shown
from cells.registry import CELLS

from .settings import LabSettings

MOST_RUNS = 500


def grid(base: LabSettings, axes: Mapping[str, Sequence[Any]], most: int = MOST_RUNS) -> dict[str, LabSettings]:
    """label -> settings, in the order given: `grid(base, {"cell": ["rnn", "lstm"], "seed": range(3)})`.

    BadValue where a combination cannot be, or there are more than `most`.
    """
    count = math.prod(map(len, axes.values()))
    if count > most:
        raise BadValue(f"the grid has {count} runs; it takes at most {most}", next(iter(axes)))
    combinations = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    return {_label(changes): base.replace(**changes) for changes in combinations}


def _label(changes: Mapping[str, Any]) -> str:
    """Return the values of a run in words: `LSTM, T = 20, seed 3`."""
    return ", ".join(_in_words(name, value) for name, value in changes.items()) or "run"


def _in_words(name: str, value: Any) -> str:
    if name == "cell":
        return CELLS[value].label
    return f"T = {value}" if name == "length" else f"{name} {value}"


def whole_numbers(text: str, name: str) -> list[int]:
    """Return the numbers of a list such as `0, 1, 2`, each once; BadValue where it is none."""
    words = text.replace(",", " ").split()
    if not words or any(not word.removeprefix("-").isdecimal() for word in words):
        raise BadValue(f"{name} = {shown(text)} is no list of whole numbers such as 0, 1, 2", name)
    return list(dict.fromkeys(map(int, words)))
