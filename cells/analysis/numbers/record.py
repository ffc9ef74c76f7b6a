"""The declaration of a number of a run: its name, its meaning, how it is computed and how a text writes it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cells.words import exact, factor, from_log10, number, percent

Value = float | int | str | bool
STYLES: dict[str, Callable[[Any], str]] = {
    "number": lambda value: "∞" if value == math.inf else number(value),
    "percent": percent,
    "log10": from_log10,
    "factor": factor,
    "exact": lambda value: exact(value) if isinstance(value, int | float) else str(value),
}


@dataclass(frozen=True)
class Number:
    """of(trace, *indices) -> value; `style` is how a text writes it, `indices` what it counts from 1."""

    name: str
    meaning: str
    of: Callable[..., Value]
    style: str = "number"
    indices: tuple[str, ...] = ()


def place(count: Any) -> int:
    """Return the index from 0 of an entry counted from 1; IndexError for one that is no such number."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise IndexError(count)
    return count - 1
