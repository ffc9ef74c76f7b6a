"""The gradient of each unit's own clock: dL/dτ, dL/ds, dL/dr_on, on a log scale with its sign as the mark."""

from dataclasses import replace

import numpy as np

from cells.analysis.time_gate.time_gate_effect import TimeGateEffect
from viz import words
from viz.axes import log_range, log_ticks
from viz.curves import Array, Curve
from viz.extent import span_of
from viz.panel import EndLabel, PanelData, Scene
from viz.rails import ZERO, rail_traces, rails_for

from .chart import Chart, ChartLabel, Look, timed
from .real_time import axis_over, placed
from .unit_order import NAMES, order_of

CLOCK_GRADS = ChartLabel("clock_gradient", "The clock's own gradient, unit by unit")
HEIGHT = 96
SYMBOLS = {"tau": "τ", "s": "s", "r_on": "r<sub>on</sub>"}
PLAIN = {"tau": "τ", "s": "s", "r_on": "r_on"}
ROLES = {"tau": "time_gate", "s": "other", "r_on": "bound"}  # as among the steps' shares
TICKS = 8


def clock_grads(effect: TimeGateEffect, scene: Scene, look: Look) -> Chart:
    """Three panels over the units in the order of the raster."""
    order, ranks = order_of(effect, look.order), np.arange(1.0, len(effect.open_share) + 1)
    at = placed(scene, ranks)
    chart = timed(CLOCK_GRADS, [_panel(name, effect.grads[name][order], at) for name in SYMBOLS], at, _finding(effect))
    axis = axis_over(ranks, f"unit, sorted by {NAMES[look.order]}", "unit %{x:.0f} in this order")
    chart.figure["layout"]["xaxis"] |= axis | _ticks(effect, order, look)
    columns = {"unit": order + 1} | {name: effect.clock[name][order] for name in SYMBOLS}
    return replace(chart, columns=columns | {f"dL/d{name}": effect.grads[name][order] for name in SYMBOLS})


def _panel(name: str, grads: Array, scene: Scene) -> PanelData:
    """▲ where the loss grows with the parameter, ▼ where it falls, ○ where it does not depend on it."""
    with np.errstate(divide="ignore"):
        curve = Curve(f"dL/d{name}", f"dL/d{SYMBOLS[name]}", ROLES[name], np.log10(np.abs(grads)))
    limits = log_range(span_of([curve.mean]))
    rails = rails_for({ZERO: [curve] if np.isneginf(curve.mean).any() else []}, limits, HEIGHT)
    places, names = log_ticks(*limits, HEIGHT)
    marks, kinds = rails.ticks(scene)
    axis = {"range": [rails.low, rails.high], "title": {"text": f"|dL/d{SYMBOLS[name]}|"}, "fixedrange": True}
    return PanelData(
        name=name,
        heading=f"dL/d{SYMBOLS[name]}: ▲ positive, ▼ negative, ○ exactly 0",
        axis=axis | {"tickmode": "array", "tickvals": places + marks, "ticktext": names + kinds},
        height=rails.height,
        traces=[_marks(curve, grads, scene), *rail_traces(curve, rails, scene)],
        labels=[EndLabel(curve.label, sum(limits) / 2, scene.palette.of(curve.role))],
        shapes=rails.shapes(scene),
    )


def _marks(curve: Curve, grads: Array, scene: Scene) -> dict:
    finite = np.isfinite(curve.mean)
    symbols = np.where(grads > 0, "triangle-up", "triangle-down")[finite]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": curve.label,
        "x": [x for x, ok in zip(scene.x_of(curve), finite.tolist(), strict=True) if ok],
        "y": curve.mean[finite].round(4).tolist(),
        "marker": {"symbol": symbols.tolist(), "size": 8, "color": scene.palette.of(curve.role)},
        "text": [words.number(value) for value in grads[finite].tolist()],
        "hovertemplate": "%{text}",
    }


def _ticks(effect: TimeGateEffect, order: np.ndarray, look: Look) -> dict:
    """Return some units by what they are sorted by."""
    places = sorted({round(place) for place in np.linspace(0, len(order) - 1, min(TICKS, len(order)))})
    values, sign = (effect.clock["tau"], "τ") if look.order == "period" else (effect.phi[0], "φ")
    names = [f"{sign} {words.number(float(values[order[place]]))}" for place in places]
    return {"tickmode": "array", "tickvals": [place + 1 for place in places], "ticktext": names}


def _finding(effect: TimeGateEffect) -> str:
    """Return which clock pulls hardest, and how many learn nothing."""
    sizes = {name: np.abs(grads) for name, grads in effect.grads.items()}
    still = int(np.logical_and.reduce([size == 0 for size in sizes.values()]).sum())
    told = f"{still} of {len(effect.open_share)} clocks get a gradient of exactly 0"
    told = told if still else "Every clock gets a gradient"
    name = max(sizes, key=lambda name: float(np.nan_to_num(sizes[name]).max()))
    unit = int(np.nan_to_num(sizes[name]).argmax())
    largest = f"the largest is dL/d{PLAIN[name]} = {words.number(float(effect.grads[name][unit]))} of unit {unit + 1}"
    return f"{told}; {largest}, whose period is {words.number(float(effect.clock['tau'][unit]))}."
