"""Saturation: how slopes, pre-activations and gates are spread over the units, step by step."""

from collections.abc import Sequence

import numpy as np

from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.saturation import Distribution
from viz import words
from viz.axes import plain_ticks
from viz.curves import Array, Curve
from viz.heat import MOST_COLUMNS, packed
from viz.lines import Frame, line_panel, significant
from viz.panel import PanelData, Scene
from viz.theme import stops

from .chart import Chart, ChartLabel, Look, timed

SATURATION = ChartLabel("saturation", "Saturation over time")
HEIGHT, FLAT_HEIGHT = 130, 130
BRIGHTEST = 0.995  # the few fullest bins do not set the scale for all others
WHAT = {"slope": "slope σ'", "pre-activation": "pre-activation", "gate": "gate"}
ALL = {"slope": "Slopes σ' of {}", "pre-activation": "Pre-activations of {}", "gate": "Gate {}"}
FLAT = {
    "slope": "Share with a slope below a tenth of the steepest",
    "pre-activation": "Share where the slope is below a tenth of the steepest",
    "gate": "Share within 0.1 of shut or open",
}


def saturation(record: Sequence[Distribution], scene: Scene, look: Look) -> Chart:
    """Return the share in the flat part over time, and below it the whole distribution of each quantity."""
    chosen = [one for one in record if one.quantity == look.spread_of]
    if not chosen:
        raise DoesNotApply(f"The {scene.layer.cell.label} has no gates; its slopes and pre-activations can be shown.")
    panels = [_flat(chosen, scene), *(_spread(one, scene) for one in chosen)]
    return timed(SATURATION, panels, scene, _finding(chosen))


def _flat(chosen: Sequence[Distribution], scene: Scene) -> PanelData:
    colour_of = scene.layer.cell.colour_of
    curves = [
        Curve(f"flat share of {one.quantity} {one.name}", one.name, colour_of(one.name), one.flat, log=False)
        for one in chosen
    ]
    frame = Frame("flat", FLAT[chosen[0].quantity], "share", FLAT_HEIGHT, (0.0, 1.0), log=False)
    return line_panel(frame, curves, scene, [])


def _spread(one: Distribution, scene: Scene) -> PanelData:
    """Bins upwards, steps to the right; the median as a line, the middle 90 % between dotted ones."""
    low, high = float(one.edges[0]), float(one.edges[-1])
    places, names = plain_ticks(low, high, HEIGHT)
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names}
    return PanelData(
        name=f"{one.quantity} {one.name}",
        heading=f"{ALL[one.quantity].format(one.name)}, all samples and units; line: median, dotted: 5 and 95 %"
        + _lost(one),
        axis={"range": [low, high], "title": {"text": _axis_title(one)}, "fixedrange": True} | ticks,
        height=HEIGHT,
        traces=[_density(one, scene), *_lines(one, scene)],
        alt=[_spread_finding(one)],
        columns=_columns(one),
    )


def _axis_title(one: Distribution) -> str:
    return {"slope": f"σ' of {one.name}", "gate": one.name, "pre-activation": f"a<sup>{one.name}</sup>"}[one.quantity]


def _lost(one: Distribution) -> str:
    return f"; {words.percent(float(one.lost.mean()))} not finite" if one.lost.any() else ""


def _density(one: Distribution, scene: Scene) -> dict:
    every = -(-len(one.shares) // MOST_COLUMNS)
    width = float(one.edges[1] - one.edges[0])
    return {
        "type": "heatmap",
        "name": one.name,
        "x0": 1,
        "dx": every,
        "y0": float(one.edges[0]) + width / 2,
        "dy": width,
        "z": packed(one.shares[::every].T),
        "zmin": 0,
        "zmax": float(np.quantile(one.shares, BRIGHTEST)) or 1.0,
        "colorscale": stops(scene.palette.scale(scene.layer.cell.colour_of(one.name))),
        "showscale": False,
        "hoverinfo": "skip",
    }


def _lines(one: Distribution, scene: Scene) -> list[dict]:
    styles = {0: "dot", 2: "solid", 4: "dot"}
    return [_line(one.quantiles[:, place], dash, scene) for place, dash in styles.items()]


def _line(values: Array, dash: str, scene: Scene) -> dict:
    drawn = values[scene.drawn]
    y = [v if ok else None for v, ok in zip(significant(drawn).tolist(), np.isfinite(drawn).tolist(), strict=True)]
    line = {"color": scene.palette.ink, "width": 2 if dash == "solid" else 1, "dash": dash}
    return {"type": "scatter", "mode": "lines", "x": scene.x, "y": y, "line": line, "hoverinfo": "skip"}


def _columns(one: Distribution) -> dict[str, Array]:
    name = f"{one.quantity} {one.name}"
    quantiles = {f"{name}, {level} %": one.quantiles[:, k] for k, level in enumerate((5, 25, 50, 75, 95))}
    return quantiles | {f"{name}, share not finite": one.lost}


def _spread_finding(one: Distribution) -> str:
    middle = one.quantiles[:, 2]
    if not np.isfinite(middle).any():
        return f"The {one.quantity} {one.name} has 0 finite values."
    return f"The median {one.quantity} of {one.name} is {words.number(float(np.nanmedian(middle)))} over the run."


def _finding(chosen: Sequence[Distribution]) -> str:
    """Return which of them is flat most, and how its share changes."""
    most = max(chosen, key=lambda one: float(one.flat.mean()))
    share, first, last = (float(value) for value in (most.flat.mean(), most.flat[0], most.flat[-1]))
    what = "lets next to nothing through" if most.quantity != "gate" else "is shut or wide open"
    return (
        f"{words.percent(share)} of all {most.name} values lie where the {WHAT[most.quantity]} {what}: "
        f"{words.percent(first)} at step 1, {words.percent(last)} at step {len(most.flat)}."
    )
