"""Gates over time: mean and band, or unit × time; and the Phased LSTM's time gate above the gradient it shapes."""

import numpy as np

from viz.curves import Array, Curve, plain_mean
from viz.heat import Heat, HeatPlot
from viz.lines import Frame, LinePlot
from viz.panel import Scene
from viz.shared_axes import Plot
from viz.sizes import log10_sizes, size_heat, sized, value_range
from viz.words import number, percent

from .gate_lines import CANDIDATES, HEIGHT, NAMES, OPEN_SHARE, gate_plot

RASTER = 96


def gates(scene: Scene) -> list[Plot]:
    """Every gate but the time gate, as lines or as heatmaps."""
    opening = {gate: scene.layer.gates[gate] for gate in NAMES if gate in scene.layer.gates and gate != "k"}
    if scene.view.gates == "units":
        return [_units(gate, values, scene) for gate, values in opening.items()]
    return [gate_plot(opening, scene)]


def _units(gate: str, values: Array, scene: Scene) -> Plot:
    shown, what = _sample(values, scene)
    name, heading = f"gate {gate}", f"{NAMES[gate].capitalize()} by unit, {what}"
    low = -1.0 if gate in CANDIDATES else 0.0
    colours = scene.palette.diverging if low else scene.palette.scale(gate)
    alt = f"{NAMES[gate].capitalize()} of {values.shape[-1]} units over time, from {value_range(shown)}."
    plain = HeatPlot(Heat(name, heading, shown, (low, 1.0), colours, RASTER), alt)
    return sized(plain, lambda: size_heat(f"|{name}|", heading, log10_sizes(shown, None), gate, scene), scene)


def _sample(values: Array, scene: Scene) -> tuple[Array, str]:
    """(T, H) of one sample, or the mean over the batch, and words for it."""
    if scene.sample is None:
        return plain_mean(values, 1), "mean over samples"
    return values[:, scene.sample].copy(), f"sample {scene.sample + 1}"


def time_gate(scene: Scene) -> list[Plot]:
    """k(t): which units are open when (fastest on top), and the mean."""
    opening = scene.layer.gates["k"]
    shown, what = _sample(opening, scene)
    order, ends = _by_period(scene)
    heat = Heat(
        name="k",
        heading=f"Time gate k(t) by unit; {what}",
        values=shown[:, order],
        limits=(0.0, 1.0),
        colours=scene.palette.scale("k"),
        height=RASTER,
        units=(order + 1).tolist(),
        ends=ends,
    )
    curve = Curve("mean k", "mean of k", "k", opening.mean(axis=(1, 2)), log=False)
    closed = float((opening < 0.01).mean())
    alt = f"The time gate is closed (k below 0.01) in {percent(closed)} of all units and steps."
    height = HEIGHT if scene.over("k") else OPEN_SHARE  # other runs need room for their names
    frame = Frame("mean k", "Mean of k over units", "k", height, (0.0, 0.0), log=False)
    return [HeatPlot(heat, alt), LinePlot(frame, [curve, *scene.over("k")])]


def _by_period(scene: Scene) -> tuple[np.ndarray, tuple[str, str] | None]:
    """The order of the units by falling period τ, and names for the first and the last."""
    if "tau" not in scene.layer.params:
        return np.arange(scene.layer.gates["k"].shape[-1]), None
    tau = np.ravel(scene.layer.params["tau"])
    return np.argsort(-tau, kind="stable"), (f"τ {number(tau.max())}", f"τ {number(tau.min())}")
