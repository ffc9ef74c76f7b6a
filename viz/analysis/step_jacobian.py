"""The Jacobian of one step: as a matrix, its singular values, its eigenvalues in the complex plane."""

import numpy as np

from cells.analysis.jacobian.step_jacobian import StepJacobian
from viz import words
from viz.curves import Array
from viz.lines import significant
from viz.panel import Scene
from viz.theme import fade

from .chart import Chart, ChartLabel, Look, on_xy_axes
from .xy_axes import NARROW, Matrix, XYAxes, heatmap, thinning

MATRIX = ChartLabel("jacobian", "Jacobian of one step")
SPECTRUM = ChartLabel("eigenvalues", "Eigenvalues and the unit circle")
SINGULAR = ChartLabel("singular_values", "Singular values of one step")
HEIGHT = 340
ROUNDING = 1e-12  # of an eigenvalue's size: one of 1 may be found a little beyond it
CIRCLE = np.linspace(0, 2 * np.pi, 181)


def jacobian_matrix(record: StepJacobian, scene: Scene, look: Look) -> Chart:
    """∂s_t/∂s_{t-1}: rows are what comes out, columns what goes in."""
    size = len(record.matrix)
    places = list(range(1, size + 1))
    limit = float(np.abs(record.matrix).max()) or 1.0
    hover = "∂s<sub>t</sub>[%{y}] / ∂s<sub>t−1</sub>[%{x}] = %{z:.3~r}"
    matrix = Matrix("Jacobian", record.matrix, places, places, (-limit, limit), scene.palette.diverging, hover)
    edges = {"range": [0.5, size + 0.5]} | _block_ticks(record)
    xy_axes = XYAxes(
        heading=f"Step {record.step}, sample {record.sample + 1}{thinning(size, 'unit')}",
        x={"title": {"text": f"units of {_blocks(record)} before step {record.step}"}} | edges,
        y={"title": {"text": f"units of {_blocks(record)} after it"}} | edges | {"range": [size + 0.5, 0.5]},
        traces=[heatmap(matrix, HEIGHT, scene)],
        height=HEIGHT,
        shapes=_block_lines(record, scene),
    )
    columns = {"row": np.array(places)} | {f"column {k + 1}": record.matrix[:, k] for k in range(size)}
    return on_xy_axes(MATRIX, xy_axes, scene, _matrix_finding(record), columns)


def _blocks(record: StepJacobian) -> str:
    return ", ".join(record.blocks)


def _block_ticks(record: StepJacobian) -> dict:
    if len(record.blocks) == 1:
        return {"showticklabels": False}
    width = len(record.matrix) / len(record.blocks)
    middles = [width * (k + 0.5) + 0.5 for k in range(len(record.blocks))]
    return {"tickmode": "array", "tickvals": middles, "ticktext": list(record.blocks)}


def _block_lines(record: StepJacobian, scene: Scene) -> list[dict]:
    """Return lines between the blocks of a state with several parts or layers."""
    width = len(record.matrix) // len(record.blocks)
    line = {"color": scene.palette.muted, "width": 1}
    places = [k * width + 0.5 for k in range(1, len(record.blocks))]
    down = [{"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": line} for at in places]
    across = [{"type": "line", "y0": at, "y1": at, "xref": "paper", "x0": 0, "x1": 1, "line": line} for at in places]
    return down + across


def _matrix_finding(record: StepJacobian) -> str:
    best, worst = (float(record.singular_values[place]) for place in (0, -1))
    said = f"Step {record.step} multiplies its most favoured direction by {_precise(best)}"
    if worst == 0:
        return f"{said} and some other by exactly 0: what lies along it is lost."
    return f"{said}, the least by {_precise(worst)}: condition number {words.from_log10(record.log10_condition)}."


def _precise(value: float) -> str:
    """Three digits: on which side of 1 it lies is what matters."""
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e4 else words.number(value)


def eigenvalues(record: StepJacobian, scene: Scene, look: Look) -> Chart:
    """Return the eigenvalues as points, the unit circle as a line: inside it a step shrinks, outside it grows."""
    values = record.eigenvalues
    reach = 1.08 * max(1.0, float(np.abs(values).max()))
    xy_axes = XYAxes(
        heading=f"Step {record.step}, sample {record.sample + 1}; dotted: spectral radius",
        x={"title": {"text": "real part"}, "range": [-reach, reach], "constrain": "domain"},
        y={"title": {"text": "imaginary part"}, "range": [-reach, reach], "scaleanchor": "x", "constrain": "domain"},
        traces=[*_circles(record, scene), _points(values, scene)],
        height=HEIGHT,
        right=NARROW,
    )
    columns = {"real": np.real(values), "imaginary": np.imag(values), "magnitude": np.abs(values)}
    return on_xy_axes(SPECTRUM, xy_axes, scene, _spectrum_finding(values), columns)


