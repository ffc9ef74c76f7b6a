"""Credit: the loss of every step against the state of every earlier step."""

import numpy as np

from cells.analysis.gradient.credit import Credit
from viz import words
from viz.curves import Array, Curve
from viz.lines import Frame, line_panel
from viz.panel import Scene
from viz.sizes import size_limits
from viz.stack import time_ticks

from .chart import Chart, ChartLabel, Look, clickable, on_xy_axes, timed
from .xy_axes import Matrix, XYAxes, cover, heatmap, thinning

MATRIX = ChartLabel("credit", "Credit matrix")
ROW = ChartLabel("credit_row", "Credit of one loss")
HEIGHT, CURVE_HEIGHT = 400, 260
STRONG = 1.0  # decades that make a trend


def credit_matrix(record: Credit, scene: Scene, look: Look) -> Chart:
    """‖dℓ_s/dh_t‖ in log colour: the loss of step s upwards, the state of step t to the right."""
    steps = list(range(1, len(record.log10) + 1))
    matrix = Matrix(
        name="credit",
        values=record.log10,
        x=steps,
        y=steps,
        limits=size_limits(record.log10),
        colours=scene.palette.flow,
        hover="loss of step %{y}, state of step %{x}: 10<sup>%{z:.2f}</sup>",
        log=True,
    )
    zero = np.isneginf(record.log10) & np.tri(len(steps), dtype=bool)
    xy_axes = XYAxes(
        heading=_heading(record, zero, scene),
        x={"title": {"text": "state of step t"}, "range": [0.5, len(steps) + 0.5]} | time_ticks(len(steps)),
        y={"title": {"text": "loss of step s"}, "range": [0.5, len(steps) + 0.5]} | time_ticks(len(steps)),
        traces=[heatmap(matrix, HEIGHT, scene), *_covers(record, zero, matrix, scene)],
        height=HEIGHT,
        shapes=[_row_mark(look.loss_step, scene)],
    )
    return clickable(on_xy_axes(MATRIX, xy_axes, scene, _finding(record), _columns(record)), "click a row")


def _heading(record: Credit, zero: np.ndarray, scene: Scene) -> str:
    grey = f"<span style='color:{scene.palette.of('zero')}'>■</span> exactly 0" if zero.any() else ""
    parts = ["‖dℓ<sub>s</sub>/dh<sub>t</sub>‖" + thinning(len(record.log10), "step"), grey]
    return "   ".join(part for part in parts if part)


def _covers(record: Credit, zero: np.ndarray, matrix: Matrix, scene: Scene) -> list[dict]:
    held = {"zero": zero, "overflow": np.isposinf(record.log10), "nan": np.isnan(record.log10)}
    return [cover(mask, matrix, scene.palette.of(role)) for role, mask in held.items() if mask.any()]


def _row_mark(step: int, scene: Scene) -> dict:
    """Return a line below and above the chosen row."""
    line = {"color": scene.palette.of("recurrent"), "width": 2}
    place = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": step - 0.5, "y1": step + 0.5}
    return {"type": "rect", "line": line} | place


def _columns(record: Credit) -> dict[str, Array]:
    steps = np.arange(1, len(record.log10) + 1)
    return {"s": steps} | {f"log10 norm dl_s/dh_{t}": record.log10[:, t - 1] for t in steps.tolist()}


def _finding(record: Credit) -> str:
    """Return how far the last loss reaches, beside what every step gets from its own loss."""
    T = len(record.log10)
    far, near, own = (float(record.log10[place]) for place in ((-1, 0), (-1, -1), (0, 0)))
    if not np.isfinite([near, own]).all():
        return f"The loss of step {T} gives its own state {words.from_log10(near)}, and step 1 {words.from_log10(far)}."
    start = f"Step 1 gets {_times(far - near)} what step {T} gets from the loss of step {T}"
    if far - near < -STRONG:
        return f"{start}, while its own loss gives it {words.from_log10(own)}: a loss on all steps hides that."
    if far - near > STRONG:
        return f"{start}: credit grows on its way back, and the far corner is the brightest."
    return f"{start}: credit keeps its size up to the far corner, over {words.steps(T - 1)}."


def _times(log10: float) -> str:
    """Return `0.3 of`, `79 times`."""
    return f"{words.from_log10(log10)} {'times' if log10 > 0 else 'of'}"


def credit_row(record: Credit, scene: Scene, look: Look) -> Chart:
    """Return the curve of one loss, beside what every step gets from its own loss and what the run's total shows."""
    curves = [_row(record, look.loss_step), _own(record), _total(scene)]
    frame = Frame(
        "credit row", f"Gradient of the loss of step {look.loss_step}", "‖dℓ<sub>s</sub>/dh<sub>t</sub>‖", CURVE_HEIGHT
    )
    return timed(ROW, [line_panel(frame, curves, scene, [])], scene, _row_finding(record, look.loss_step))


def _row(record: Credit, step: int) -> Curve:
    """Return a row of the matrix, in which steps after the loss get exactly 0: no way leads back from it to them."""
    return Curve(f"norm dl_{step}/dh_t", f"loss of step {step}", "recurrent", record.row(step), width=3.2)


def _own(record: Credit) -> Curve:
    return Curve("norm dl_t/dh_t", "own loss", "direct", np.diagonal(record.log10).copy(), dash="dot")


def _total(scene: Scene) -> Curve:
    return Curve("norm dL/dh_t", "total dL/dh<sub>t</sub>", "total", scene.total.mean, dash="dash")


def _row_finding(record: Credit, step: int) -> str:
    row = record.row(step)
    first, last = float(row[0]), float(row[step - 1])
    if step == 1:
        return f"The loss of step 1 gives its own state {words.from_log10(last)}; there is no earlier one."
    if not np.isfinite(last):
        return f"The loss of step {step} gives its own state {words.from_log10(last)}."
    return (
        f"The loss of step {step} gives its own state a gradient of {words.from_log10(last)}, "
        f"and {_times(first - last)} that to step 1."
    )
