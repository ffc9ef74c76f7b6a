"""The gradient of every parameter at one step: local part, what comes through earlier states, and the total."""

import numpy as np

from cells.analysis.gradient.grads_at_step import GradsAtStep, ParameterGradient
from viz import words
from viz.axes import log_limits, log_ticks
from viz.curves import Array, Curve
from viz.panel import Scene
from viz.words import spelled

from .bars import names_axis
from .chart import Chart, ChartLabel, Look, on_xy_axes
from .xy_axes import XYAxes

BY_PARAMETER = ChartLabel("exercise", "Gradient by parameter at one step")
ROW_PX, LEAST_PX = 26, 110
MARKS = {"total": "circle", "local": "diamond-open", "through": "line-ns-open"}
ROLES = {"total": "total", "local": "direct", "through": "recurrent"}
NAMES = {"total": "total", "local": "local (earlier states held fixed)", "through": "through earlier states"}


def grads_at_step(record: GradsAtStep, scene: Scene, look: Look) -> Chart:
    """Return a row a parameter, a mark a part, on a log axis."""
    sizes = {part: _sizes(record, part) for part in MARKS}
    limits = log_limits([Curve("", "", "", np.concatenate(list(sizes.values())))])
    places, names = log_ticks(*limits, 500)
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names}
    xy_axes = XYAxes(
        heading=_heading(record, scene),
        x={"title": {"text": f"norm of dℓ<sub>{record.step}</sub>/dW"}, "range": list(limits)} | ticks,
        y=names_axis([spelled(one.name) for one in record.parameters]),
        traces=[_marks(part, values, scene) for part, values in sizes.items()],
        height=max(LEAST_PX, ROW_PX * len(record.parameters)),
    )
    return on_xy_axes(BY_PARAMETER, xy_axes, scene, _finding(record), table(record))


def _heading(record: GradsAtStep, scene: Scene) -> str:
    inked = [f"<span style='color:{scene.palette.of(ROLES[part])}'>{name}</span>" for part, name in NAMES.items()]
    return f"Loss of step {record.step}: {', '.join(inked)}"


def _sizes(record: GradsAtStep, part: str) -> Array:
    return np.array([getattr(one, f"log10_{part}") for one in record.parameters])


def _marks(part: str, values: Array, scene: Scene) -> dict:
    """Return marks where there is a finite number; the table has the rest in words."""
    alive = np.isfinite(values)
    colour = scene.palette.of(ROLES[part])
    return {
        "type": "scatter",
        "mode": "markers",
        "name": NAMES[part],
        "x": np.round(values[alive], 4).tolist(),
        "y": np.flatnonzero(alive).tolist(),
        "marker": {"symbol": MARKS[part], "size": 12, "color": colour, "line": {"width": 2, "color": colour}},
        "text": words.from_log10s(values[alive]),
        "hovertemplate": f"{NAMES[part]}: %{{text}}<extra></extra>",
        "cliponaxis": False,
    }


def table(record: GradsAtStep) -> dict[str, np.ndarray]:
    """Return columns by parameter: shape, and log10 of the norms, exact at any magnitude."""
    return {
        "parameter": np.array([one.name for one in record.parameters]),
        "shape": np.array([" × ".join(map(str, one.total.shape)) for one in record.parameters]),
        **{f"log10 norm {part}": _sizes(record, part) for part in MARKS},
    }


def _finding(record: GradsAtStep) -> str:
    first = max(record.parameters, key=lambda one: one.log10_total)
    if record.step == 1:
        return (
            f"At step 1 all of the gradient is local; the largest is that of {first.name}, "
            f"{words.from_log10(first.log10_total)}."
        )
    bent = max(record.parameters, key=_bent)
    return (
        f"The loss of step {record.step} gives {first.name} the largest gradient, "
        f"{words.from_log10(first.log10_total)}; holding the earlier states fixed one would be off most for "
        f"{bent.name}: {words.from_log10(bent.log10_local)} in place of {words.from_log10(bent.log10_total)}."
    )


def _bent(one: ParameterGradient) -> float:
    """Return how much the part through earlier states matters; nothing where all is 0."""
    with np.errstate(invalid="ignore"):
        ratio = one.log10_through - one.log10_total
    return -np.inf if np.isnan(ratio) else float(ratio)
