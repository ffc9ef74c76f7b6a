"""Panels over an axis that does not count steps: real time, or the units in an order."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from viz.curves import Array, Curve
from viz.panel import Scene

EDGE = 0.02  # of the axis, free before the first sample and after the last
TITLE = "time t in the clock's units   (time runs right, the gradient travels left)"


@dataclass(frozen=True, eq=False)
class Placed(Scene):
    """A scene whose points stand at places of their own, (N,) increasing, instead of at steps 1, 2, …"""

    places: Array = field(default_factory=lambda: np.empty(0))

    @cached_property
    def x(self) -> list:
        """Return where the drawn points stand."""
        return self.places[self.drawn].tolist()

    def x_of(self, curve: Curve) -> list:
        """Return the same for a curve."""
        return self.places[self.drawn_of(curve)].tolist()


def placed(scene: Scene, places: Array) -> Placed:
    """Return the scene with its points at these places."""
    return Placed(scene.trace, scene.view, places=places)


def axis_over(places: Array, title: str, hover: str) -> dict:
    """Return what the x axis of a stacked figure needs instead of steps; `hover` heads the list of values."""
    first, last = float(places[0]), float(places[-1])
    edge = EDGE * (last - first) or 0.5
    return {
        "range": [first - edge, last + edge],
        "title": {"text": title, "standoff": 8},
        "unifiedhovertitle": {"text": hover},
        "tickmode": "auto",
        "nticks": 12,
        "tickvals": None,
        "ticktext": None,
    }
