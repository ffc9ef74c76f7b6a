"""One clock over real time, as the explorer draws it before it is dragged: k, the samples on it, and φ."""

from dataclasses import replace

import numpy as np

from cells.analysis.time_gate.clock_curve import Clock, ClockCurve
from viz import words
from viz.panel import PanelData, Scene

from .chart import Chart, ChartLabel, Look, timed
from .real_time import axis_over, placed

CLOCK = ChartLabel("clock", "One unit's clock: drag τ, s, r_on, α")
HEIGHT, LOW = 150, 54  # px of k, and of φ
TITLE = "time t in the clock's units"


def clock_curve(found: ClockCurve, scene: Scene, look: Look) -> Chart:
    """k over real time with the samples on it, and φ below."""
    span = np.array(found.span)
    chart = timed(CLOCK, [_gate(found, scene), _phase(found, scene)], placed(scene, span), told(found.clock))
    figure, clock = chart.figure, found.clock
    figure["layout"]["xaxis"] |= axis_over(span, TITLE, "t = %{x:.4~r}")
    values = {"tau": clock.tau, "s": clock.s, "r_on": clock.r_on, "leak": clock.leak}
    said = " · ".join(f"{name} = {words.exact(value)}" for name, value in values.items())
    chart = replace(chart, caption=f"Explored: {said} · {chart.caption}", columns=_columns(found))
    dragged = {"clock": values, "sign": found.sign, "span": list(found.span), "samples": found.samples.tolist()}
    figure["layout"]["meta"] |= {"caption": chart.caption, "explored": dragged}
    return chart


def told(clock: Clock) -> str:
    """Return how long it is open, when it peaks, and where it starts."""
    share, length = words.percent(clock.r_on), words.exact(round(clock.r_on * clock.tau, 3))
    peak, phase = words.exact(round(clock.peak, 3)), words.exact(round(clock.phase, 3))
    return (
        f"Open {share} of the time, {length} of every {words.exact(clock.tau)}; k peaks at 1 at t = {peak}; "
        f"φ = {phase} at t = 0; while closed k = αφ, at most {words.exact(clock.leak)}."
    )


def _gate(found: ClockCurve, scene: Scene) -> PanelData:
    colour = scene.palette.of("time_gate")
    marks = {"color": scene.palette.ink, "size": 6}
    hover = {"hovertemplate": "%{y:.3~r}"}
    line = {"type": "scatter", "mode": "lines", "name": "k(t)", "line": {"color": colour, "width": 2.5}} | hover
    dots = {"type": "scatter", "mode": "markers", "name": "k at a sample", "marker": marks, "cliponaxis": False} | hover
    return PanelData(
        name="k",
        heading="Time gate k(t); dots: what the net's samples see of it",
        axis={"range": [-0.05, 1.05], "title": {"text": "k"}, "fixedrange": True, "tickvals": [0, 0.5, 1]},
        height=HEIGHT,
        traces=[
            line | {"x": found.times.tolist(), "y": found.k.tolist()},
            dots | {"x": found.samples.tolist(), "y": found.sampled.tolist()},
        ],
        alt=[f"{int((found.sampled > 0).sum())} of {len(found.samples)} samples see k above 0."],
    )


def _phase(found: ClockCurve, scene: Scene) -> PanelData:
    line = {"color": scene.palette.muted, "width": 2}
    trace = {"type": "scatter", "mode": "lines", "name": "φ(t)", "line": line, "hovertemplate": "%{y:.3~r}"}
    return PanelData(
        name="phi",
        heading="Phase φ(t), in turns",
        axis={"range": [-0.05, 1.05], "title": {"text": "φ"}, "fixedrange": True, "tickvals": [0, 1]},
        height=LOW,
        traces=[trace | {"x": found.times.tolist(), "y": found.phi.tolist()}],
    )


def _columns(found: ClockCurve) -> dict[str, np.ndarray]:
    """Return the corners; between them the curves are straight."""
    return {"time": found.times, "k": found.k, "phi": found.phi}
