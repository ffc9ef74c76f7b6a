"""Cells × activations × initialisers in words: what stands in a box, the finding, the list, and its columns."""

import math
from collections.abc import Sequence

import numpy as np

from cells.analysis.ensemble.combinations import Combination, Combinations
from cells.analysis.gradient.verdict import Verdict
from cells.knobs import knobs_of
from cells.settings import RunSettings
from viz import words
from viz.fates import FATES, counted
from viz.panel import Scene

LEAST, MOST = 0.01, 999.0  # steps between which they are written out
LABELS = {name: knobs_of(RunSettings)[name].metadata["knob"].choices for name in ("cell", "activation", "init")}


def word_of(one: Combination, found: Verdict | None) -> str:
    """Return what stands in a box: the verdict and its steps.

    A dash where there is no run, dots where there is none yet.
    """
    if one.settings is None:
        return "–"
    if found is None:
        return "…"
    steps = factor_of_two(found)
    return f"{FATES[found.kind].word} · {_steps(steps)}" if math.isfinite(steps) else FATES[found.kind].word


def factor_of_two(found: Verdict) -> float:
    """Return steps back in which half is gone, or in which it doubles.

    Inf where neither happens, or it ends on the way.
    """
    return min(found.half_life, found.doubling) if found.kind in ("vanishing", "stable", "exploding") else math.inf


def _steps(steps: float) -> str:
    if not LEAST <= steps <= MOST:
        return f"< {LEAST}" if steps < LEAST else f"> {MOST:.0f}"
    return words.number(steps)


def kind_of(one: Combination, record: Combinations) -> str:
    """Return how it ends, a key of KINDS; "" where there is no verdict."""
    return record.verdicts[one.names].kind if one.names in record.verdicts else ""


def named(one: Combination) -> str:
    """Return `RNN (tanh, gaussian weights)`; the weights may be the reader's own."""
    own = one.settings is not None and one.settings.network is not None
    weights = "your" if own else LABELS["init"][one.init]
    return f"{LABELS['cell'][one.cell]} ({LABELS['activation'][one.activation]}, {weights} weights)"


def told(one: Combination, found: Verdict | None) -> str:
    """Return what is said of a box under the pointer."""
    if found is None:
        return f"{named(one)}<br>{one.reason or 'still computed'}"
    kept = words.percent(found.decay_per_step) if math.isfinite(found.decay_per_step) else "–"
    return (
        f"{named(one)}: {FATES[found.kind].word}<br>a step back keeps {kept}<br>"
        f"step 1 gets {words.from_log10(found.log10_ratio)} of what step {found.credit.last} gets"
    )


def reasons(everything: Sequence[Combination]) -> list[str]:
    """Return why some make no run, each reason once."""
    lost: dict[str, list[Combination]] = {}
    for one in everything:
        if one.settings is None:
            lost.setdefault(one.reason, []).append(one)
    return [f"{_some(held)} {'makes' if len(held) == 1 else 'make'} no run: {why}" for why, held in lost.items()]


def _some(held: list[Combination]) -> str:
    """Return all of a cell by its name, others by their number and the first of them."""
    cells = {one.cell for one in held}
    if len(held) == 1:
        return named(held[0])
    if len(cells) == 1:
        return f"{len(held)} combinations with the {LABELS['cell'][held[0].cell]}"
    return f"{len(held)} combinations, {named(held[0])} among them,"


def finding(record: Combinations, scene: Scene) -> str:
    """Return how many end how; the one that changes the gradient least; the present one."""
    found, s = record.verdicts, scene.trace.settings
    total = f"all {len(found)} combinations" if len(found) == len(record.all) else f"{len(found)} combinations"
    total += "" if record.complete else " so far"
    parts, steady, here = [], _steadiest(record), (s.cell, s.activation, s.init)
    if steady:
        parts.append(f"the steadiest, {named(steady)}, {_keeps(found[steady.names])}")
    if here in found:
        parts.append(f"the present one {_keeps(found[here])}")
    start = f"Of {total}, {counted(one.kind for one in found.values())} at T = {s.steps}"
    return "; ".join([start, *parts]) + "."


def _steadiest(record: Combinations) -> Combination | None:
    """Return the one whose gradient changes least a step, of those that reach step 1."""
    rates = {one: abs(record.verdicts[one.names].credit.log10_decay) for one in record.all if _reaches(one, record)}
    return min(rates, key=lambda one: rates[one], default=None)


def _reaches(one: Combination, record: Combinations) -> bool:
    found = record.verdicts.get(one.names)
    return found is not None and math.isfinite(found.log10_ratio) and math.isfinite(found.credit.log10_decay)


def _keeps(found: Verdict) -> str:
    rate = found.decay_per_step
    return f"keeps {words.percent(rate)} a step back" if math.isfinite(rate) else f"{FATES[found.kind].one}"


def listed(record: Combinations, kind: str, by: str) -> list[Combination]:
    """Return the combinations that end in this way, a key of LISTED; by the "menu", or by what a step back "keeps"."""
    ends = LISTED[kind]
    shown = [one for one in record.all if ends is None or kind_of(one, record) in ends]
    return sorted(shown, key=lambda one: _kept(one, record), reverse=True) if by == "keeps" else shown


LISTED: dict[str, tuple[str, ...] | None] = {
    "all": None,
    "vanishing": ("vanishing",),
    "stable": ("stable", "copied"),
    "exploding": ("exploding",),
    "broken": ("zero", "overflow", "nan", "single", ""),
}


def _kept(one: Combination, record: Combinations) -> float:
    """Return decades a step; what has none comes last."""
    found = record.verdicts.get(one.names)
    rate = found.credit.log10_decay if found else math.nan
    return rate if math.isfinite(rate) else -math.inf


def columns_of(shown: Sequence[Combination], record: Combinations) -> dict[str, np.ndarray]:
    """Return names, verdicts and numbers; NaN where there is no verdict."""
    found = [record.verdicts.get(one.names) for one in shown]
    ends = [FATES[v.kind].word if v else one.reason for one, v in zip(shown, found, strict=True)]
    labels = {
        column: np.array([LABELS[field][getattr(one, field)] for one in shown]) for column, field in COLUMNS.items()
    }
    numbers = {
        name: np.array([getattr(v, attribute) if v else np.nan for v in found]) for name, attribute in NUMBERS.items()
    }
    return labels | {"verdict": np.array(ends)} | numbers


COLUMNS = {"cell": "cell", "activation": "activation", "initialiser": "init"}
NUMBERS = {
    "decay per step": "decay_per_step",
    "half-life": "half_life",
    "doubles in": "doubling",
    "log10 ratio": "log10_ratio",
}
