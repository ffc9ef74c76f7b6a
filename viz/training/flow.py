"""The gradient's way through time at every update, as colour, and how far back half of it reaches."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from viz.curves import Array
from viz.heat import Heat, heat_panel
from viz.panel import PanelData

from .record import TrainingRecord
from .scene import UpdateScene

HEIGHT = 170
OUTLIERS = 0.005  # share of the smallest values that the colours may leave at their end
DECADES = 1.0  # that the colours span at the least


def flow_panel(part: str, record: TrainingRecord, scene: UpdateScene) -> PanelData:
    """log10 ‖dL/d(part)_t‖ over update × step; dots tell the step at which half of the last one's is left."""
    values = record.flow(part)
    assert values is not None
    heat = Heat(
        name=f"‖dL/d{part}<sub>t</sub>‖",
        heading=_heading(part, record),
        values=values.astype(np.float64),
        limits=_limits(values),
        colours=scene.palette.flow,
        height=HEIGHT,
        log=True,
        row="step t",
        column="update",
    )
    panel = heat_panel(heat, scene, told(part, record))
    if part == "h":
        last = 1 + int(np.flatnonzero(np.isfinite(values).any(axis=0))[-1])
        panel.traces.extend(_half_line(record, last, scene))
    return panel


def _heading(part: str, record: TrainingRecord) -> str:
    layer = f", layer {record.layer}" if any(name.endswith("2") for name in record.flows) else ""
    line = ", ··· half of it is left" if part == "h" else ""
    return f"‖dL/d{part}<sub>t</sub>‖ by update and step{layer}{line}"


def beside(part: str, others: Sequence[TrainingRecord], scene: UpdateScene) -> list[PanelData]:
    """The same of other runs, one panel each, named."""
    panels = []
    for other in others:
        if other.flow(part) is not None:
            panel = flow_panel(part, other, replace(scene, updates=other.updates))
            columns = {f"{name}, {other.label}": column for name, column in panel.columns.items()}
            panels.append(replace(panel, heading=f"{other.label}: {panel.heading}", columns=columns, alt=[]))
    return panels


def _limits(values: Array) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low, high = float(np.quantile(known, OUTLIERS)), float(known.max())
    return (low, high) if high - low >= DECADES else (high - DECADES, high)


def _half_line(record: TrainingRecord, last: int, scene: UpdateScene) -> list[dict]:
    """Where half of the last step's gradient is left, as the half-life tells it; nothing before step 1."""
    at = last - record.columns["half_life"][scene.drawn]
    inside = np.isfinite(at) & (at >= 1)
    if not inside.any():
        return []
    y = [round(float(v), 2) if ok else None for v, ok in zip(at, inside, strict=True)]
    line = {"color": scene.palette.ink, "width": 1.2, "dash": "1px,3px"}
    trace = {"type": "scatter", "mode": "lines", "name": "half is left", "x": scene.x, "y": y, "line": line}
    return [trace | {"hovertemplate": "step %{y:.1f}"}]


def told(part: str, record: TrainingRecord) -> str:
    """How much of the gradient at the last step arrives at the first, at the first update and now."""
    values = record.flow(part)
    assert values is not None
    first, last = (_arrives(row) for row in (values[0], values[-1]))
    return f"Of the gradient on {part} at the last step, step 1 receives {first} at update 1 and {last} at the end."


def _arrives(row: Array) -> str:
    known = np.flatnonzero(np.isfinite(row))
    if not len(known):
        return "nothing"
    if np.isneginf(row[0]):
        return "exactly 0"
    ratio = float(row[known[0]]) - float(row[known[-1]])
    return f"10^{ratio:.1f} of it".replace("-", "−")
