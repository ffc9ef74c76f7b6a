"""The gradient's way through time at every update, as colour, and how far back half of it reaches."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from viz.curves import Array
from viz.extent import Extent, union
from viz.heat import Heat, heat_panel
from viz.panel import PanelData

from .record import TrainingRecord
from .scene import UpdateScene

HEIGHT, LOW = 170, 100  # px of a panel, and of each of several
FEW = 2  # runs whose panels are as high as that of one alone
OUTLIERS = 0.005  # share of the smallest values that the colours may leave at their end
SEEN = 0.01  # share of the axis that a run must reach for its colours to be seen
DOTS = 120  # that tell where half of it is left
DECADES = 1.0  # that the colours span at the least


def flow_panels(part: str, runs: Sequence[TrainingRecord], scene: UpdateScene) -> list[PanelData]:
    """Return a panel of each run that has this part, named where there are several; one colour is one number in all."""
    limits = union(limits_of(values) for run in runs if (values := run.flow(part)) is not None)
    panels, short, height = [], [], HEIGHT if len(runs) <= FEW else LOW
    for run in runs:
        if run.flow(part) is not None:
            panel = flow_panel(part, run, replace(scene, updates=run.updates), limits, height)
            panel = replace(panel, heading=f"{run.label}: {panel.heading}") if len(runs) > 1 else panel
            panels.append(panel if run is runs[0] else _beside(panel, run.label))
            short += [len(panels) - 1] * (run.updates < SEEN * scene.longest)
    return _without(panels, short)


def _without(panels: list[PanelData], short: Sequence[int]) -> list[PanelData]:
    """Leave out the panels of runs too short to be seen beside the others, whose numbers and words go to the next."""
    seen = [panel for place, panel in enumerate(panels) if place not in short]
    if not seen:
        return panels
    left_out = [panels[place] for place in short]
    columns = {name: column for panel in left_out for name, column in panel.columns.items()}
    said = [sentence for panel in left_out for sentence in panel.alt]
    return [replace(seen[0], columns=seen[0].columns | columns, alt=[*said, *seen[0].alt]), *seen[1:]]


def _beside(panel: PanelData, label: str) -> PanelData:
    """Return the panel of another run: its columns bear its name, and the words are those of the run that is shown."""
    return replace(panel, columns={f"{name}, {label}": column for name, column in panel.columns.items()}, alt=[])


def flow_panel(
    part: str, record: TrainingRecord, scene: UpdateScene, limits: Extent | None = None, height: int = HEIGHT
) -> PanelData:
    """log10 ‖dL/d(part)_t‖ over update × step; dots tell the step at which half of the last one's is left."""
    values = record.flow(part)
    assert values is not None
    halves = _half_line(record, values, scene) if part == "h" else []
    heat = Heat(
        name=f"‖dL/d{part}<sub>t</sub>‖",
        heading=_heading(part, record, bool(halves)),
        values=values.astype(np.float64),
        limits=limits or limits_of(values),
        colours=scene.palette.flow,
        height=height,
        log=True,
        row="step t",
        column="update",
    )
    panel = heat_panel(heat, scene, told(part, record))
    panel.traces.extend(halves)
    return panel


def _heading(part: str, record: TrainingRecord, dotted: bool) -> str:
    layer = f", layer {record.layer}" if any(name.endswith("2") for name in record.flows) else ""
    line = ", ··· half of it is left" if dotted else ""
    return f"‖dL/d{part}<sub>t</sub>‖ by update and step{layer}{line}"


def limits_of(values: Array) -> tuple[float, float]:
    """Return what the colours span: all values but the smallest few."""
    known = values[np.isfinite(values)]
    low, high = float(np.quantile(known, OUTLIERS)), float(known.max())
    return (low, high) if high - low >= DECADES else (high - DECADES, high)


def _half_line(record: TrainingRecord, values: Array, scene: UpdateScene) -> list[dict]:
    """Where half of the last step's gradient is left, as the half-life tells it; nothing before step 1.

    In a long run a dot is the median of some updates: batches of one sequence differ more than a line can show.
    """
    last = values.shape[1] - np.isfinite(values[:, ::-1]).argmax(axis=1)
    blocks = np.array_split(np.arange(record.updates), min(record.updates, DOTS))
    at = _medians(last - record.columns["half_life"], blocks)
    inside = np.isfinite(at) & (at >= 1)
    if not inside.any():
        return []
    x = [round(1 + float(block.mean()), 1) for block in blocks]
    y = [round(float(v), 2) if ok else None for v, ok in zip(at, inside, strict=True)]
    line = {"color": scene.palette.ink, "width": 1.2, "dash": "1px,3px"}
    trace = {"type": "scatter", "mode": "lines", "name": "half is left", "x": x, "y": y, "line": line}
    return [trace | {"hovertemplate": "step %{y:.1f}" + _of(len(blocks[0]))}]


def _medians(values: Array, blocks: Sequence[Array]) -> Array:
    """Return the median of each block; nan where it has none."""
    known = [values[block][~np.isnan(values[block])] for block in blocks]
    return np.array([float(np.sort(each)[len(each) // 2]) if len(each) else np.nan for each in known])


def _of(updates: int) -> str:
    return f", median of {updates} updates" if updates > 1 else ""


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
