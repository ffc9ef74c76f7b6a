"""Gradient and state, unit × time."""

import numpy as np

from cells.log_mean import log10_mean
from viz.curves import Array
from viz.heat import Heat, HeatPlot
from viz.panel import Scene
from viz.shared_axes import Plot
from viz.sizes import HEIGHT, largest, log10_sizes, size_heat, size_limits, size_range, sized, value_range
from viz.walls import walls_of

TINY = 1e-300  # colours need some range where every value is 0


def gradient_units(scene: Scene) -> list[Plot]:
    """Return log10 of every unit's gradient, one heatmap for each part of the state."""
    return [_gradient(part, scene) for part in scene.layer.grads]


def _gradient(part: str, scene: Scene) -> Plot:
    values, what = _gradient_sizes(part, scene)
    zero = "; empty: exactly 0 or no number" if not np.isfinite(values).all() else ""
    heat = Heat(
        name=f"|dL/d{part}|",
        heading=f"Gradient dL/d{part} by unit, {what}{zero}",
        values=values,
        limits=size_limits(values),
        colours=scene.palette.flow,
        height=HEIGHT,
        log=True,
    )
    return HeatPlot(heat, f"Gradient of each unit of {part} over time, {size_range(values)} in size.", walls_of(scene))


def _gradient_sizes(part: str, scene: Scene) -> tuple[Array, str]:
    """Return log10 |dL/dh| (T, H) of one sample or of the mean size over the batch."""
    logs = log10_sizes(scene.layer.grad_mantissas[part][1:], scene.layer.grad_exponents[part][1:])
    if scene.sample is None:
        return log10_mean(np.moveaxis(logs, 1, -1)), "mean size over samples"
    return logs[:, scene.sample].copy(), f"sample {scene.sample + 1}"


def state_units(scene: Scene) -> list[Plot]:
    """Return the value of every unit, one heatmap for each part of the state."""
    return [_state(part, scene) for part in scene.layer.states]


def _state(part: str, scene: Scene) -> Plot:
    """Signed values while colours can tell them apart, sizes on a log scale beyond."""
    sample = scene.sample or 0
    values = scene.layer.states[part][1:, sample].copy()
    limit = max(largest(values), TINY)
    heading = f"by unit, sample {sample + 1}"
    heat = Heat(part, f"State {part} {heading}", values, (-limit, limit), scene.palette.diverging, HEIGHT)
    plain = HeatPlot(heat, f"Value of each unit of {part} over time, from {value_range(values)}.")
    return sized(plain, lambda: _state_sizes(part, heading, scene), scene)


def _state_sizes(part: str, heading: str, scene: Scene) -> HeatPlot:
    sample, scaled = scene.sample or 0, scene.layer.scaled_states[part]
    exponents = None if scaled.exponent is None else scaled.exponent[1:, sample]
    sizes = log10_sizes(scaled.mantissa[1:, sample], exponents)
    return size_heat(f"|{part}|", f"Size of state {part} {heading}", sizes, part, scene)
