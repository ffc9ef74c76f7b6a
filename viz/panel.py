"""Records of a panel: what it is made from (Scene, View), and what it is (PanelData). Nothing is drawn here."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cells.trace import LayerTrace, Trace

from .curves import Array, Curve, norm_curve
from .theme import PALETTES, Palette
from .words import ordinal

DRAWN_STEPS = 2000  # a screen has fewer columns; longer runs are thinned for the eye, never in tables


@dataclass(frozen=True)
class View:
    """How a trace is looked at; nothing here changes a number.

    panels  names from PANELS; empty: the usual ones that the cell has data for
    also    names from PANELS, shown besides those
    layer   0 is the lowest, None the top one
    sample  which sample heatmaps show; None: the mean size over the batch
    gates   "lines" (mean and band) or "units" (one heatmap unit × time per gate)
    stretch multiplies the height of every panel
    """

    theme: str = "light"
    panels: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    layer: int | None = None
    sample: int | None = None
    gates: str = "lines"
    stretch: float = 1.0


@dataclass(frozen=True, eq=False)
class EndLabel:
    """Words at the right end of a line, at height `at` in units of the y axis."""

    text: str
    at: float
    colour: str


@dataclass(frozen=True, eq=False)
class PanelData:
    """One panel, ready to be stacked.

    traces  Plotly traces without axes        axis    Plotly y axis without its domain; its range is always set
    height  px of the plotting area           shapes  Plotly shapes with y in units of the axis, x of the figure
    alt     what the panel shows, sentences   columns numbers behind it (T,), unrounded
    """

    name: str
    heading: str
    axis: dict
    height: float
    traces: list[dict]
    labels: list[EndLabel] = field(default_factory=list)
    shapes: list[dict] = field(default_factory=list)
    alt: list[str] = field(default_factory=list)
    columns: dict[str, Array] = field(default_factory=dict)


def stride(steps: int) -> int:
    """Return every how many of so many steps one is drawn."""
    return -(-steps // DRAWN_STEPS)


def thinned(steps: int) -> NDArray[np.intp]:
    """Return indices (0-based) of those drawn of so many steps; always the first and the last."""
    return np.unique(np.append(np.arange(0, steps, stride(steps)), steps - 1))


@dataclass(frozen=True, eq=False)
class Scene:
    """A trace, the way it is looked at, and curves from elsewhere to be drawn over its own."""

    trace: Trace
    view: View = View()
    extra: tuple[Curve, ...] = ()
    many: bool = False  # one of several that will share their axes

    @cached_property
    def palette(self) -> Palette:
        return PALETTES[self.view.theme]

    @cached_property
    def layer(self) -> LayerTrace:
        return self.trace.top if self.view.layer is None else self.trace.layer(self.view.layer)

    @cached_property
    def sample(self) -> int | None:
        """Return the sample heatmaps show; ValueError outside the batch."""
        if self.view.sample is not None and not 0 <= self.view.sample < self.batch:
            raise ValueError(f"sample = {self.view.sample} is outside [0, {self.batch - 1}]")
        return self.view.sample

    @cached_property
    def total(self) -> Curve:
        """Return the total gradient of h, which several panels show."""
        return norm_curve(self.layer.log10_grad_norms["h"], "norm dL/dh", "total dL/dh<sub>t</sub>", "total", width=3.2)

    @cached_property
    def steps(self) -> int:
        return len(self.trace.loss_weights)

    @cached_property
    def batch(self) -> int:
        return self.layer.log10_grad_norms["h"].shape[1]

    @cached_property
    def longest(self) -> int:
        """Return steps of the time axis: the run's own, or those of the longest curve drawn over it."""
        return max([self.steps, *(len(curve.mean) for curve in self.extra)])

    @cached_property
    def stride(self) -> int:
        """Return every how many steps a point is drawn."""
        return stride(self.steps)

    @cached_property
    def drawn(self) -> NDArray[np.intp]:
        """Return indices (0-based) of the steps drawn: all up to DRAWN_STEPS; always the first and the last."""
        return thinned(self.steps)

    def drawn_of(self, curve: Curve) -> NDArray[np.intp]:
        """Return the same for a curve, which may come from a run of another length."""
        return self.drawn if len(curve.mean) == self.steps else thinned(len(curve.mean))

    def x_of(self, curve: Curve) -> list[int]:
        """Return the steps of a curve that are drawn, 1-based."""
        return self.x if len(curve.mean) == self.steps else (thinned(len(curve.mean)) + 1).tolist()

    def over(self, place: str) -> list[Curve]:
        """Return the curves from elsewhere that belong over this one."""
        return [curve for curve in self.extra if curve.over == place]

    @cached_property
    def x(self) -> list[int]:
        """Return the steps drawn, 1-based."""
        return (self.drawn + 1).tolist()

    @cached_property
    def sparse(self) -> bool:
        """Few enough steps to mark each one."""
        return self.steps <= 24

    @cached_property
    def lossy(self) -> NDArray[np.bool_]:
        """(T,) True where a loss is attached."""
        return np.asarray(self.trace.loss_weights) != 0

    def thinned(self) -> str:
        """Return words for the heading where not every step is drawn."""
        return f", every {ordinal(self.stride)} step drawn" if self.stride > 1 else ""
