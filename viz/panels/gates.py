"""Gates over time: mean and band, or unit × time; and the Phased LSTM's time gate above the gradient it shapes."""

import numpy as np

from cells.gate import Gate
from viz.curves import Array, Curve, plain_mean
from viz.heat import Heat, HeatPlot
from viz.lines import Frame, LinePlot
from viz.panel import Scene
from viz.shared_axes import Plot
from viz.sizes import log10_sizes, size_heat, sized, value_range
from viz.words import number, percent

from .gate_lines import HEIGHT, OPEN_SHARE, gate_plot

RASTER = 96


def gates(scene: Scene) -> list[Plot]:
    """Return every gate but the time gate, as lines or as heatmaps."""
    openings = scene.layer.gates
    if scene.view.gates == "units":
        return [_units(gate, openings[gate.name], scene) for gate in scene.layer.cell.shown_gates]
    return [gate_plot({gate.name: openings[gate.name] for gate in scene.layer.cell.shown_gates}, scene)]


def _units(gate: Gate, values: Array, scene: Scene) -> Plot:
    shown, what = _sample(values, scene)
    name, heading = f"gate {gate.name}", f"{gate.label.capitalize()} by unit, {what}"
    low = -1.0 if gate.name == scene.layer.cell.candidate else 0.0
    colours = scene.palette.diverging if low else scene.palette.scale(gate.colour)
    alt = f"{gate.label.capitalize()} of {values.shape[-1]} units over time, from {value_range(shown)}."
    plain = HeatPlot(Heat(name, heading, shown, (low, 1.0), colours, RASTER), alt)
    return sized(plain, lambda: size_heat(f"|{name}|", heading, log10_sizes(shown, None), gate.colour, scene), scene)


def _sample(values: Array, scene: Scene) -> tuple[Array, str]:
    """(T, H) of one sample, or the mean over the batch, and words for it."""
    if scene.sample is None:
        return plain_mean(values, 1), "mean over samples"
    return values[:, scene.sample].copy(), f"sample {scene.sample + 1}"


def time_gate(scene: Scene) -> list[Plot]:
    """Return which units are open when (fastest on top), and the mean; none where the cell has no time gate."""
    gate = scene.layer.cell.time_gate
    return _time_gate(gate, scene) if gate else []


def _time_gate(gate: Gate, scene: Scene) -> list[Plot]:
    k, opening = gate.name, scene.layer.gates[gate.name]
    shown, what = _sample(opening, scene)
    order, ends = _by_period(scene)
    heat = Heat(
        name=k,
        heading=f"{gate.label.capitalize()}(t) by unit; {what}",
        values=shown[:, order],
        limits=(0.0, 1.0),
        colours=scene.palette.scale(gate.colour),
        height=RASTER,
        units=(order + 1).tolist(),
        ends=ends,
    )
    curve = Curve(f"mean {k}", f"mean of {k}", gate.colour, opening.mean(axis=(1, 2)), log=False)
    closed = float((opening < 0.01).mean())
    alt = f"The time gate is closed ({k} below 0.01) in {percent(closed)} of all units and steps."
    height = HEIGHT if scene.over(k) else OPEN_SHARE  # other runs need room for their names
    frame = Frame(f"mean {k}", f"Mean of {k} over units", k, height, (0.0, 0.0), log=False)
    return [HeatPlot(heat, alt), LinePlot(frame, [curve, *scene.over(k)])]


def _by_period(scene: Scene) -> tuple[np.ndarray, tuple[str, str] | None]:
    """Return the order of the units by falling period τ, and names for the first and the last."""
    if "tau" not in scene.layer.params:
        return np.arange(scene.layer.states["h"].shape[-1]), None
    tau = np.ravel(scene.layer.params["tau"])
    return np.argsort(-tau, kind="stable"), (f"τ {number(tau.max())}", f"τ {number(tau.min())}")
