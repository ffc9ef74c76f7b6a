"""The plan of a scrubber: which knob, which of its values, and what that may cost."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cells import RunSettings
from cells.knobs import BadValue, knobs_of
from cells.words import exact
from ui.views.fields import FIELDS, high_of, knob_of
from ui.views.page import PageView

from .budget import check_budget, scrub_share

FEWEST, MOST, USUAL = 2, 81, 40  # values, and steps between them where none are asked for
COARSEST = 5  # values below which a range is no range any more
SEEDS = 40
NEEDS = {"impulse_step": ("impulse",), "tokens": ("tokens",)}  # signals a number goes with; inputs goes with the rest
UP_TO_T = ("impulse_step", "truncation")  # numbers that mean nothing new beyond the sequence's length
INPUTS_OF_THEIR_OWN = ("tokens", "own")


@dataclass(frozen=True)
class Plan:
    """The values to be computed, the place of the present one, and a sentence where they are not all that was asked."""

    field: str
    values: tuple
    at: int
    note: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the values in words."""
        return tuple(exact(value) for value in self.values)


def scrubbable(settings: RunSettings) -> list[str]:
    """Return the knobs that can be dragged: numbers that this run depends on, but for T, which is the time axis
    itself.
    """
    own = [name for name in (*knobs_of(settings), *knobs_of(settings.options)) if name not in settings.idle]
    return [name for name in own if _is_number(name) and name != "steps" and _counts(name, settings)]


def _is_number(name: str) -> bool:
    return type(FIELDS[name].default) in (int, float)


def _counts(name: str, settings: RunSettings) -> bool:
    if name == "inputs":
        return settings.signal not in INPUTS_OF_THEIR_OWN
    return name not in NEEDS or settings.signal in NEEDS[name]


def check_scrub(scrub: Sequence, settings: RunSettings) -> None:
    """Raise BadValue for a knob that cannot be dragged in this run, or a range that is none."""
    if scrub:
        _check_name(scrub[0], settings)
        _check_range(*scrub)


def _check_name(name: str, settings: RunSettings) -> None:
    if name not in FIELDS:
        raise BadValue(f"scrub = {name[:40]!r} is no setting of this page", "scrub")
    if name == "steps":
        raise BadValue("scrub = steps would change the time axis itself; choose another number", "scrub")
    if not _is_number(name):
        raise BadValue(f"scrub = {name} has no order to drag along; choose a number such as weight_scale", "scrub")
    if name not in scrubbable(settings):
        fits = ", ".join(scrubbable(settings))
        raise BadValue(f"scrub = {name} changes nothing in this run; it takes one of {fits}", "scrub")


def _check_range(name: str, low: float = 0.0, high: float = 1.0, count: int | None = None) -> None:
    if count is None:
        return
    least, most = knob_of(name).low, high_of(name)
    asked = f"scrub = {exact(low)} to {exact(high)} of {name}"
    if low == high:
        raise BadValue(f"{asked} is empty; its ends have to differ, within [{least:g}, {most:g}]", "scrub", (name,))
    if low > high:
        raise BadValue(f"{asked} is reversed; the lower end comes first", "scrub", (name, high, low, count))
    if low < least or high > most:
        raise BadValue(f"{asked} leaves [{least:g}, {most:g}]", "scrub", (name,))
    if type(FIELDS[name].default) is int and not (low == int(low) and high == int(high)):
        nearest = (name, math.floor(low), math.ceil(high), count)
        raise BadValue(f"{asked} has an end that is no whole number", "scrub", nearest)
    if not FEWEST <= count <= MOST:
        nearest = (name, low, high, min(max(count, FEWEST), MOST))
        raise BadValue(f"scrub asks for {count} values of {name}, outside [{FEWEST}, {MOST}]", "scrub", nearest)


