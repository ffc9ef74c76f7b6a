"""A panel of lines: curves with bands, ends labelled, rails where an axis cannot hold a value."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from . import words
from .axes import log_range, log_ticks, plain_range, plain_ticks
from .curves import Array, Curve, named_apart, runs
from .panel import EndLabel, PanelData, Scene
from .rails import LOG_KINDS, PLAIN_KINDS, Rails, SpecialValue, rail_traces, rails_for
from .shared_axes import SharedAxes, shared_axes_of
from .theme import fade
from .walls import NO_WALLS, Walls

DENSE, FINE = 500, 0.65  # above so many steps lines are drawn that much finer
DECIMALS = 4  # of log10: a display to 0.02 %
FAINT = 0.4  # of a band's opacity, for the band around it

Edges = tuple[Array | None, Array | None]


@dataclass(frozen=True)
class Frame:
    """Everything about a panel of lines but its curves. `least` is what a plain axis shows at the least."""

    name: str
    heading: str
    title: str
    height: float
    least: tuple[float, float] = (0.0, 1.0)
    log: bool = True


@dataclass(frozen=True, eq=False)
class LinePlot:
    """Curves on the way to their panel, with what the picture says."""

    frame: Frame
    curves: Sequence[Curve]
    alt: list[str] = field(default_factory=list)
    walls: Walls = NO_WALLS

    def measure(self, shared: SharedAxes) -> None:
        """Their spans, and the rails they reach."""
        for curve in self.curves:
            shared.see(self.frame.name, curve)
            for kind in self.kinds:
                shared.note(self._reaches(kind, curve), bool(kind.holds(curve.mean).any()))

    def panels(self, scene: Scene, shared: SharedAxes) -> list[PanelData]:
        """Return the curves as a panel."""
        frame, curves, height = self.frame, self.curves, self.frame.height * scene.view.stretch
        span = shared.span_for(frame.name, curves)
        limits = log_range(span) if frame.log else plain_range(span, frame.least)
        reaching = {kind: [c for c in curves if self._reaches(kind, c) in shared] for kind in self.kinds}
        rails = rails_for(reaching, limits, height)
        bands = [band for curve in curves for band in _bands(curve, limits, scene)]
        lines = [trace for curve in curves for trace in _line(curve, scene)]
        marks = [trace for curve in curves for trace in rail_traces(curve, rails, scene)]
        return [
            PanelData(
                name=frame.name,
                heading=frame.heading + scene.thinned(),
                axis=_axis(frame, limits, height, rails, scene),
                height=rails.height,
                traces=bands + lines + marks,
                labels=[_end_label(curve, rails, scene) for curve in curves],
                shapes=rails.shapes(scene) + self.walls.shapes(rails.low, rails.high, scene),
                alt=self.alt,
                columns=named_apart(pair for curve in curves for pair in curve.columns().items()),
            )
        ]

    @property
    def kinds(self) -> tuple[SpecialValue, ...]:
        """Return the rails there may be."""
        return LOG_KINDS if self.frame.log else PLAIN_KINDS

    def _reaches(self, kind: SpecialValue, curve: Curve) -> tuple[str, str, bool, str]:
        return self.frame.name, curve.name, curve.log, kind.word


def line_panel(frame: Frame, curves: Sequence[Curve], scene: Scene, alt: list[str]) -> PanelData:
    """Return the curves of one run as a panel."""
    plot = LinePlot(frame, curves, alt)
    (panel,) = plot.panels(scene, shared_axes_of([plot]))
    return panel


def _axis(frame: Frame, limits: tuple[float, float], height: float, rails: Rails, scene: Scene) -> dict:
    axis = {"range": [rails.low, rails.high], "title": {"text": frame.title}, "fixedrange": True}
    places, names = log_ticks(*limits, height) if frame.log else plain_ticks(*limits, height)
    marks, kinds = rails.ticks(scene)
    return axis | {"tickmode": "array", "tickvals": places + marks, "ticktext": names + kinds}


def _line(curve: Curve, scene: Scene) -> list[dict]:
    x, values = scene.x_of(curve), curve.mean[scene.drawn_of(curve)]
    finite = np.isfinite(values)
    colour = scene.palette.of(curve.role)
    trace = {
        "type": "scatter",
        "mode": "lines+markers" if scene.sparse else "lines",
        "name": curve.label,
        "x": x,
        "y": _drawable(values, finite, curve.log),
        "line": {"color": colour, "width": curve.width * (FINE if scene.steps > DENSE else 1), "dash": curve.dash},
        "marker": {"size": 7 if curve.symbol == "circle" else 10, "symbol": curve.symbol},
    }
    alone = [] if scene.sparse else _alone(curve, x, values, scene)
    return [trace | _hover(values, curve.log), *alone]


def _hover(values: Array, log: bool) -> dict:
    if log:
        return {"text": words.from_log10s(values), "hovertemplate": "%{text}"}
    return {"hovertemplate": "%{y:.3~r}"}


def _drawable(values: Array, finite: np.ndarray, log: bool) -> list[float | None]:
    """Return numbers short enough for the wire; None where there is nothing a line could pass through."""
    short = _short(values, log).tolist()
    return short if finite.all() else [v if ok else None for v, ok in zip(short, finite.tolist(), strict=True)]


def _short(values: Array, log: bool) -> Array:
    return np.round(values, DECIMALS) if log else significant(values)


def significant(values: Array, digits: int = 5) -> Array:
    """Return values rounded to the decimals that give the largest of them `digits` significant digits."""
    largest = np.abs(values[np.isfinite(values)]).max(initial=0.0)
    return values if largest == 0 else np.round(values, digits - 1 - int(np.floor(np.log10(largest))))


def _alone(curve: Curve, x: list[int], values: Array, scene: Scene) -> list[dict]:
    """Return points without a neighbour, which a line alone would not show."""
    places = [start for start, stop in runs(np.isfinite(values)) if stop - start == 1]
    if not places:
        return []
    points = {"x": [x[at] for at in places], "y": [round(float(values[at]), 6) for at in places]}
    colour = scene.palette.of(curve.role)
    marker = {"symbol": curve.symbol, "size": 11, "color": colour, "line": {"color": colour, "width": 2}}
    return [{"type": "scatter", "mode": "markers", "hoverinfo": "skip", "marker": marker, "cliponaxis": False} | points]


def _bands(curve: Curve, limits: tuple[float, float], scene: Scene) -> list[dict]:
    """Return the fainter band, then the one inside it."""
    wide = _band(curve, (curve.least, curve.most), limits, scene)
    faint = {"name": f"{curve.label}, all", "fillcolor": fade(scene.palette.of(curve.role), FAINT * curve.shade)}
    return [band | faint for band in wide] + _band(curve, (curve.low, curve.high), limits, scene)


def _band(curve: Curve, edges: Edges, limits: tuple[float, float], scene: Scene) -> list[dict]:
    """Return the band as one shape with gaps; an edge beyond the axis is drawn at the axis' end."""
    below, above = edges
    if below is None or above is None:
        return []
    drawn, steps = scene.drawn_of(curve), scene.x_of(curve)
    low, high, mean = below[drawn], above[drawn], curve.mean[drawn]
    reaches_up = np.isneginf(mean) & (high > -np.inf)  # a line on the rail of 0, and a band above it
    shown = ~np.isnan(low) & ~np.isnan(high) & (np.isfinite(mean) | reaches_up)
    low, high = (_short(np.clip(edge, *limits), curve.log) for edge in (low, high))
    x, y = [], []
    for start, stop in runs(shown):
        there, back = slice(start, stop), slice(stop - 1, None if start == 0 else start - 1, -1)
        x += [*steps[there], *steps[back], None]
        y += [*high[there].tolist(), *low[back].tolist(), None]
    fill = {"fill": "toself", "fillcolor": fade(scene.palette.of(curve.role), curve.shade), "line": {"width": 0}}
    band = {"type": "scatter", "mode": "lines", "name": f"{curve.label}, 10–90 %", "hoverinfo": "skip"}
    return [band | fill | {"x": x[:-1], "y": y[:-1]}] if x else []


def _end_label(curve: Curve, rails: Rails, scene: Scene) -> EndLabel:
    last = float(curve.mean[-1])
    if not np.isfinite(last):
        shared = [rail for rail in rails.of(curve) if rail.kind.holds(curve.mean[-1:])[0]]
        known = curve.mean[np.isfinite(curve.mean)]
        last = shared[0].lane(curve) if shared else float(known[-1]) if len(known) else rails.low
    return EndLabel(curve.label, last, scene.palette.of(curve.role))
