"""Knobs: the values a user may turn. One line gives default, range, label and help; all else follows from it."""

import math
from collections.abc import Collection, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from numbers import Real
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Knob:
    """The declaration of one field for the page, the link and the range check."""

    label: str
    help: str = ""
    group: str = "cell"
    low: float = 0.0  # for numbers
    high: float = 0.0
    page_high: float | None = None  # the slider's end where it is shorter than the range
    step: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)  # value -> label
    reveals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # choice -> lists that it asks for
    draws: bool = False  # whether it only decides how the initial parameters are drawn
    reshapes: bool = False  # whether a change moves the critical scales, or what the sidebar offers


class BadValue(ValueError):
    """A value a field cannot take; `nearest` is one it can, where there is such a thing."""

    def __init__(self, sentence: str, field: str, nearest: Any = None) -> None:
        super().__init__(sentence)
        self.field, self.nearest = field, nearest


def knob(default: float, low: float, high: float, label: str, help: str = "", **more: Any) -> Any:
    """Declare a number with its range; an int default makes a whole number."""
    return field(default=default, metadata={"knob": Knob(label, help, low=low, high=high, **more)})


def switch(default: bool, label: str, help: str = "", **more: Any) -> Any:
    """Declare a field that is either on or off."""
    return field(default=default, metadata={"knob": Knob(label, help, **more)})


def choice(default: str, choices: Mapping[str, str], label: str, help: str = "", **more: Any) -> Any:
    """Declare a field that takes one of some named values."""
    return field(default=default, metadata={"knob": Knob(label, help, choices=choices, **more)})


def fields_of(kind: Any) -> tuple[Field, ...]:
    """Return all fields of a settings class or instance."""
    return _fields(kind if isinstance(kind, type) else type(kind))


@cache
def _fields(kind: type) -> tuple[Field, ...]:
    return fields(kind)


def knobs_of(kind: Any) -> Mapping[str, Field]:
    """Return the turnable fields of a settings class or instance, by name, in the order declared."""
    return _knobs(kind if isinstance(kind, type) else type(kind))


@cache
def _knobs(kind: type) -> Mapping[str, Field]:
    return MappingProxyType({f.name: f for f in _fields(kind) if "knob" in f.metadata})


def names_of(kind: Any) -> list[str]:
    """Return all fields of a settings class or instance: its knobs, and the lists that are no single value."""
    return [f.name for f in fields_of(kind)]


class Knobs:
    """Base of a frozen dataclass of knobs: checked when made."""

    def __post_init__(self) -> None:
        check_knobs(self)

    def check_run(self, settings: Any) -> None:
        """BadValue where the run's settings do not give what these knobs need; by default they need nothing."""

    def own_lists(self) -> Mapping[str, tuple]:
        """Return the lists that the user brought and these knobs use, by the field's name."""
        return {}


def check_knobs(record: Any, names: Collection[str] | None = None) -> None:
    """Replace each knob's value by a checked plain Python value; raise ValueError naming field, value and range.

    names  the knobs to check; all by default
    """
    known = knobs_of(record)
    for name in known if names is None else filter(known.__contains__, names):
        object.__setattr__(record, name, checked(known[name], getattr(record, name)))


def checked(f: Field, value: Any) -> Any:
    """`value` as the plain type of field `f`, or ValueError."""
    if isinstance(f.default, bool):
        return _checked_switch(f, value)
    if isinstance(f.default, str):
        return _checked_choice(f, value)
    return _checked_number(f, value)


def _checked_switch(f: Field, value: Any) -> bool:
    if type(value).__name__ not in ("bool", "bool_"):  # Python's and NumPy's
        raise BadValue(f"{f.name} = {shown(value)} is neither True nor False", f.name)
    return bool(value)


def _checked_choice(f: Field, value: Any) -> str:
    choices = f.metadata["knob"].choices
    if not isinstance(value, str) or value not in choices:
        raise BadValue(f"{f.name} = {shown(value)} is none of {', '.join(choices)}", f.name)
    return str(value)


def _checked_number(f: Field, value: Any) -> float:
    low, high = f.metadata["knob"].low, f.metadata["knob"].high
    whole, inside = isinstance(f.default, int), f"[{written(low)}, {written(high)}]"
    if not is_number(value):
        raise BadValue(f"{f.name} = {shown(value)} is outside {inside}", f.name)
    if not low <= value <= high:
        raise BadValue(f"{f.name} = {shown(value)} is outside {inside}", f.name, min(max(value, low), high))
    if whole and value != int(value):
        raise BadValue(f"{f.name} = {shown(value)} is not a whole number in {inside}", f.name, round(value))
    return int(value) if whole else float(value) + 0.0  # -0.0 becomes 0.0: equal settings, one key


def is_number(value: Any) -> bool:
    """Return whether it is a real number, and finite; neither a bool nor text that reads like one is."""
    number: Any = value
    return isinstance(value, Real) and not isinstance(value, bool) and bool(-math.inf < number < math.inf)


def written(number: float) -> str:
    """Return a bound as a person writes it: 4294967295 in full, 0.05 without zeros."""
    return str(int(number)) if number == int(number) else f"{number:g}"


def shown(value: Any) -> str:
    """Return a value as Python writes it, cut where it is long; a NumPy number like any other."""
    text = repr(getattr(value, "item", lambda: value)() if isinstance(value, Real) else value)
    return text if len(text) <= 60 else text[:57] + "..."
