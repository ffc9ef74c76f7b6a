"""Rails: strips of their own above and below a panel for exactly 0, overflow and NaN, each named in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import words
from .curves import Array, Curve
from .marks import stretches
from .panel import Scene
from .theme import fade

SLOT_PX, EDGE_PX = 9, 7  # a curve's own lane on a rail, and what is left free on either side
MARKED = 60  # up to so many points are marked one by one, more are drawn as stretches


@dataclass(frozen=True)
class SpecialValue:
    """A value that no axis can hold: how it is told, named, marked and coloured."""

    name: str
    word: str
    symbol: str
    holds: Callable[[Array], NDArray[np.bool_]]
    below: bool = False


ZERO = SpecialValue("zero", words.EXACT_ZERO, "circle-open", np.isneginf, below=True)
OVERFLOW = SpecialValue("overflow", words.OVERFLOW, "triangle-up", np.isposinf)
NAN = SpecialValue("nan", words.NOT_A_NUMBER, "x", np.isnan)
PLAIN_UNDERFLOW = SpecialValue("overflow", "−overflow", "triangle-down", np.isneginf, below=True)  # of a signed number
LOG_KINDS, PLAIN_KINDS = (ZERO, OVERFLOW, NAN), (PLAIN_UNDERFLOW, OVERFLOW, NAN)


@dataclass(frozen=True, eq=False)
class Rail:
    """One rail: its kind, the curves that reach it, and its centre and half height in units of the axis."""

    kind: SpecialValue
    curves: tuple[Curve, ...]
    centre: float
    half: float
    unit: float  # of the axis per px

    def lane(self, curve: Curve) -> float:
        """Return the height at which this curve's marks lie."""
        place = next(at for at, other in enumerate(self.curves) if other is curve)
        return self.centre + ((len(self.curves) - 1) / 2 - place) * SLOT_PX * self.unit


@dataclass(frozen=True, eq=False)
class Rails:
    """The rails a panel needs, and the axis' limits with them."""

    rails: tuple[Rail, ...]
    low: float
    high: float
    height: float

    def of(self, curve: Curve) -> list[Rail]:
        return [rail for rail in self.rails if any(other is curve for other in rail.curves)]

    def ticks(self, scene: Scene) -> tuple[list[float], list[str]]:
        """Return each rail's name as the axis' tick, in the colour of its kind."""
        names = [f"<span style='color:{scene.palette.of(r.kind.name)}'>{r.kind.word}</span>" for r in self.rails]
        return [round(rail.centre, 6) for rail in self.rails], names

    def shapes(self, scene: Scene) -> list[dict]:
        """Return a tinted strip behind each rail."""
        return [_strip(rail, scene) for rail in self.rails]


def rails_for(reaching: Mapping[SpecialValue, Sequence[Curve]], limits: tuple[float, float], height: float) -> Rails:
    """Rails around `limits` for the curves that reach each, an axis of `height` px; the panel grows by their height."""
    low, high = limits
    unit = (high - low) / height
    rails = []
    for kind, curves in reaching.items():
        if curves:
            half = (EDGE_PX + SLOT_PX * len(curves) / 2) * unit
            centre = low - half if kind.below else high + half
            rails.append(Rail(kind, tuple(curves), centre, half, unit))
            low, high = (low - 2 * half, high) if kind.below else (low, high + 2 * half)
    return Rails(tuple(rails), low, high, (high - low) / unit)


def _strip(rail: Rail, scene: Scene) -> dict:
    return {
        "type": "rect",
        "layer": "below",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": rail.centre - rail.half + rail.unit,
        "y1": rail.centre + rail.half - rail.unit,
        "line": {"width": 0},
        "fillcolor": fade(scene.palette.of(rail.kind.name), 0.09),
    }


def rail_traces(curve: Curve, rails: Rails, scene: Scene) -> list[dict]:
    """Return the curve's marks on the rails it reaches."""
    return [trace for rail in rails.of(curve) for trace in _marks(curve, rail, scene)]


def _marks(curve: Curve, rail: Rail, scene: Scene) -> list[dict]:
    drawn = scene.drawn_of(curve)
    held = rail.kind.holds(curve.mean[drawn])
    places = scene.x_of(curve)
    x = [place for place, ok in zip(places, held.tolist(), strict=True) if ok]
    common = {"type": "scatter", "name": curve.label}
    lane, colour = round(rail.lane(curve), 6), scene.palette.of(curve.role)
    points = common | {"x": x, "y": [lane] * len(x), "hovertemplate": rail.kind.word}
    if len(x) <= MARKED:
        marker = {"symbol": rail.kind.symbol, "size": 6, "color": colour, "line": {"width": 1.5, "color": colour}}
        return [points | {"mode": "markers", "marker": marker, "cliponaxis": False}]
    runs = stretches(held, lane, places) | {"name": curve.label, "line": {"color": colour, "width": 4}}
    carrier = {"mode": "none", "line": {"color": colour}, "marker": {"color": colour}}  # only to be hovered over
    return [runs, points | carrier]
