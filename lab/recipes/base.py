"""The contract of a recipe: runs to compare, what they are to show, and how that is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.settings import LabSettings

Runs = Mapping[str, LabSettings]  # label -> settings
Results = Mapping[str, Any]  # label -> lab.outcome.Run, all of one seed


@dataclass(frozen=True)
class Claim:
    """One sentence about the runs of one seed, with the number measured, and whether it holds."""

    says: str
    measured: float
    holds: bool


@dataclass(frozen=True)
class Recipe:
    """Runs that belong together.

    shows     what to look at                     lecture   the same in about 30 seconds, for a lecture
    reported  figures reported elsewhere, with whose they are; empty where none are
    judge     claims about the runs of one seed; for `runs`, not for `lecture`
    """

    name: str
    title: str
    shows: str
    runs: Runs
    lecture: Runs
    judge: Callable[[Results], list[Claim]]
    reported: str = ""

    def settings(self, seed: int = 0, lecture: bool = False, **changes: Any) -> dict[str, LabSettings]:
        """Return the runs at a seed, with some fields changed in all of them; BadValue where one cannot take them."""
        chosen = self.lecture if lecture else self.runs
        return {label: run.replace(seed=seed, **changes) for label, run in chosen.items()}


def at_least(says: str, measured: float, bound: float) -> Claim:
    """Return whether the measured number reaches its bound."""
    return Claim(f"{says} ≥ {bound:g}", float(measured), bool(measured >= bound))


def below(says: str, measured: float, bound: float) -> Claim:
    """`measured` < `bound`; nan is not."""
    return Claim(f"{says} < {bound:g}", float(measured), bool(measured < bound))


def last_mean(column: np.ndarray, count: int = 50) -> float:
    """Return the mean over the last updates of a column."""
    return float(np.mean(column[-count:]))
