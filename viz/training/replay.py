"""The gradient's way through time at one update, which a reader drags through the whole history of the run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz import words
from viz.curves import Array, Curve
from viz.flow_figure import Drawn, composed
from viz.lines import Frame, LinePlot
from viz.panel import View
from viz.rails import OVERFLOW, ZERO, SpecialValue
from viz.scrub import MOST, Track, dragged
from viz.shared_axes import SharedAxes, shared_axes_of

from .record import TrainingRecord
from .scene import StepScene
from .telling import said, told_at

REPLAY = "training_replay"
TITLE = "Gradient flow, update by update"
HEIGHT = 300
ROLES = {"h": "total", "c": "dc"}
OPEN = "Open the network of this update"

Others = Sequence[TrainingRecord]


@dataclass(frozen=True, eq=False)
class StepPlot(LinePlot):
    """Lines over the steps; beyond the end of a short sequence there are none, which is no NaN."""

    @property
    def kinds(self) -> tuple[SpecialValue, ...]:
        """Return the rails there may be."""
        return ZERO, OVERFLOW


def can_replay(record: TrainingRecord) -> bool:
    """Return whether there is a history to drag through."""
    return record.updates > 1 and record.flow("h") is not None


def replay_figure(record: TrainingRecord, view: View | None = None, extra: Others = ()) -> Drawn:
    """Return ‖dL/dh_t‖ over the steps with a scrubber over the updates; other runs at the same update beside it.

    ValueError where there is nothing to drag through.
    """
    if not can_replay(record):
        raise ValueError(f"updates = {record.updates}: the run {record.label} has no gradient to drag through")
    looked_at, at = view or View(), updates_shown(record)
    scene = StepScene(view=looked_at, last=max(2, *(_steps(rows) for rows in _flows_of(record, extra))))
    plots = [_plot(record, extra, update) for update in at]
    axes = shared_axes_of(plots)
    track = Track(
        "update", "Update", tuple(f"{u:,}" for u in at), len(at) - 1, tuple(said(record, u) for u in at), _note(record),
        keep=OPEN if record.kept else "",
    )  # fmt: skip
    return dragged(track, [_frame(plot, axes, scene, record) for plot in plots])


def updates_shown(record: TrainingRecord) -> list[int]:
    """Return the first and the last update, and those between at even distances, a power of two apart.

    The updates whose weights are kept stand a power of two apart as well, so that they are among them.
    """
    stride = 1
    while record.updates // stride > MOST - 3:
        stride *= 2
    return sorted({1, *range(stride, record.updates + 1, stride), record.updates})


def _note(record: TrainingRecord) -> str:
    stride = max(np.diff(updates_shown(record)).tolist())
    return f"Every {words.ordinal(stride)} update of {record.updates:,}." if stride > 1 else ""


def _flows_of(record: TrainingRecord, others: Others) -> list[Array]:
    return [rows for one in (record, *others) if (rows := one.flow("h")) is not None]


def _plot(record: TrainingRecord, others: Others, update: int) -> LinePlot:
    beside = [_other(place, other, update) for place, other in enumerate(others, 1) if other.flow("h") is not None]
    frame = Frame("replay", "gradient by step, log scale", "‖dL/dh<sub>t</sub>‖", HEIGHT)
    curves = [*_own(record, update, bool(beside)), *beside]
    return StepPlot(frame, curves, [f"At update {update:,}: {told_at(record, update)}"])


def _own(record: TrainingRecord, update: int, compared: bool) -> list[Curve]:
    """Return the parts of the state of the run that is shown; beside others that of h alone, by the run's name."""
    parts = ["h"] if compared else list(ROLES)
    known = {part: rows for part in parts if (rows := record.flow(part)) is not None}
    names = {part: record.label if compared else f"dL/d{part}<sub>t</sub>" for part in parts}
    return [
        Curve(f"norm dL/d{part}", names[part], ROLES[part], _row(rows, update), width=3.0)
        for part, rows in known.items()
    ]


def _other(place: int, other: TrainingRecord, update: int) -> Curve:
    """Another run at the same update, or at its last."""
    rows = other.flow("h")
    assert rows is not None
    row = _row(rows, min(update, other.updates))
    return Curve(f"norm dL/dh, {other.label}", other.label, f"pin{place}", row)


def _steps(rows: Array) -> int:
    """Return the last step that any update has a gradient at."""
    return 1 + int(np.flatnonzero(~np.isnan(rows).all(axis=0))[-1])


def _row(rows: Array, update: int) -> Array:
    return rows[update - 1, : _steps(rows)].astype(float)


def _frame(plot: LinePlot, axes: SharedAxes, scene: StepScene, record: TrainingRecord) -> Drawn:
    return composed(REPLAY, f"{TITLE}: {record.label}", plot.panels(scene, axes), scene, record.caption)
