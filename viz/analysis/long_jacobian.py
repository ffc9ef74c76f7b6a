"""The Jacobian of the long way from a step to the last one: all its singular values over the distance."""

import numpy as np

from cells.analysis.jacobian.long_jacobian import LongJacobian
from viz import words
from viz.curves import Array
from viz.panel import PanelData, Scene

from .chart import Chart, ChartLabel, Look, timed
from .line_bundle import LineBundle, bundle_panel

LONG = ChartLabel("long_jacobian", "Jacobian of the long way")
HEIGHT, CONDITION_HEIGHT = 300, 110


def long_jacobian(record: LongJacobian, scene: Scene, look: Look) -> Chart:
    """Singular values of ∂s_T/∂s_t at step t, in log domain, and the condition number below."""
    steps = [*record.states.tolist()[::-1], record.steps]
    identity = np.zeros((1, record.log10_singular_values.shape[1]))
    values = np.concatenate([record.log10_singular_values[::-1], identity])
    return timed(
        LONG, [_values(record, steps, values, scene), _condition(steps, values, scene)], scene, _finding(record)
    )


def _values(record: LongJacobian, steps: list[int], values: Array, scene: Scene) -> PanelData:
    bundle = LineBundle(
        name="singular values",
        heading=f"Singular values of ∂s<sub>T</sub>/∂s<sub>t</sub>, sample {record.sample + 1}",
        title="singular value",
        steps=steps,
        values=values,
        role="total",
        height=HEIGHT,
    )
    columns = {f"log10 sigma_{k + 1}": _on_all_steps(steps, column, scene) for k, column in enumerate(values.T)}
    return bundle_panel(bundle, scene, columns)


def _condition(steps: list[int], values: Array, scene: Scene) -> PanelData:
    with np.errstate(invalid="ignore"):
        condition = values[:, 0] - values[:, -1]
    heading = "Condition number: the largest over the smallest"
    bundle = LineBundle("condition", heading, "condition", steps, condition[:, None], "h", CONDITION_HEIGHT)
    panel = bundle_panel(bundle, scene, {"log10 condition": _on_all_steps(steps, condition, scene)})
    panel.labels.clear()
    return panel


def _on_all_steps(steps: list[int], values: Array, scene: Scene) -> Array:
    """Return a column of the table: nan at steps that were not asked for."""
    column = np.full(scene.steps, np.nan)
    column[np.array(steps) - 1] = values
    return column


def _finding(record: LongJacobian) -> str:
    far = record.log10_singular_values[-1]
    start, gone = int(record.states[-1]), int(np.isneginf(far).sum())
    if gone == len(far):
        return f"Nothing of state {start} reaches state {record.steps}: all {gone} singular values are exactly 0."
    kept = f"From step {record.steps} back to step {start} the best direction is multiplied by {_word(far[0])}"
    if gone:
        return f"{kept}; {gone} of {len(far)} directions are lost altogether."
    return f"{kept}, the worst by {_word(far[-1])}: condition number {_word(far[0] - far[-1])}."


def _word(log10: float) -> str:
    return words.from_log10(float(log10))
