"""Saturation over time: how pre-activations, slopes and gates are spread over the units and the batch."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.jacobian.recurrent_matrix import FLAT, slopes_of
from cells.trace import LayerTrace, Trace

BINS = 60
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
WIDEST = 1e3  # a pre-activation's axis ends here at the latest


@dataclass(frozen=True, eq=False)
class Distribution:
    """One quantity's spread at every step, over samples and units; entry t - 1 belongs to step t."""

    quantity: str  # pre-activation, slope or gate
    name: str  # u, i, f, …
    edges: Array  # (bins + 1,)
    shares: Array  # (T, bins) of all finite values; what lies beyond the edges is in the outermost bins
    quantiles: Array  # (T, 5) at LEVELS; nan where nothing is finite
    flat: Array  # (T,) share in the flat part: a slope below a tenth of the steepest, a gate within 0.1 of 0 or 1
    lost: Array  # (T,) share that is inf or nan


def distributions(trace: Trace, layer: int | None = None) -> tuple[Distribution, ...]:
    """Of every pre-activation, its slope, and every gate of one layer (0 the lowest; the top one by default)."""
    watched = trace.layer(trace.index_of(layer))
    with np.errstate(all="ignore"):
        return (*_pre_activations(watched), *_slopes(watched), *_gates(watched))


def _pre_activations(layer: LayerTrace) -> list[Distribution]:
    slopes = slopes_of(layer)
    found = []
    for name, u in layer.pre_activations.items():
        slope, steepest = slopes[name]
        finite = np.abs(u[np.isfinite(u)])
        end = float(np.clip(np.quantile(finite, 0.995), 1.0, WIDEST)) if finite.size else 1.0
        found.append(_spread("pre-activation", name, u, (-end, end), slope < FLAT * steepest))
    return found


def _slopes(layer: LayerTrace) -> list[Distribution]:
    return [
        _spread("slope", name, slope, (0.0, steepest), slope < FLAT * steepest)
        for name, (slope, steepest) in slopes_of(layer).items()
    ]


def _gates(layer: LayerTrace) -> list[Distribution]:
    gates = {name: gate for name, gate in layer.gates.items() if name != layer.cell.candidate}
    return [_spread("gate", name, g, (0.0, 1.0), np.abs(g - 0.5) > 0.5 - FLAT) for name, g in gates.items()]


def _spread(quantity: str, name: str, values: Array, ends: tuple[float, float], flat: Array) -> Distribution:
    rows = values.reshape(len(values), -1)
    finite = np.isfinite(rows)
    edges = np.linspace(*ends, BINS + 1)
    place = np.clip(np.floor((np.where(finite, rows, 0.0) - ends[0]) * (BINS / (ends[1] - ends[0]))), 0, BINS - 1)
    index = place.astype(np.int64) + BINS * np.arange(len(rows))[:, None]
    counts = np.bincount(index[finite], minlength=BINS * len(rows)).reshape(len(rows), BINS)
    return Distribution(
        quantity=quantity,
        name=name,
        edges=edges,
        shares=counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
        quantiles=_quantiles(rows, finite),
        flat=flat.reshape(len(values), -1).mean(axis=1),
        lost=1 - finite.mean(axis=1),
    )


def _quantiles(rows: Array, finite: Array) -> Array:
    """(T, 5) quantiles of each row's finite values."""
    if finite.all():
        return np.quantile(rows, LEVELS, axis=1).T
    found = np.full((len(rows), len(LEVELS)), np.nan)
    for t in np.flatnonzero(finite.any(axis=1)):
        found[t] = np.quantile(rows[t, finite[t]], LEVELS)
    return found
