"""A quantity of a run as a panel of lines over its updates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from viz import words
from viz.curves import Array, Curve
from viz.lines import Frame, LinePlot, significant
from viz.panel import PanelData
from viz.rails import NAN, ZERO, SpecialValue
from viz.shared_axes import shared_axes_of

from .quantities import Line, Quantity
from .record import TrainingRecord
from .scene import UpdateScene

NONE_LOST = SpecialValue("stable", "none lost", "triangle-up", np.isposinf)
MARKED = 60  # measurements that are marked one by one
FEW = 3  # points that stand alone and are seen one by one
WIDTH = 1.8  # px of another run's line
RAILS_ALONE = 14  # px of a panel none of whose values has a place on its axis


@dataclass(frozen=True, eq=False)
class UpdatePlot(LinePlot):
    """A panel of lines, with a rail for gradients of which nothing is lost where that may be."""

    @property
    def kinds(self) -> tuple[SpecialValue, ...]:
        """The half-life is infinite where nothing is lost: no overflow."""
        return (ZERO, NONE_LOST, NAN) if self.frame.name == "half_life" else super().kinds


def quantity_panel(
    quantity: Quantity, record: TrainingRecord, scene: UpdateScene, others: Sequence[TrainingRecord] = ()
) -> PanelData:
    """The lines of a quantity that the run has; beside other runs, of each the one that compares them."""
    lines = _compared(quantity, record) if others else quantity.lines_of(record)
    curves = {line: _curve(line, record.columns[line.column], quantity.log) for line in lines}
    if others:
        own_look = {"label": record.label, "role": "total", "width": 2.4}
        curves = {line: replace(curve, **own_look) for line, curve in curves.items()}
    beside = _beside(quantity, others)
    shown = [*curves.values(), *(curve for _, curve in beside)]
    on_axis = any(np.isfinite(curve.mean).any() for curve in shown)
    height = quantity.height if on_axis else RAILS_ALONE
    frame = Frame(quantity.name, quantity.heading(record), quantity.axis, height, log=quantity.log)
    plot = UpdatePlot(frame, shown, [quantity.told(record)])
    (panel,) = plot.panels(scene, shared_axes_of([plot]))
    if not on_axis:
        _leave_rails(panel)
    _shrink(panel)
    for line in lines:
        if line.measured:
            _mark(panel, curves[line].label, _scaled(record.columns[line.column], quantity.log))
    for values, curve in beside:
        if np.isnan(values).any() and quantity.lines[quantity.compared].measured:
            _mark(panel, curve.label, _scaled(values, quantity.log))
    own = {line.column: record.columns[line.column] for line in lines}
    return replace(panel, columns=own | {f"{curve.name}": values for values, curve in beside})


def _compared(quantity: Quantity, record: TrainingRecord) -> list[Line]:
    """The line that stands for a run among others: the chosen one, or the first that the run has."""
    chosen = quantity.lines[quantity.compared]
    return [chosen] if record.has(chosen.column) else quantity.lines_of(record)[:1]


def _beside(quantity: Quantity, others: Sequence[TrainingRecord]) -> list[tuple[Array, Curve]]:
    """The numbers and the curve of each other run that has the quantity, in a colour of its own."""
    found = []
    for place, other in enumerate(others, 1):
        for line in _compared(quantity, other):
            values = other.columns[line.column]
            named = replace(line, label=other.label, role=f"pin{place}", width=WIDTH)
            curve = _curve(named, values, quantity.log)
            found.append((values, replace(curve, name=f"{line.column}, {other.label}")))
    return found


def _leave_rails(panel: PanelData) -> None:
    """Name the rails of a panel alone, whose axis holds nothing."""
    axis = panel.axis
    named = [(at, text) for at, text in zip(axis["tickvals"], axis["ticktext"], strict=True) if "<span" in text]
    axis |= {"tickvals": [at for at, _ in named], "ticktext": [text for _, text in named], "title": {"text": ""}}


def _shrink(panel: PanelData) -> None:
    """Points without a neighbour stand dense among updates: no larger than the lines are wide where there are many."""
    for trace in panel.traces:
        if trace.get("mode") == "markers" and trace["marker"].get("size") == 11:
            trace["marker"] |= {"size": 3 if len(trace["x"]) > FEW else 7, "line": {"width": 0}}


def _curve(line: Line, values: Array, log: bool) -> Curve:
    """The column; one that was measured now and then is drawn straight from one measurement to the next."""
    shown = _scaled(_between(values) if line.measured else values, log)
    return Curve(line.column, line.label, line.role, shown, log=log, width=line.width)


def _scaled(values: Array, log: bool) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(values) if log else values


def _between(values: Array) -> Array:
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known]) if len(known) else values


def _mark(panel: PanelData, label: str, values: Array) -> None:
    """Let the line of this label stand on its measurements alone."""
    known = np.flatnonzero(np.isfinite(values))
    for trace in panel.traces:
        if trace.get("name") == label and trace.get("mode", "").startswith("lines") and "line" in trace:
            trace["x"], trace["y"] = (known + 1).tolist(), significant(values[known]).tolist()
            trace["mode"] = "lines+markers" if len(known) <= MARKED else "lines"
            trace["marker"] = {"size": 5}
            trace |= {"text": words.from_log10s(values[known])} if "text" in trace else {}
