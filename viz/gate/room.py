"""The gate room: every unit's k over real time, the samples, and below them the gradient with and without the gate."""

import numpy as np

from cells.analysis.time_gate.time_gate_effect import Net, TimeGateEffect
from viz import words
from viz.anatomy.plate import Label, Look, Plate, timed
from viz.curves import Array, Curve
from viz.heat import Heat, heat_panel
from viz.lines import Frame, line_panel
from viz.panel import PanelData, Scene

from .order import NAMES, ends_of, order_of
from .real_time import TITLE, axis_over, placed

ROOM = Label("gate_room", "The gates over real time, and the gradient behind them")
RASTER, SAMPLES, GRADIENT = 190, 22, 150  # px
LINES = {  # label, role, style; the frozen gate is drawn dashed over the plain LSTM, which it is
    "clock": ("with the clock", "k", {"width": 3.2}),
    "plain": ("plain LSTM", "skip", {"width": 6.0}),
    "frozen": ("frozen open", "total", {"width": 2.0, "dash": "dash"}),
}


def gate_room(room: TimeGateEffect, scene: Scene, look: Look) -> Plate:
    """Four panels over one axis of real time, for one sample."""
    at = placed(scene, room.times)
    panels = [_raster(room, at, look), _samples(room, at), *(_gradient(room, part, at) for part in ("c", "h"))]
    plate = timed(ROOM, panels, at, finding(room))
    plate.figure["layout"]["xaxis"] |= axis_over(room.times, TITLE, "t = %{x:.5~r}")
    plate.columns["time"] = room.times
    return plate


def finding(room: TimeGateEffect) -> str:
    """What a closed gate does to the gradient, measured."""
    found = room.copying
    where = f"{words.percent(found.closed)} of all unit-steps are behind a closed gate"
    if not np.isfinite(found.copied):
        return f"{where}; no gradient passes any of them, so there is nothing to copy."
    if found.copied == 1.0:
        copies = (
            "A closed gate copies the gradient",
            "all of them hand dL/dc on bit for bit, the copy ratio is exactly 1",
        )
    else:
        copies = "A closed gate hands the gradient on but for its leak", _leaking(room)
    return f"{copies[0]}: {where}, and {copies[1]}{_open(found.kept_open)}."


def _leaking(room: TimeGateEffect) -> str:
    kept = room.copying.kept_closed
    ratio = "" if not np.isfinite(kept) else f", the copy ratio is {words.exact(round(kept, 6))}"
    why = f"with α = {words.exact(room.leak)}" if room.leak else "beyond what float64 holds"
    share = words.percent(room.copying.copied) if room.copying.copied else "none"
    return f"{why} {share} of them hand dL/dc on bit for bit{ratio}"


def _open(kept: float) -> str:
    return f"; an open gate multiplies it by {words.number(kept)} a step" if np.isfinite(kept) else ""


def _raster(room: TimeGateEffect, scene: Scene, look: Look) -> PanelData:
    """k of every unit, also between the samples."""
    order = order_of(room, look.order)
    heat = Heat(
        name="k",
        heading=f"Time gate k of each unit, sorted by {NAMES[look.order]}",
        values=room.raster[:, order],
        limits=(0.0, 1.0),
        colours=scene.palette.scale("k"),
        height=RASTER,
        units=(order + 1).tolist(),
        ends=ends_of(room, look.order),
    )
    columns = {f"k, unit {unit + 1}": room.k[:, unit] for unit in order.tolist()}
    panel = heat_panel(heat, scene, _opened(room))
    (trace,) = panel.traces
    trace |= {"x0": float(room.moments[0]), "dx": float(room.moments[1] - room.moments[0])}
    return PanelData(panel.name, panel.heading, panel.axis, panel.height, [trace], alt=panel.alt, columns=columns)


def _opened(room: TimeGateEffect) -> str:
    seen = int(room.open_share.astype(bool).sum())
    return f"{seen} of {len(room.open_share)} units are open at one sample or more."


def _samples(room: TimeGateEffect, scene: Scene) -> PanelData:
    """A tick at every timestamp."""
    gaps = np.diff(room.times)
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
    heading = f"Samples: the {len(room.times)} steps of the net, {span}"
    return PanelData("samples", heading, axis, SAMPLES, [trace], alt=[f"The samples come with {span}."])


def _gradient(room: TimeGateEffect, part: str, scene: Scene) -> PanelData:
    curves = [_curve(net, part) for net in sorted(room.nets, key=lambda net: list(LINES).index(net.name) == 0)]
    frame = Frame(part, f"dL/d{part}<sub>t</sub> of three nets with the same weights", _title(part), GRADIENT)
    return line_panel(frame, curves, scene, [_ends(room, part)])


def _title(part: str) -> str:
    return f"‖dL/d{part}<sub>t</sub>‖"


def _curve(net: Net, part: str) -> Curve:
    label, role, style = LINES[net.name]
    return Curve(f"norm dL/d{part}, {label}", label, role, net.log10_norms[part], **style)


def _ends(room: TimeGateEffect, part: str) -> str:
    """What step 1 gets with the clock, and what without it; that the frozen gate is the plain LSTM."""
    norms = {net.name: net.log10_norms[part] for net in room.nets}
    same = bool(np.array_equal(norms["plain"], norms["frozen"], equal_nan=True))
    first = {name: words.from_log10(_first(values)) for name, values in norms.items()}
    told = f"‖dL/d{part}‖ at step 1 is {first['clock']} with the clock and {first['plain']} in the plain LSTM"
    return f"{told}; frozen open the gate is the plain LSTM, and the curves coincide." if same else f"{told}."


def _first(norms: Array) -> float:
    return float(norms[0])
