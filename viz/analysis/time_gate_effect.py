"""The gate room: every unit's k over real time, the samples, and below them the gradient with and without the gate."""

import numpy as np

from cells.analysis.time_gate.time_gate_effect import Net, TimeGateEffect
from viz import words
from viz.curves import Array, Curve
from viz.heat import Heat, heat_panel
from viz.lines import Frame, line_panel
from viz.panel import PanelData, Scene

from .chart import Chart, ChartLabel, Look, timed
from .real_time import TITLE, axis_over, placed
from .unit_order import NAMES, ends_of, order_of

EFFECT = ChartLabel("gate_room", "The gates over real time, and the gradient behind them")
RASTER, SAMPLES, GRADIENT = 190, 22, 150  # px
LINES = {  # label, role, style; the frozen gate is drawn dashed over the plain cell, which it is in an LSTM
    "clock": ("with the clock", "time_gate", {"width": 3.2}),
    "plain": ("plain {}", "skip", {"width": 6.0}),
    "frozen": ("frozen open", "total", {"width": 2.0, "dash": "dash"}),
}


def time_gate_effect(effect: TimeGateEffect, scene: Scene, look: Look) -> Chart:
    """Four panels over one axis of real time, for one sample."""
    at = placed(scene, effect.times)
    panels = [
        _raster(effect, at, look),
        _samples(effect, at),
        *(_gradient(effect, part, at) for part in _states(effect)),
    ]
    chart = timed(EFFECT, panels, at, finding(effect))
    chart.figure["layout"]["xaxis"] |= axis_over(effect.times, TITLE, "t = %{x:.5~r}")
    chart.columns["time"] = effect.times
    return chart


def _states(effect: TimeGateEffect) -> list[str]:
    """Return the names of the states, the memory first."""
    return list(effect.nets[0].log10_norms)[::-1]


def finding(effect: TimeGateEffect) -> str:
    """Return what a closed gate does to the gradient, measured."""
    found = effect.copying
    where = f"the gates are closed {words.percent(found.closed)} of the time"
    if not np.isfinite(found.copied):
        return f"{where[0].upper()}{where[1:]}; no gradient passes then, so there is nothing to copy."
    if found.copied == 1.0:
        copies = (
            "A closed gate copies the gradient",
            f"dL/d{effect.memory} is then handed on bit for bit every time, the copy ratio is exactly 1",
        )
    else:
        copies = "A closed gate hands the gradient on but for its leak", _leaking(effect)
    return f"{copies[0]}: {where}, and {copies[1]}{_open(found.kept_open)}."


def _leaking(effect: TimeGateEffect) -> str:
    kept = effect.copying.kept_closed
    ratio = "" if not np.isfinite(kept) else f", the copy ratio is {words.exact(round(kept, 6))}"
    why = f"with α = {words.exact(effect.leak)}" if effect.leak else "beyond what float64 holds"
    copied = effect.copying.copied
    times = f"{words.percent(copied)} of these times" if copied else "at none of these times"
    return f"{why} dL/d{effect.memory} is handed on bit for bit {times}{ratio}"


def _open(kept: float) -> str:
    return f"; an open gate multiplies it by {words.number(kept)} a step" if np.isfinite(kept) else ""


def _raster(effect: TimeGateEffect, scene: Scene, look: Look) -> PanelData:
    """k of every unit, also between the samples."""
    order = order_of(effect, look.order)
    heat = Heat(
        name="k",
        heading=f"Time gate k of each unit, sorted by {NAMES[look.order]}",
        values=effect.raster[:, order],
        limits=(0.0, 1.0),
        colours=scene.palette.scale("time_gate"),
        height=RASTER,
        units=(order + 1).tolist(),
        ends=ends_of(effect, look.order),
    )
    columns = {f"k, unit {unit + 1}": effect.k[:, unit] for unit in order.tolist()}
    panel = heat_panel(heat, scene, _opened(effect))
    (trace,) = panel.traces
    trace |= {"x0": float(effect.moments[0]), "dx": float(effect.moments[1] - effect.moments[0])}
    return PanelData(panel.name, panel.heading, panel.axis, panel.height, [trace], alt=panel.alt, columns=columns)


def _opened(effect: TimeGateEffect) -> str:
    seen = int(effect.open_share.astype(bool).sum())
    return f"{seen} of {len(effect.open_share)} units are open at one sample or more."


def _samples(effect: TimeGateEffect, scene: Scene) -> PanelData:
    """Return a tick at every timestamp."""
    gaps = np.diff(effect.times)
    marker = {"symbol": "line-ns-open", "size": 16, "color": scene.palette.ink, "line": {"width": 1}}
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": "sample",
        "x": scene.x,
        "y": [0] * len(scene.x),
        "text": [f"step {step + 1}" for step in scene.drawn.tolist()],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": marker,
    }
    least, most = words.number(float(gaps.min())), words.number(float(gaps.max()))
    span = f"gaps of {least}" if least == most else f"gaps from {least} to {most}"
    axis = {
        "range": [-1, 1],
        "title": {"text": "steps"},
        "showticklabels": False,
        "showgrid": False,
        "fixedrange": True,
    }
    heading = f"Samples: the {len(effect.times)} steps of the net, {span}"
    return PanelData("samples", heading, axis, SAMPLES, [trace], alt=[f"The samples come with {span}."])


def _gradient(effect: TimeGateEffect, part: str, scene: Scene) -> PanelData:
    curves = [
        _curve(net, part, effect) for net in sorted(effect.nets, key=lambda net: list(LINES).index(net.name) == 0)
    ]
    frame = Frame(part, f"dL/d{part}<sub>t</sub> of three nets with the same weights", _title(part), GRADIENT)
    return line_panel(frame, curves, scene, [_ends(effect, part)])


def _title(part: str) -> str:
    return f"‖dL/d{part}<sub>t</sub>‖"


def _curve(net: Net, part: str, effect: TimeGateEffect) -> Curve:
    label, role, style = LINES[net.name]
    label = label.format(effect.without)
    return Curve(f"norm dL/d{part}, {label}", label, role, net.log10_norms[part], **style)


def _ends(effect: TimeGateEffect, part: str) -> str:
    """Return what step 1 gets with the clock, and what without it; whether the frozen gate is the plain cell."""
    norms = {net.name: net.log10_norms[part] for net in effect.nets}
    same = bool(np.array_equal(norms["plain"], norms["frozen"], equal_nan=True))
    first = {name: words.from_log10(_first(values)) for name, values in norms.items()}
    told = (
        f"‖dL/d{part}‖ at step 1 is {first['clock']} with the clock and {first['plain']} in the plain {effect.without}"
    )
    return (
        f"{told}; frozen open the gate is the plain {effect.without}, and the curves coincide." if same else f"{told}."
    )


def _first(norms: Array) -> float:
    return float(norms[0])