def _circles(record: StepJacobian, scene: Scene) -> list[dict]:
    ink = {"color": scene.palette.ink, "width": 1.5}
    dots = {"color": scene.palette.muted, "width": 1, "dash": "dot"}
    return [_circle(1.0, "unit circle", ink), _circle(record.spectral_radius, "spectral radius", dots)]


def _circle(radius: float, name: str, line: dict) -> dict:
    x, y = significant(radius * np.cos(CIRCLE)).tolist(), significant(radius * np.sin(CIRCLE)).tolist()
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _points(values: Array, scene: Scene) -> dict:
    colour = scene.palette.of("total")
    marker = {"size": 8, "color": fade(colour, 0.55), "line": {"width": 1, "color": colour}}
    places = {"x": significant(np.real(values)).tolist(), "y": significant(np.imag(values)).tolist()}
    hover = {"text": [f"|λ| = {words.number(size)}" for size in np.abs(values).tolist()], "hovertemplate": "%{text}"}
    return {"type": "scatter", "mode": "markers", "name": "eigenvalues", "marker": marker} | places | hover


def _spectrum_finding(values: Array) -> str:
    outside, radius = int((np.abs(values) > 1 + ROUNDING).sum()), float(np.abs(values[0]))
    largest = f"with |λ| up to {_precise(radius)}"
    if outside:
        return f"{outside} of {len(values)} eigenvalues lie outside the unit circle, {largest}."
    where = "on the unit circle or inside it" if radius > 1 - ROUNDING else "inside the unit circle"
    return f"All {len(values)} eigenvalues lie {where}, {largest}."


def singular_values(record: StepJacobian, scene: Scene, look: Look) -> Chart:
    """Singular values by rank beside |λ| by rank: where they part, the matrix is not normal."""
    ranks = np.arange(1, len(record.singular_values) + 1)
    curves = {"singular values": (record.singular_values, "total"), "|eigenvalues|": (np.abs(record.eigenvalues), "h")}
    top = 1.06 * max(1.0, float(record.singular_values[0]))
    xy_axes = XYAxes(
        heading=f"Step {record.step}: {_coloured_names(curves, scene)}",
        x={"title": {"text": "rank"}},
        y={"title": {"text": "size"}, "range": [-0.03 * top, top]},
        traces=[_by_rank(ranks, name, *curve, scene) for name, curve in curves.items()],
        height=HEIGHT,
        shapes=[_one(scene)],
        right=NARROW,
    )
    columns = {"rank": ranks} | {name: values for name, (values, _) in curves.items()}
    return on_xy_axes(SINGULAR, xy_axes, scene, _singular_finding(record), columns)


def _coloured_names(curves: dict, scene: Scene) -> str:
    return ", ".join(
        f"<span style='color:{scene.palette.of(role)}'>{name}</span>" for name, (_, role) in curves.items()
    )


def _by_rank(ranks: Array, name: str, values: Array, role: str, scene: Scene) -> dict:
    colour = scene.palette.of(role)
    mode = "lines+markers" if len(ranks) <= 64 else "lines"
    style = {"line": {"color": colour, "width": 2}, "marker": {"size": 6, "color": colour}}
    hover = {"hovertemplate": f"{name}, rank %{{x}}: %{{y:.3~r}}<extra></extra>"}
    return {"type": "scatter", "mode": mode, "name": name, "x": ranks.tolist(), "y": values.tolist()} | style | hover


def _one(scene: Scene) -> dict:
    """Return the size that neither grows nor shrinks."""
    line = {"color": scene.palette.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "line": line}


def _singular_finding(record: StepJacobian) -> str:
    sigma, radius = float(record.singular_values[0]), record.spectral_radius
    if sigma <= radius * 1.01:
        return f"σ_max and the largest |λ| are both {_precise(sigma)}: one step grows no more than many do."
    return (
        f"One step multiplies a gradient by up to {_precise(sigma)}, the same step over and over by {_precise(radius)} "
        "each time: they differ because the Jacobian is not a normal matrix."
    )
