"""The softmax of one output: its Jacobian s_i (δ_ij − s_j), and what cross entropy sends back."""

import numpy as np

from cells.analysis.gradient.softmax import Softmax
from viz import words
from viz.panel import Scene

from .chart import Chart, ChartLabel, Look, on_xy_axes
from .xy_axes import Matrix, XYAxes, heatmap

SOFTMAX = ChartLabel("softmax", "Softmax Jacobian of the output")
HEIGHT = 320


def softmax(record: Softmax, scene: Scene, look: Look) -> Chart:
    """∂s_i/∂z_j in colour; the row and column of the target are marked."""
    count = len(record.probabilities)
    places = list(range(1, count + 1))
    limit = float(np.abs(record.jacobian).max()) or 1.0
    hover = "∂s<sub>%{y}</sub>/∂z<sub>%{x}</sub> = %{z:.3~r}"
    matrix = Matrix("softmax", record.jacobian, places, places, (-limit, limit), scene.palette.diverging, hover)
    edges = {"range": [0.5, count + 0.5], "dtick": max(1, count // 8), "tick0": 1}
    xy_axes = XYAxes(
        heading=f"Step {record.step}, sample {record.sample + 1}; target: class {_target(record)}",
        x={"title": {"text": "logit z<sub>j</sub>"}} | edges,
        y={"title": {"text": "probability s<sub>i</sub>"}} | edges | {"range": [count + 0.5, 0.5]},
        traces=[heatmap(matrix, HEIGHT, scene)],
        height=HEIGHT,
    )
    return on_xy_axes(SOFTMAX, xy_axes, scene, _finding(record), _columns(record))


def _target(record: Softmax) -> int:
    return int(record.target.argmax()) + 1


def _columns(record: Softmax) -> dict[str, np.ndarray]:
    count = len(record.probabilities)
    vectors = {"s": record.probabilities, "y": record.target, "dl/dz = s - y": record.d_logits}
    rows = {f"ds_i/dz_{j + 1}": record.jacobian[:, j] for j in range(count)}
    return {"class": np.arange(1, count + 1)} | vectors | rows


def _finding(record: Softmax) -> str:
    target = _target(record)
    s, d = float(record.probabilities[target - 1]), float(record.d_logits[target - 1])
    return (
        f"The target, class {target}, has probability {words.number(s)}: cross entropy sends s − y = {words.number(d)} "
        f"back to its logit and {words.number(-d)} to the {len(record.probabilities) - 1} others together."
    )
