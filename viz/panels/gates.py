"""Gates over time: mean and band, or unit × time; and the Phased LSTM's time gate above the gradient it shapes."""

from collections.abc import Mapping

import numpy as np

from viz.curves import Array, Curve, log10_mean, log10_quantiles, share_curve
from viz.findings import extent, joined
from viz.heat import Heat, heat_panel
from viz.lines import Frame, line_panel
from viz.panel import PanelData, Scene
from viz.sizes import PLAIN, largest, log10_sizes, size_panel, value_range
from viz.words import number, percent

HEIGHT, RASTER, OPEN_SHARE = 120, 96, 56
NAMES = {
    "f": "forget f",
    "i": "input i",
    "o": "output o",
    "g": "candidate g",
    "r": "reset r",
    "z": "update z",
    "n": "candidate n",
    "k": "time gate k",
}
CANDIDATES = ("g", "n")
SHADE = 0.09  # bands of several gates lie over each other
SQUASHED = 1.5  # candidates beyond it get a panel of their own, or the gates would be a flat line


def gates(scene: Scene) -> list[PanelData]:
    """Every gate but the time gate, as lines or as heatmaps."""
    opening = {gate: scene.layer.gates[gate] for gate in NAMES if gate in scene.layer.gates and gate != "k"}
    if scene.view.gates == "units":
        return [_units(gate, values, scene) for gate, values in opening.items()]
    return _lines(opening, scene)


def _lines(opening: Mapping[str, Array], scene: Scene) -> list[PanelData]:
    curves = {g: share_curve(values, f"gate {g}", NAMES[g], g, shade=SHADE) for g, values in opening.items()}
    wild = [curve for gate, curve in curves.items() if gate in CANDIDATES and _leaves_range(curve)]
    tame = [curve for curve in curves.values() if curve not in wild]
    frame = Frame("gates", f"Gates{_averaged(scene)}", "gate", HEIGHT, log=False)
    panels = [line_panel(frame, tame, scene, _finding(tame))]
    return panels + [_candidate(curve, opening[curve.role], scene) for curve in wild]


def _averaged(scene: Scene) -> str:
    samples = " and samples" if scene.batch > 1 else ""
    return f", mean over units{samples}; shaded: 10–90 %"


def _leaves_range(curve: Curve) -> bool:
    edges = np.concatenate([edge for edge in (curve.mean, curve.low, curve.high) if edge is not None])
    return bool((np.abs(edges) > SQUASHED).any() or np.isnan(edges).any())


def _candidate(curve: Curve, values: Array, scene: Scene) -> PanelData:
    """A candidate without bounds: plain up to PLAIN, its size on a log axis beyond."""
    if largest(values) <= PLAIN:
        frame = Frame("candidate", f"Candidate{_averaged(scene)}", curve.role, OPEN_SHARE, (0.0, 0.0), log=False)
        return line_panel(frame, [curve], scene, _finding([curve]))
    sizes = log10_sizes(values, None).reshape(len(values), -1)
    low, high = log10_quantiles(sizes)
    size = Curve(f"size of {curve.name}", curve.label, curve.role, log10_mean(sizes), low, high, shade=SHADE)
    frame = Frame("candidate", "Size of the candidate; shaded: 10–90 %", f"|{curve.role}|", OPEN_SHARE)
    return line_panel(frame, [size], scene, _finding([size]))


def _finding(curves: list[Curve]) -> list[str]:
    return [f"Mean opening over time: {joined([f'{curve.label} {extent(curve)}' for curve in curves])}."]


def _units(gate: str, values: Array, scene: Scene) -> PanelData:
    shown, what = _sample(values, scene)
    name, heading = f"gate {gate}", f"{NAMES[gate].capitalize()} by unit, {what}"
    if largest(shown) > PLAIN:
        return size_panel(f"|{name}|", heading, log10_sizes(shown, None), gate, scene)
    low = -1.0 if gate in CANDIDATES else 0.0
    colours = scene.palette.diverging if low else scene.palette.scale(gate)
    alt = f"{NAMES[gate].capitalize()} of {values.shape[-1]} units over time, from {value_range(shown)}."
    return heat_panel(Heat(name, heading, shown, (low, 1.0), colours, RASTER), scene, alt)


def _sample(values: Array, scene: Scene) -> tuple[Array, str]:
    """(T, H) of one sample, or the mean over the batch, and words for it."""
    if scene.sample is None:
        return values.mean(axis=1), "mean over samples"
    return values[:, scene.sample], f"sample {scene.sample + 1}"


def time_gate(scene: Scene) -> list[PanelData]:
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
    frame = Frame("mean k", "Mean of k over units", "k", OPEN_SHARE, (0.0, 0.0), log=False)
    return [heat_panel(heat, scene, alt), line_panel(frame, [curve], scene, [])]


def _by_period(scene: Scene) -> tuple[np.ndarray, tuple[str, str] | None]:
    """The order of the units by falling period τ, and names for the first and the last."""
    if "tau" not in scene.layer.params:
        return np.arange(scene.layer.gates["k"].shape[-1]), None
    tau = np.ravel(scene.layer.params["tau"])
    return np.argsort(-tau, kind="stable"), (f"τ {number(tau.max())}", f"τ {number(tau.min())}")
