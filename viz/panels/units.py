"""Gradient and state, unit × time."""

import numpy as np

from viz.curves import Array, Curve, log10_mean
from viz.findings import extent
from viz.heat import Heat, heat_panel
from viz.panel import PanelData, Scene

HEIGHT = 150
LEAST_DECADES = 2.0
LOG10_2 = float(np.log10(2.0))


def gradient_units(scene: Scene) -> list[PanelData]:
    """log10 of every unit's gradient, one heatmap for each part of the state."""
    return [_gradient(part, scene) for part in scene.layer.grads]


def _gradient(part: str, scene: Scene) -> PanelData:
    values, what = _log10_sizes(part, scene)
    finite = values[np.isfinite(values)]
    high = float(finite.max()) if finite.size else 0.0
    low = min(float(finite.min()), high - LEAST_DECADES) if finite.size else -LEAST_DECADES
    zero = "; empty: exactly 0 or no number" if finite.size < values.size else ""
    heat = Heat(
        name=f"|dL/d{part}|",
        heading=f"Gradient dL/d{part} by unit, {what}{zero}",
        values=values,
        limits=(low, high),
        colours=scene.palette.flow,
        height=HEIGHT,
        log=True,
    )
    return heat_panel(heat, scene, f"Gradient of each unit of {part} over time, {_extent(values, log=True)} in size.")


def _log10_sizes(part: str, scene: Scene) -> tuple[Array, str]:
    """log10 |dL/dh| (T, H) of one sample or of the mean size over the batch, from mantissas and exponents."""
    mantissas, exponents = scene.layer.grad_mantissas[part][1:], scene.layer.grad_exponents[part][1:]
    with np.errstate(divide="ignore"):
        if scene.view.sample is not None:
            one = mantissas[:, scene.view.sample], exponents[:, scene.view.sample, None]
            return np.log10(np.abs(one[0])) + one[1] * LOG10_2, f"sample {scene.view.sample + 1}"
        logs = np.log10(np.abs(mantissas)) + exponents[..., None] * LOG10_2
    return log10_mean(np.moveaxis(logs, 1, -1)), "mean size over samples"


def state_units(scene: Scene) -> list[PanelData]:
    """The value of every unit, one heatmap for each part of the state."""
    return [_state(part, scene) for part in scene.layer.states]


def _state(part: str, scene: Scene) -> PanelData:
    sample = scene.view.sample or 0
    values = scene.layer.states[part][1:, sample]
    finite = np.abs(values[np.isfinite(values)])
    most = max(float(finite.max(initial=0.0)), 1e-300)
    heat = Heat(
        name=part,
        heading=f"State {part} by unit, sample {sample + 1}",
        values=values,
        limits=(-most, most),
        colours=scene.palette.diverging,
        height=HEIGHT,
    )
    return heat_panel(heat, scene, f"Value of each unit of {part} over time, from {_extent(values, log=False)}.")


def _extent(values: Array, log: bool) -> str:
    return extent(Curve("", "", "", values.ravel(), log=log))
