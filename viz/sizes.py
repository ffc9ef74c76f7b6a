"""Sizes of single units as log10, whatever their magnitude, and the colours' limits for them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .curves import Array, Curve
from .findings import extent
from .heat import Heat, HeatPlot
from .panel import PanelData, Scene
from .shared_axes import SharedAxes

HEIGHT = 150  # px of a heatmap of units
PLAIN = 1000.0  # up to here a plain axis or colour scale tells values apart
LEAST_DECADES = 2.0
RARE = 0.01  # share of units and steps so small that they may share the palest colour
LOG10_2 = float(np.log10(2.0))


def log10_sizes(mantissas: Array, exponents: ArrayLike | None) -> Array:
    """Return log10 |mantissa · 2^exponent|, exponents one a row; -inf where exactly 0."""
    shift = 0.0 if exponents is None else np.asarray(exponents, np.float64)[..., None] * LOG10_2
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(np.abs(mantissas)) + shift, np.float64)


def largest(values: Array) -> float:
    """Return the largest magnitude; inf where one overflowed."""
    return float(np.nanmax(np.abs(values), initial=0.0))


def size_limits(logs: Array) -> tuple[float, float]:
    """Return the decades the colours span: at least LEAST_DECADES, but not for the sake of the smallest hundredth."""
    finite = logs[np.isfinite(logs)]
    if not finite.size:
        return -LEAST_DECADES, 0.0
    high = float(finite.max())
    return min(float(np.quantile(finite, RARE)), high - LEAST_DECADES), high


def size_heat(name: str, heading: str, logs: Array, role: str, scene: Scene) -> HeatPlot:
    """Return a heatmap of log10 sizes (T, H) in the colour of `role`."""
    colours = scene.palette.scale(role)
    heat = Heat(name, f"{heading} (log scale)", logs, size_limits(logs), colours, HEIGHT, log=True)
    return HeatPlot(heat, f"{heading} over time, {size_range(logs)}.")


@dataclass(frozen=True, eq=False)
class SizedHeat:
    """Values by unit: signed while colours can tell them apart, their sizes on a log scale where they are `large`."""

    plain: HeatPlot
    sizes: HeatPlot | None
    large: bool

    def measure(self, shared: SharedAxes) -> None:
        """Both ways: another run may call for the other one."""
        shared.note((self.plain.heat.name, "large"), self.large)
        for plot in (self.plain, self.sizes):
            if plot:
                plot.measure(shared)

    def panels(self, scene: Scene, shared: SharedAxes) -> list[PanelData]:
        """Return the panel, drawn on these axes."""
        large = (self.plain.heat.name, "large") in shared
        return (self.sizes if large and self.sizes else self.plain).panels(scene, shared)


def sized(plain: HeatPlot, make_sizes: Callable[[], HeatPlot], scene: Scene) -> SizedHeat:
    """Return values by unit; sizes are made only where this run, or others beside it, may call for them."""
    large = largest(plain.heat.values) > PLAIN
    return SizedHeat(plain, make_sizes() if large or scene.many else None, large)


def size_range(logs: Array) -> str:
    """Smallest and largest of numbers given as log10, in words."""
    return extent(Curve("", "", "", logs.ravel()))


def value_range(values: Array) -> str:
    """Smallest and largest value in words."""
    return extent(Curve("", "", "", values.ravel(), log=False))