def plan_scrub(settings: RunSettings, view: PageView) -> Plan:
    """Return the values of view.scrub, fewer where all would cost too much; BadValue where not even a few fit."""
    check_scrub(view.scrub, settings)
    name, present = view.scrub[0], settings.get(view.scrub[0])
    asked = _asked(settings, *view.scrub)
    values = [value for value in asked if _runs(settings, name, value)]
    if present not in values and asked[0] <= present <= asked[-1]:
        values = sorted([*values, present])
    chosen = _affordable(settings, view, name, values)
    at = min(range(len(chosen)), key=lambda place: abs(chosen[place] - present))
    note = " ".join([*_missing(name, asked, values), *_coarser(values, chosen)])
    return Plan(name, tuple(chosen), at, note)


def _asked(settings: RunSettings, name: str, *ends: float) -> list:
    """Return all values of the range, ascending: whole numbers once each."""
    whole = type(FIELDS[name].default) is int
    if ends:
        low, high, count = ends
        values = [_rounded(low + (high - low) * k / (count - 1), (high - low) / count) for k in range(int(count))]
    else:
        values = list(_round_stops(*usual_ends(settings, name), whole))
    return sorted({round(value) for value in values}) if whole else values


def usual_ends(settings: RunSettings, name: str) -> tuple[float, float]:
    low, high = knob_of(name).low, high_of(name)
    if name == "seed":
        first = min(settings.seed, int(high) - SEEDS)
        return first, first + SEEDS
    return low, min(high, settings.steps) if name in UP_TO_T else high


def _round_stops(low: float, high: float, whole: bool) -> Iterator[float]:
    """Yield both ends, and between them the multiples of the largest round step that makes USUAL steps."""
    step = _round_step((high - low) / USUAL, whole)
    yield low
    for place in range(math.floor(low / step) + 1, math.ceil(high / step)):
        value = _rounded(place * step, step)
        if low < value < high:
            yield value
    yield high


def _round_step(most: float, whole: bool) -> float:
    """1, 2, 2.5 or 5 times a power of ten, at most that; whole numbers at least 1."""
    power = 10.0 ** math.floor(math.log10(most))
    step = max(digit * power for digit in (1, 2, 2.5, 5) if digit * power <= most * (1 + 1e-9))
    return max(1.0, float(math.floor(step))) if whole else step


def _rounded(value: float, step: float) -> float:
    """Without the dust of floating point: three digits finer than the step."""
    return round(value, 3 - math.floor(math.log10(step)))


def _runs(settings: RunSettings, name: str, value: float) -> bool:
    """Return whether a run with this value is one the page would make."""
    try:
        check_budget(settings.replace(**{name: value}))
    except BadValue:
        return False
    return True


def _affordable(settings: RunSettings, view: PageView, name: str, values: list) -> list:
    """Return all values, or every second, third … of them, always with the present one, the first and the last."""
    points = [settings.replace(**{name: value}) for value in values]
    share = scrub_share(points, view)
    if share <= 1:
        return values
    every = math.ceil((len(values) - 1) / max(1, int(len(values) / share) - 2))
    present = settings.get(name)
    chosen = [v for k, v in enumerate(values) if k % every == 0 or k == len(values) - 1 or v == present]
    if len(chosen) < COARSEST:
        sentence = f"scrub = {name} would cost {share:.0f} times what this page allows; make the run smaller"
        raise BadValue(sentence, "scrub", ())
    return chosen


def _missing(name: str, asked: list, values: list) -> list[str]:
    """Return a sentence about the ends that no run could be made of."""
    if len(values) < FEWEST:
        raise BadValue(f"scrub = {name} has only one value that goes with the rest of this run", "scrub", ())
    if values[0] > asked[0] or values[-1] < asked[-1]:
        return [f"{knob_of(name).label} {exact(values[0])} to {exact(values[-1])}: beyond, the run is not possible."]
    return []


def _coarser(values: list, chosen: list) -> list[str]:
    count = len(chosen)
    return [f"{count} of {len(values)} values: all of them would take too long."] if count < len(values) else []
