"""Critical weight scales: where theory expects the gradient to change its fate, for the matrices as drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cells.knobs import knobs_of
from cells.settings import RunSettings

from .recurrent_matrix import cell_of, drawn_block, drawn_extent, matrix_name


@dataclass(frozen=True)
class CriticalScale:
    """A weight scale at which something changes."""

    value: float
    label: str
    help: str
    exact: bool  # a statement about the very matrix drawn; otherwise an average over random directions or a guide


LONG_RUN = "While the states stay in the steep part of σ, the gradient neither grows nor decays in the long run."
SUFFICIENT = "Below it every step shrinks the gradient, whatever the input (Pascanu, Mikolov, Bengio 2013)."
ON_AVERAGE = "Half of the units pass the gradient on: its mean square is kept from step to step (He et al. 2015)."
GATED = " The candidate's own loop only: the gates decide as well."


def critical_scales(settings: RunSettings, layer: int | None = None) -> tuple[CriticalScale, ...]:
    """Return marks inside the weight scale's range, ascending; none for a residual net, whose critical scale is 0."""
    index = settings.index_of(layer)
    if cell_of(settings).skip_path:
        return ()
    knob = knobs_of(settings)["weight_scale"].metadata["knob"]
    inside = [mark for mark in _marks(settings, index) if knob.low <= mark.value <= knob.high]
    return tuple(sorted(inside, key=lambda mark: mark.value))


def _marks(settings: RunSettings, layer: int) -> Iterator[CriticalScale]:
    """Yield all of them; inf where the drawn matrix is nilpotent or zero."""
    cell = cell_of(settings)
    W, gamma = matrix_name(cell), cell.activation.steepest
    radius, sigma = drawn_extent(settings, layer)
    single = cell.blocks == 1
    times = "" if gamma == 1 else "·γ"
    yield CriticalScale(_over(1, gamma * radius), f"ρ({W}){times} = 1", LONG_RUN + ("" if single else GATED), single)
    if single:
        yield CriticalScale(_over(1, gamma * sigma), f"σ_max({W}){times} = 1", SUFFICIENT, True)
    if single and cell.activation.name in RECTIFIED:
        yield CriticalScale(_over(1, _mean_gain(settings, layer)), f"mean gain of {W} = 1", ON_AVERAGE, False)


RECTIFIED = {"relu": 0.5, "leaky_relu": 0.5 * (1 + 0.01**2)}  # mean of σ'² over pre-activations symmetric about 0


@lru_cache(maxsize=512)
def _mean_gain(settings: RunSettings, layer: int) -> float:
    """Root mean square factor of ‖δ‖ a step at scale 1: δ random, √2 / 2 for a Gaussian matrix, 1 for He's."""
    W = drawn_block(settings, layer)
    return float(np.sqrt(RECTIFIED[settings.activation] * np.square(W).sum() / len(W)))


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("inf")
