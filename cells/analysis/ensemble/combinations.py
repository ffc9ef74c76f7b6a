"""Every cell with every activation and every initialiser, all else alike: what becomes of the gradient in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from cells.activations import ACTIVATIONS
from cells.analysis.gradient.verdict import Verdict
from cells.initialisers import INITIALISERS
from cells.knobs import BadValue
from cells.progress import Report
from cells.registry import CELLS
from cells.settings import RunSettings

from .seeds import verdicts


@dataclass(frozen=True)
class Combination:
    """Three choices and the run they make; None and the reason in one sentence where they make none."""

    cell: str
    activation: str
    init: str
    settings: RunSettings | None
    reason: str = ""

    @property
    def names(self) -> tuple[str, str, str]:
        """Return cell, activation and initialiser."""
        return self.cell, self.activation, self.init


@dataclass(frozen=True, eq=False)
class Combinations:
    """All combinations in the order of the menus, and the verdict on each that was run."""

    all: tuple[Combination, ...]
    verdicts: dict[tuple[str, str, str], Verdict]

    @property
    def complete(self) -> bool:
        """Return whether every run there is has been judged."""
        return all(one.names in self.verdicts for one in self.all if one.settings)


def combinations_of(
    settings: RunSettings, check: Callable[[RunSettings], Any] | None = None
) -> tuple[Combination, ...]:
    """Return the combinations beside these settings; `check` raises BadValue for a run that is not wanted.

    A cell's own knobs are those of `settings` where it shares them with the present cell, else their defaults.
    """
    return tuple(_combined(settings, names, check) for names in product(CELLS, ACTIVATIONS, INITIALISERS))


def _combined(settings: RunSettings, names: tuple[str, str, str], check: Callable | None) -> Combination:
    cell, activation, init = names
    try:
        run = settings.replace(cell=cell, activation=activation, init=init)
        if check:
            check(run)
    except BadValue as error:
        return Combination(*names, None, f"{error}.")
    return Combination(*names, run)


def judged(
    wanted: Sequence[Combination],
    everything: Sequence[Combination],
    layer: int | None = None,
    report: Report | None = None,
) -> Combinations:
    """Run those that are wanted, in batched passes; `report` is told the share done and may raise to stop."""
    points = [(one.names, one.settings) for one in wanted if one.settings]
    found = verdicts([settings for _, settings in points], layer, report)
    return Combinations(tuple(everything), {names: one for (names, _), one in zip(points, found, strict=True)})
