"""The record of a phase diagram: the map, theory's lines, what is read from them, and the present setting."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cells.analysis.maps import Axis, CriticalLine, Distance, Edge, FateShares, PhaseMap
from cells.knobs import Knob, knobs_of
from cells.settings import RunSettings
from viz.curves import Array

from .map_scales import MAP_SCALES, MapScale


@dataclass(frozen=True, eq=False)
class Shown:
    """extent   smallest, median and largest finite number of the map, if there is one
    present  the settings of the page, which need not lie on the map; `value` is their number, where it is known
    """

    map: PhaseMap
    lines: tuple[CriticalLine, ...]
    shares: FateShares | None
    extent: tuple[float, float, float] | None
    edge: Edge | None
    distance: Distance | None
    present: RunSettings
    value: float | None = None

    @cached_property
    def kind(self) -> MapScale:
        """Return how its quantity is coloured and worded."""
        return MAP_SCALES[self.map.plan.quantity]

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Return the map's two axes, x and y."""
        return self.map.plan.x, self.map.plan.y

    @cached_property
    def places(self) -> tuple[Sequence[Any], Sequence[Any]]:
        """Return the values that are drawn along x and y: where only some columns are known yet, those stand for
        all.
        """
        plan, known = self.map.plan, self.map.known
        columns = known.any(axis=0)
        if not known.any() or columns.all():
            return plan.x_values, plan.y_values
        rows = known.any(axis=1).tolist()
        x = [value for value, here in zip(plan.x_values, columns.tolist(), strict=True) if here]
        return x, [value for value, here in zip(plan.y_values, rows, strict=True) if here]

    def drawn(self, of: Array) -> Array:
        """Return a matrix of the map's shape at the places that are drawn."""
        known = self.map.known
        columns = known.any(axis=0)
        if not known.any() or columns.all():
            return of
        return of[known.any(axis=1)][:, columns]

    @property
    def coarse(self) -> bool:
        """Return whether some columns stand for all."""
        return len(self.places[0]) < len(self.map.plan.x_values)

    @property
    def on_map(self) -> bool:
        """Return whether the present setting lies within both ranges."""
        return all(axis.low <= self.present.get(axis.name) <= axis.high for axis in self.axes)

    def knob(self, name: str) -> Knob:
        """Return the label and range of a knob."""
        knobs = {**knobs_of(self.present), **knobs_of(self.present.options)}
        return knobs[name].metadata["knob"]

    def spoken(self, name: str) -> str:
        """Return a knob as a sentence names it."""
        label = self.knob(name).label
        return label[0].lower() + label[1:]
