"""Gates as lines: all in one panel, or one panel a gate where curves from elsewhere are drawn over them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cells.gate import Gate
from cells.log_mean import log10_mean
from viz.curves import Array, Curve, log10_quantiles, share_curve
from viz.findings import extent, joined
from viz.lines import Frame, LinePlot
from viz.panel import PanelData, Scene
from viz.shared_axes import SharedAxes
from viz.sizes import PLAIN, largest, log10_sizes

HEIGHT, OPEN_SHARE = 120, 56
SHADE = 0.09  # bands of several gates lie over each other
SQUASHED = 1.5  # candidates beyond it get a panel of their own, or the gates would be a flat line


@dataclass(frozen=True, eq=False)
class GatePlot:
    """Mean openings by gate, with those from elsewhere; `sizes` of a candidate without bounds, as log10."""

    gates: Mapping[str, Gate]
    candidate: str
    own: Mapping[str, Curve]
    others: Mapping[str, list[Curve]]
    sizes: Mapping[str, Curve]
    large: frozenset[str]  # candidates beyond what a plain axis can tell apart
    averaged: str

    def measure(self, shared: SharedAxes) -> None:
        """Both ways to draw a candidate: another run may call for the other one."""
        for gate, curve in self.own.items():
            shared.note(("wild", gate), gate == self.candidate and _leaves_range(curve))
            shared.note(("large", gate), gate in self.large)
            for plot in self._variants(gate):
                plot.measure(shared)

    def panels(self, scene: Scene, shared: SharedAxes) -> list[PanelData]:
        """Gates side by side, then candidates that left their range."""
        wild = [gate for gate in self.own if ("wild", gate) in shared]
        tame = [gate for gate in self.own if gate not in wild]
        plots = [self._one(gate) for gate in tame] if self._apart else [self._together(tame)]
        plots += [self._candidate(gate, ("large", gate) in shared) for gate in wild]
        return [panel for plot in plots for panel in plot.panels(scene, shared)]

    @property
    def _apart(self) -> bool:
        return any(self.others.values())

    def _variants(self, gate: str) -> list[LinePlot]:
        plots = [self._one(gate) if self._apart else self._together([gate])]
        if gate == self.candidate:
            plots.append(self._candidate(gate, large=False))
        return plots + ([self._candidate(gate, large=True)] if gate in self.sizes else [])

    def _together(self, gates: list[str]) -> LinePlot:
        curves = [self.own[gate] for gate in gates]
        return LinePlot(Frame("gates", f"Gates{self.averaged}", "gate", HEIGHT, log=False), curves, _finding(curves))

    def _one(self, gate: str) -> LinePlot:
        """Return a gate with those of other runs over it."""
        curves = [self.own[gate], *self.others[gate]]
        heading = f"{self.gates[gate].label.capitalize()}{self.averaged}"
        return LinePlot(Frame(f"gate {gate}", heading, gate, HEIGHT, log=False), curves, _finding(curves))

    def _candidate(self, gate: str, large: bool) -> LinePlot:
        """Return a candidate without bounds: plain up to PLAIN, its size on a log axis beyond."""
        if large:
            frame = Frame(f"size {gate}", "Size of the candidate; shaded: 10–90 %", f"|{gate}|", OPEN_SHARE)
            return LinePlot(frame, [self.sizes[gate]], _finding([self.sizes[gate]]))
        curves = [self.own[gate], *self.others[gate]]
        height = HEIGHT if self.others[gate] else OPEN_SHARE
        frame = Frame("candidate", f"Candidate{self.averaged}", gate, height, (0.0, 0.0), log=False)
        return LinePlot(frame, curves, _finding(curves))


def gate_plot(opening: Mapping[str, Array], scene: Scene) -> GatePlot:
    """Return the gates of a scene, (T, B, H) each."""
    cell = scene.layer.cell
    gates = {gate.name: gate for gate in cell.shown_gates}
    large = frozenset(g for g in opening if g == cell.candidate and largest(opening[g]) > PLAIN)
    unbounded = {cell.candidate} & set(opening) if scene.many and cell.activation.homogeneous else set()
    return GatePlot(
        gates=gates,
        candidate=cell.candidate,
        own={g: _mean_curve(gates[g], values) for g, values in opening.items()},
        others={gate: scene.over(gate) for gate in opening},
        sizes={gate: _size_curve(gates[gate], opening[gate]) for gate in large | unbounded},
        large=large,
        averaged=", mean over units" + (" and samples" if scene.batch > 1 else "") + "; shaded: 10–90 %",
    )


def _mean_curve(gate: Gate, values: Array) -> Curve:
    return share_curve(values, f"gate {gate.name}", gate.label, gate.colour, shade=SHADE)


def _size_curve(gate: Gate, values: Array) -> Curve:
    sizes = log10_sizes(values, None).reshape(len(values), -1)
    low, high = log10_quantiles(sizes)
    return Curve(f"size of gate {gate.name}", gate.label, gate.colour, log10_mean(sizes), low, high, shade=SHADE)


def _leaves_range(curve: Curve) -> bool:
    edges = np.concatenate(curve.edges())
    return bool((np.abs(edges) > SQUASHED).any() or np.isnan(edges).any())


def _finding(curves: list[Curve]) -> list[str]:
    return [f"Mean opening over time: {joined([f'{curve.label} {extent(curve)}' for curve in curves])}."]
