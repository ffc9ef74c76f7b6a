"""How long the gates are open, and where in their turn the samples find them."""

import numpy as np

from cells.analysis.time_gate.time_gate_effect import TimeGateEffect
from viz import words
from viz.axes import percent_ticks
from viz.curves import Array
from viz.panel import Scene
from viz.theme import fade

from .chart import Chart, ChartLabel, Look, on_xy_axes
from .xy_axes import NARROW, XYAxes

OPEN = ChartLabel("open_share", "Open share of each unit")
PHASE = ChartLabel("phase", "Phase φ at the samples")
HEIGHT, BINS = 200, 20
WIDTH = 200  # px, at least, of the plotting area


def open_share(effect: TimeGateEffect, scene: Scene, look: Look) -> Chart:
    """Return a histogram over units of the share of samples that find the gate open; theory says r_on."""
    shares, r_on = effect.open_share, effect.clock["r_on"]
    top = min(1.0, max(float(shares.max()), float(r_on.max())) * 1.15)
    edges = np.linspace(0, top, BINS + 1)
    counts = np.histogram(shares, edges)[0]
    xy_axes = XYAxes(
        heading="Units by their share of samples with φ < r<sub>on</sub>",
        x={"title": {"text": "open share"}, "range": [0, top]} | percent_ticks(0.0, top, WIDTH),
        y={"title": {"text": "units"}, "range": [0, 1.15 * max(int(counts.max()), 1)]},
        traces=[_bars(edges, counts, scene)],
        height=HEIGHT,
        shapes=[_line(float(r_on.mean()), scene)],
        notes=[_note(float(r_on.mean()), "theory: r<sub>on</sub>", scene)],
        right=NARROW,
    )
    mean, expected = words.percent(float(shares.mean())), words.percent(float(r_on.mean()))
    never = int((shares == 0).sum())
    missed = f"; {never} of {len(shares)} units are open at no sample at all" if never else ""
    finding = f"On average a gate is open at {mean} of the samples; its open ratio promises {expected}{missed}."
    columns = {
        "unit": np.arange(1, len(shares) + 1),
        "open share": shares,
        **{name: effect.clock[name] for name in ("tau", "s", "r_on")},
    }
    return on_xy_axes(OPEN, xy_axes, scene, finding, columns)


def phase(effect: TimeGateEffect, scene: Scene, look: Look) -> Chart:
    """Return a histogram of φ over all units and the samples shown; the open phase is tinted."""
    edges = np.linspace(0, 1, BINS + 1)
    shares = np.histogram(effect.phi, edges)[0] / effect.phi.size
    most, r_on = float(shares.max()), float(effect.clock["r_on"].mean())
    xy_axes = XYAxes(
        heading="Unit-steps by phase; tinted: φ < r<sub>on</sub>; dotted: evenly spread",
        x={"title": {"text": "phase φ, in turns"}, "range": [0, 1]},
        y={"title": {"text": "share"}, "range": [0, 1.15 * most]} | percent_ticks(0.0, 1.15 * most, HEIGHT),
        traces=[_bars(edges, shares, scene)],
        height=HEIGHT,
        shapes=[_tint(r_on, scene), _even(1 / BINS, scene)],
        right=NARROW,
    )
    inside = words.percent(float((effect.phi < effect.clock["r_on"]).mean()))
    full = int((shares > 0).sum())
    reached = f"the phases reach {full} of the {BINS} parts of a turn"
    finding = f"In this sequence a unit is in its open phase {inside} of the time; {reached}."
    return on_xy_axes(
        PHASE, xy_axes, scene, finding, {"from phase": edges[:-1], "to phase": edges[1:], "share": shares}
    )


def _bars(edges: Array, heights: Array, scene: Scene) -> dict:
    return {
        "type": "bar",
        "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
        "y": heights.tolist(),
        "width": float(edges[1] - edges[0]) * 0.9,
        "marker": {"color": scene.palette.of("time_gate")},
        "hovertemplate": "%{x:.3~r}: %{y:.3~r}<extra></extra>",
    }


def _line(at: float, scene: Scene) -> dict:
    place = {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1}
    return place | {"line": {"color": scene.palette.of("predicted"), "width": 2, "dash": "dash"}}


def _note(at: float, text: str, scene: Scene) -> dict:
    font = {"color": scene.palette.of("predicted")}
    place = {"x": at, "xanchor": "left", "xshift": 4, "yref": "paper", "y": 1, "yanchor": "top", "showarrow": False}
    return place | {"text": text, "font": font}


def _tint(r_on: float, scene: Scene) -> dict:
    place = {"type": "rect", "layer": "below", "x0": 0, "x1": r_on, "yref": "paper", "y0": 0, "y1": 1}
    return place | {"line": {"width": 0}, "fillcolor": fade(scene.palette.of("time_gate"), 0.18)}


def _even(height: float, scene: Scene) -> dict:
    place = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": height, "y1": height}
    return place | {"line": {"color": scene.palette.of("predicted"), "width": 2, "dash": "dot"}}
