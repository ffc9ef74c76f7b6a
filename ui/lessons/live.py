"""Live numbers in a lesson's text: {half_life}, {h[3,1]:3} with three decimals, {=h[3,1]:3} inside a formula."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cells import Trace
from cells.analysis import DoesNotApply
from cells.analysis.numbers import STYLES, UnknownNumber, Value, number_of

from .claims import Unreadable, evaluate

FORMULA = re.compile(r"(\$\$.*?\$\$|\$[^$\n]+?\$)", re.DOTALL)
OUTSIDE, INSIDE = re.compile(r"\{=?([^{}]*)\}"), re.compile(r"\{=([^{}]*)\}")
SUPERSCRIPTS = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True))
POWER = re.compile(f"[{''.join(SUPERSCRIPTS)}]+")
MISSING = "…"  # where the present run has no such number


@dataclass(frozen=True)
class Place:
    """One live number: what is asked, how many decimals it is given, whether it stands in a formula, and where."""

    asked: str
    decimals: int | None
    formula: bool
    at: int  # characters from the start of the text


def places(text: str) -> Iterator[Place]:
    """Yield every live number of a text."""
    at = 0
    for part, formula in _parts(text):
        for found in (INSIDE if formula else OUTSIDE).finditer(part):
            yield _place(found[1], formula, at + found.start())
        at += len(part)


def _parts(text: str) -> list[tuple[str, bool]]:
    """Return the text cut at its formulas; whether each part is one."""
    return [(part, bool(place % 2)) for place, part in enumerate(FORMULA.split(text))]


def _place(inner: str, formula: bool, at: int) -> Place:
    asked, colon, decimals = inner.rpartition(":")
    if not colon:
        return Place(inner.strip(), None, formula, at)
    if not (decimals.isascii() and decimals.isdigit() and len(decimals) < 3):
        return Place(inner.strip(), None, formula, at)
    return Place(asked.strip(), int(decimals), formula, at)


def fill(text: str, runs: Sequence[Trace]) -> str:
    """Return the text with its numbers from these runs; … where the present run has no such number."""

    def put(formula: bool) -> Callable[[re.Match], str]:
        return lambda found: _told(_place(found[1], formula, 0), runs)

    parts = [((INSIDE if formula else OUTSIDE).sub(put(formula), part), formula) for part, formula in _parts(text)]
    return "".join(_displayed(part) if formula else part for part, formula in parts)


def _displayed(formula: str) -> str:
    """Return a formula of its own lines as a large one in the text: so it breaks where the column ends."""
    if not formula.startswith("$$"):
        return formula
    return rf"$\displaystyle {' '.join(formula[2:-2].split())}$"


def _told(place: Place, runs: Sequence[Trace]) -> str:
    try:
        word = written(place, evaluate(place.asked, runs), runs)
    except (Unreadable, UnknownNumber, DoesNotApply):
        return MISSING
    return in_formula(word) if place.formula else word


def written(place: Place, value: Value, runs: Sequence[Trace]) -> str:
    """Return a value as the text has it: so many decimals, or the number's own way."""
    if place.decimals is not None and isinstance(value, int | float):
        return f"{value:.{place.decimals}f}".replace("-", "−")
    name = re.sub(r"\[.*|^pin\d+\.", "", place.asked)
    try:
        style = number_of(runs[0].settings, name).style
    except UnknownNumber:  # arithmetic
        style = "exact" if isinstance(value, str) else "number"
    return STYLES[style](value)


def in_formula(word: str) -> str:
    """Return a number such as `2·10⁻³` as TeX."""
    word = POWER.sub(lambda found: "^{" + "".join(SUPERSCRIPTS[letter] for letter in found[0]) + "}", word)
    return word.replace("·", r"\cdot ").replace("−", "-").replace(" %", r"\,\%").replace("∞", r"\infty ")
