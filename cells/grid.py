"""SweepGrid: what a sweep leaves behind, with its axes by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .arrays import Array, by_units
from .settings import RunSettings
from .trace import LayerTrace, Trace


@dataclass(frozen=True, eq=False)
class LayerGrid:
    """One layer over the grid. Arrays begin with the grid's axes; where T is an axis, shorter runs end in NaN."""

    log10_grad_norms: dict[str, Array] = field(default_factory=dict)  # (…, T+1, B)
    log10_direct_norms: dict[str, Array] = field(default_factory=dict)
    log10_state_norms: dict[str, Array] = field(default_factory=dict)
    gate_means: dict[str, Array] = field(default_factory=dict)  # (…, T) over batch and units


@dataclass(frozen=True, eq=False)
class SweepGrid:
    """Runs over the combinations of some axes. The grid's own norms and gates are the top layer's."""

    settings: RunSettings
    axes: Mapping[str, Sequence[Any]]
    points: tuple[RunSettings, ...]  # in C order of the axes
    layers: tuple[LayerGrid, ...]
    loss: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the lengths of the axes."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def log10_grad_norms(self) -> Mapping[str, Array]:
        """Return log10 ‖dL_b/dh_t‖ (and c_t), (…, T+1, B)."""
        return self.layers[-1].log10_grad_norms

    @property
    def log10_direct_norms(self) -> Mapping[str, Array]:
        """Return log10 of the direct parts, (…, T+1, B)."""
        return self.layers[-1].log10_direct_norms

    @property
    def log10_state_norms(self) -> Mapping[str, Array]:
        """Return log10 ‖h_t‖ (and c_t), (…, T+1, B)."""
        return self.layers[-1].log10_state_norms

    @property
    def gate_means(self) -> Mapping[str, Array]:
        """Mean opening of each gate, (…, T)."""
        return self.layers[-1].gate_means

    def settings_at(self, *index: int) -> RunSettings:
        """Return the settings of one point; negative indices count from the end. IndexError outside the grid."""
        if len(index) != len(self.shape):
            raise IndexError(f"index {index} has {len(index)} entries, the grid has {len(self.shape)} axes")
        positive = tuple(range(length)[k] for k, length in zip(index, self.shape, strict=True))
        return self.points[int(np.ravel_multi_index(positive, self.shape))] if positive else self.points[0]

    def trace(self, *index: int) -> Trace:
        """Return one point's full run."""
        from .engine import run

        settings = self.settings_at(*index)
        if settings not in self._traces:
            self._traces[settings] = run(settings)
        return self._traces[settings]

    def fill(self, indices: Sequence[int], trace: Trace) -> None:
        """Write the points at these flat indices from a trace that holds them side by side."""
        self.loss.reshape(-1)[list(indices)] = trace.losses
        for grid, layer in zip(self.layers, trace.layers, strict=False):
            _fill_layer(grid, layer, indices, len(self.points))

    @cached_property
    def _traces(self) -> dict[RunSettings, Trace]:
        return {}


def empty_grid(settings: RunSettings, axes: Mapping[str, Sequence[Any]], points: Sequence[RunSettings]) -> SweepGrid:
    """Return a grid with room for every point."""
    shape = tuple(len(values) for values in axes.values())
    depth = max(point.layers for point in points)
    steps, batch = max(p.steps for p in points), max(p.batch for p in points)
    layers = tuple(_room(shape, steps, batch, points) for _ in range(depth))
    return SweepGrid(settings, axes, tuple(points), layers, np.full(shape, np.nan))


def _room(shape: tuple[int, ...], steps: int, batch: int, points: Sequence[RunSettings]) -> LayerGrid:
    cells = {point.cell: point.cell_class for point in points}.values()
    parts = dict.fromkeys(part for cell in cells for part in cell.state_names)
    gates = dict.fromkeys(gate.name for cell in cells for gate in cell.gates)

    def norms() -> dict[str, Array]:
        return {part: np.full((*shape, steps + 1, batch), np.nan) for part in parts}

    return LayerGrid(norms(), norms(), norms(), {gate: np.full((*shape, steps), np.nan) for gate in gates})


def _fill_layer(grid: LayerGrid, layer: LayerTrace, indices: Sequence[int], count: int) -> None:
    for name in ("log10_grad_norms", "log10_direct_norms", "log10_state_norms"):
        for part, norms in getattr(layer, name).items():
            rows = np.moveaxis(norms, 1, 0)
            target = getattr(grid, name)[part]
            target.reshape(count, *target.shape[-2:])[list(indices), : rows.shape[1], : rows.shape[2]] = rows
    for gate, opening in layer.gates.items():
        target = grid.gate_means[gate].reshape(count, -1)
        target[list(indices), : len(opening)] = by_units(opening).mean(axis=1).mean(axis=-1).T
