"""The plan of a phase diagram: the run, the two knobs with their values, and the quantity."""

import math
from dataclasses import Field, dataclass
from functools import cached_property
from typing import Any

from cells.knobs import BadValue, knobs_of
from cells.settings import RunSettings

from .quantity import QUANTITIES

LARGEST = 201  # values of an axis
LATER = ("truncation", "recording", "network")  # settings that came after the first maps were kept


@dataclass(frozen=True)
class Axis:
    """A knob, the ends of its range, and how many values between them, both ends included."""

    name: str
    low: float
    high: float
    count: int = 41


@dataclass(frozen=True)
class MapPlan:
    """Equal plans, equal maps: the two knobs' own values in `settings` are put aside. BadValue for what is no map.

    layer  0 is the lowest, None the top one
    """

    settings: RunSettings
    x: Axis
    y: Axis
    quantity: str = "ratio"
    layer: int | None = None

    def __post_init__(self) -> None:
        self._check_size()
        self._check_axes()
        if self.quantity not in QUANTITIES:
            raise BadValue(f"map_of = {self.quantity!r:.40} is none of {', '.join(QUANTITIES)}", "map_of", "ratio")
        self._check_layer()
        object.__setattr__(self, "settings", self._put_aside())

    @cached_property
    def x_values(self) -> tuple[Any, ...]:
        """Ascending; whole numbers once each."""
        return _values(self.x, mappable(self.settings)[self.x.name])

    @cached_property
    def y_values(self) -> tuple[Any, ...]:
        """Ascending; whole numbers once each."""
        return _values(self.y, mappable(self.settings)[self.y.name])

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows (values of y) and columns (values of x)."""
        return len(self.y_values), len(self.x_values)

    def point(self, row: int, column: int) -> RunSettings:
        """Return the run of one point; BadValue where the two values do not go together."""
        return self.settings.replace(**{self.x.name: self.x_values[column], self.y.name: self.y_values[row]})

    def as_json(self) -> dict[str, Any]:
        """Return plain values that `from_json` brings back.

        A job is found again by them, so later settings are left out while they hold their default.
        """
        axes = {"x": list(vars(self.x).values()), "y": list(vars(self.y).values())}
        plain = {name: value for name, value in self.settings.as_plain().items() if not self._leaves_out(name)}
        return {"settings": plain, "quantity": self.quantity, "layer": self.layer} | axes

    def _leaves_out(self, name: str) -> bool:
        default = RunSettings.__dataclass_fields__[name].default
        return name in LATER and getattr(self.settings, name) == default

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "MapPlan":
        """Return the plan of `as_json`."""
        x, y = Axis(*plain["x"]), Axis(*plain["y"])
        return cls(RunSettings(**plain["settings"]), x, y, plain["quantity"], plain["layer"])

    def _check_size(self) -> None:
        columns, rows = self.x.count, self.y.count
        if not (2 <= columns <= LARGEST and 2 <= rows <= LARGEST):
            fewest, most = min(columns, rows), max(columns, rows)
            if fewest < 2:
                raise BadValue(f"map_size = {fewest} is outside [2, {LARGEST}], the values a side", "map_size", 2)
            asked = f"map_size = {columns} × {rows} asks for {columns * rows} points"
            raise BadValue(f"{asked}, outside [2 × 2, {LARGEST} × {LARGEST}]", "map_size", min(most, LARGEST))

    def _check_axes(self) -> None:
        knobs = mappable(self.settings)
        for role, axis in (("map_x", self.x), ("map_y", self.y)):
            _check_name(role, axis.name, self.settings)
            _check_range(role, axis, knobs[axis.name])
        if self.x.name == self.y.name:
            raise BadValue(f"map_x and map_y are both {self.x.name}; choose two different knobs", "map_y", ())

    def _check_layer(self) -> None:
        if self.layer is not None and not 0 <= self.layer < self.settings.layers:
            sentence = f"layer = {self.layer + 1} is outside [1, {self.settings.layers}], the layers of this run"
            raise BadValue(sentence, "layer", 0)

    def _put_aside(self) -> RunSettings:
        try:
            return self.settings.replace(**{axis.name: _values_of(axis, self.settings)[0] for axis in (self.x, self.y)})
        except BadValue:  # the two lowest values do not go together, others may
            return self.settings


def mappable(settings: RunSettings) -> dict[str, Field]:
    """Return the knobs a map may have as axes, by name: the numbers of the run and of its cell."""
    knobs = {**knobs_of(settings), **knobs_of(settings.options)}
    numbers = {name: f for name, f in knobs.items() if type(f.default) in (int, float)}
    return {name: f for name, f in numbers.items() if name not in settings.idle}


def _check_name(role: str, name: str, settings: RunSettings) -> None:
    if name in mappable(settings):
        return
    known = name in knobs_of(settings) or name in knobs_of(settings.options)
    fault = "has no order" if known else f"is no knob of the cell {settings.cell} or its run"
    shown = name[:40] if name.isprintable() else repr(name[:40])
    raise BadValue(f"{role} = {shown} {fault}; choose a number such as weight_scale", role, ())


def _check_range(role: str, axis: Axis, field: Field) -> None:
    knob, whole = field.metadata["knob"], isinstance(field.default, int)
    low, high, asked = axis.low, axis.high, f"{role} = {axis.name} from {axis.low:g} to {axis.high:g}"
    if not (math.isfinite(low) and math.isfinite(high)):
        raise BadValue(f"{asked} has no ends; give two numbers in [{knob.low:g}, {knob.high:g}]", role, ())
    if low == high:
        raise BadValue(f"{asked} is empty; its ends have to differ, within [{knob.low:g}, {knob.high:g}]", role, ())
    if low > high:
        raise BadValue(f"{asked} is reversed; the lower end comes first", role, (axis.name, high, low))
    if low < knob.low or high > knob.high:
        inside = (axis.name, max(low, knob.low), min(high, knob.high))
        raise BadValue(f"{asked} leaves [{knob.low:g}, {knob.high:g}]", role, inside if inside[1] < inside[2] else ())
    if whole and len(_values(axis, field)) < 2:
        raise BadValue(f"{asked} holds fewer than two whole numbers; move its ends apart", role, ())


def _values_of(axis: Axis, settings: RunSettings) -> tuple[Any, ...]:
    return _values(axis, mappable(settings)[axis.name])


def _values(axis: Axis, field: Field) -> tuple[Any, ...]:
    step = (axis.high - axis.low) / (axis.count - 1)
    digits = 6 - math.floor(math.log10(step))  # without the dust of floating point
    values = [round(axis.low + step * k, digits) for k in range(axis.count - 1)]
    if isinstance(field.default, int):
        low, high = math.ceil(axis.low), math.floor(axis.high)
        return tuple(sorted({value for value in map(round, [*values, axis.high]) if low <= value <= high}))
    return (*values, float(axis.high))
