"""Numbers beside the verdict: size of the recurrent matrix, saturated units, critical weight scales."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from cells.activations import ACTIVATIONS, Activation, Array, sigmoid_slope
from cells.base import Cell, Recipe
from cells.own_network import OwnNetwork
from cells.registry import CELLS
from cells.settings import RunSettings
from cells.trace import LayerTrace, Trace

FLAT = 0.1  # a unit is saturated where its slope is below this share of the steepest one


@dataclass(frozen=True)
class KeyNumbers:
    """Numbers of one layer that stand beside its verdict."""

    matrix: str  # the recurrent matrix measured: W_h, or the candidate's block of it
    spectral_radius: float  # its largest |λ|
    sigma_max: float  # its largest singular value
    gamma: float  # the activation's steepest slope
    saturated: dict[str, float]  # per pre-activation, the share of (step, sample, unit) with a slope below `flat`
    flat: float = FLAT


def key_numbers(trace: Trace, layer: int | None = None) -> KeyNumbers:
    """Measure one layer, 0 the lowest; the top one by default."""
    index = trace.index_of(layer)
    watched = trace.layer(index)
    radius, sigma = _extent_of(trace.settings, index, _candidate_block(watched))
    return KeyNumbers(matrix_name(watched.cell), radius, sigma, watched.cell.activation.steepest, saturation(watched))


def matrix_name(cell: Cell) -> str:
    """Return the recurrent matrix that carries new content: W_h, or W_hn, W_hg of a gated cell."""
    return "W_h" if cell.blocks == 1 else f"W_h{cell.candidate}"


def saturation(layer: LayerTrace) -> dict[str, float]:
    """Return share of units with a slope below FLAT times the steepest, for each pre-activation: its own σ, or a
    sigmoid.
    """
    return {name: float((slopes < FLAT * peak).mean()) for name, (slopes, peak) in slopes_of(layer).items()}


def slopes_of(layer: LayerTrace) -> dict[str, tuple[Array, float]]:
    """σ' at every pre-activation, (T, B, H), with the steepest it can be: the candidate has σ, gates have a sigmoid."""
    found = {}
    for name, u in layer.pre_activations.items():
        if name == layer.cell.candidate:
            found[name] = _slope(layer.cell.activation, u), layer.cell.activation.steepest
        else:
            found[name] = sigmoid_slope(u, layer.gates[name]), 0.25
    return found


def _slope(activation: Activation, u: Array) -> Array:
    with np.errstate(all="ignore"):
        return activation.slope(u, activation.value(u, np.empty_like(u)))


def _candidate_block(layer: LayerTrace) -> Array:
    return layer.params[f"W_h{layer.cell.candidate}"]


def _extent_of(settings: RunSettings | None, layer: int, W: Array) -> tuple[float, float]:
    """|λ|_max and σ_max of W; remembered for the matrix as drawn, which the scale only multiplies."""
    if settings is None:
        return extent(W)
    scale = settings.weight_scale
    drawn = drawn_block(settings, layer)
    if drawn.shape == W.shape and np.array_equal(scale * drawn, W):
        radius, sigma = drawn_extent(settings, layer)
        return scale * radius, scale * sigma
    return extent(W)


def extent(W: Array) -> tuple[float, float]:
    """|λ|_max and σ_max of a square matrix; nan where it holds values that are not finite."""
    if not np.isfinite(W).all():
        return float("nan"), float("nan")
    return float(np.abs(np.linalg.eigvals(W)).max()), float(np.linalg.norm(W, 2))


def drawn_block(settings: RunSettings, layer: int) -> Array:
    """Return the candidate's recurrent matrix before the weight scale, (H, H)."""
    if settings.network is None:
        return _drawn(*_draw_key(settings, layer))
    cell, H = cell_of(settings), settings.hidden
    place = cell.pre_activations.index(cell.candidate) * H
    return settings.network.layers[layer]["W_h"][:, place : place + H]


def cell_of(s: RunSettings) -> Cell:
    """Return the cell these settings describe, without any parameters drawn."""
    return CELLS[s.cell].build(s.options, ACTIVATIONS[s.activation])


def _draw_key(s: RunSettings, layer: int) -> tuple:
    cell = cell_of(s)
    return s.init, s.hidden, cell.blocks, cell.pre_activations.index(cell.candidate), s.seed, layer


def _drawn(init: str, hidden: int, blocks: int, block: int, seed: int, layer: int) -> Array:
    recipe = Recipe(init, 1.0, 1.0, seed, layer, inputs=hidden, hidden=hidden, steps=2)
    return recipe.recurrent(blocks)[:, block * hidden : (block + 1) * hidden]


def drawn_extent(settings: RunSettings, layer: int) -> tuple[float, float]:
    """|λ|_max and σ_max of the candidate's recurrent matrix before the weight scale."""
    if settings.network is None:
        return _extent(*_draw_key(settings, layer))
    return _extent_of_network(settings.network, settings, layer)


@lru_cache(maxsize=64)
def _extent_of_network(network: OwnNetwork, settings: RunSettings, layer: int) -> tuple[float, float]:
    return extent(drawn_block(settings, layer))


@lru_cache(maxsize=512)
def _extent(*key: Any) -> tuple[float, float]:
    return extent(_drawn(*key))
