"""A plotting area that is not over time: matrices, the complex plane, singular values by rank."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from viz import words
from viz.axes import log_ticks
from viz.curves import Array
from viz.heat import packed
from viz.panel import Scene
from viz.theme import SMALL, TEMPLATES, stops

LEFT, RIGHT, TOP, BOTTOM = 70, 76, 30, 52  # px around the area; on the right stands a colour bar ...
NARROW = 24  # ... or nothing
MOST = 400  # cells of a matrix that are drawn across and down; tables hold all


@dataclass(frozen=True, eq=False)
class XYAxes:
    """x and y are Plotly axes, each with a title; `height` is that of the plotting area in px."""

    heading: str
    x: dict
    y: dict
    traces: list[dict]
    height: float
    shapes: list[dict] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)
    alt: list[str] = field(default_factory=list)
    right: int = RIGHT
    left: int = LEFT
    top: int = TOP
    bottom: int = BOTTOM


@dataclass(frozen=True, eq=False)
class Matrix:
    """values (rows, columns), their coordinates, and how they are coloured; `log`: they are log10."""

    name: str
    values: Array
    x: Sequence
    y: Sequence
    limits: tuple[float, float]
    colours: Sequence[str]
    hover: str
    log: bool = False


def xy_figure(xy_axes: XYAxes, scene: Scene) -> dict:
    """Return the plane as a figure {"data": …, "layout": …}."""
    layout = {
        "template": TEMPLATES[scene.view.theme],
        "height": round(xy_axes.height + xy_axes.top + xy_axes.bottom),
        "margin": {"l": xy_axes.left, "r": xy_axes.right, "t": xy_axes.top, "b": xy_axes.bottom, "pad": 0},
        "showlegend": False,
        "hovermode": "closest",
        "shapes": list(xy_axes.shapes),
        "annotations": [_heading(xy_axes, scene), *xy_axes.notes],
        "xaxis": {"fixedrange": True, "showspikes": False} | _titled(xy_axes.x, 8),
        "yaxis": {"fixedrange": True} | _titled(xy_axes.y, 8),
    }
    return {"data": list(xy_axes.traces), "layout": layout}


def _titled(axis: dict, standoff: int) -> dict:
    return axis | {"title": {"standoff": standoff} | axis["title"]}


def _heading(xy_axes: XYAxes, scene: Scene) -> dict:
    """Right above the area, or above the tick labels that stand there."""
    font, place = {"size": SMALL, "color": scene.palette.muted}, {"xref": "paper", "x": 0, "xanchor": "left"}
    height = {"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": xy_axes.top - TOP + 4}
    return place | height | {"text": xy_axes.heading, "font": font}


def thinned(count: int) -> np.ndarray:
    """Return indices of the rows or columns that are drawn: all, or evenly spaced ones that end with the last."""
    every = -(-count // MOST)
    return np.arange(count - 1, -1, -every)[::-1]


def thinning(count: int, what: str) -> str:
    """Return words for a heading where not every row or column is drawn."""
    every = -(-count // MOST)
    return f", every {words.ordinal(every)} {what} drawn" if every > 1 else ""


def heatmap(matrix: Matrix, height: float, scene: Scene) -> dict:
    """Return the matrix in colour, with its own colour bar."""
    rows, columns = thinned(len(matrix.y)), thinned(len(matrix.x))
    shown = matrix.values[np.ix_(rows, columns)]
    low, high = matrix.limits
    return {
        "type": "heatmap",
        "name": matrix.name,
        "x": [matrix.x[k] for k in columns.tolist()],
        "y": [matrix.y[k] for k in rows.tolist()],
        "z": packed(np.where(np.isfinite(shown), shown, np.nan)),
        "zmin": low,
        "zmax": high,
        "colorscale": stops(list(matrix.colours)),
        "hovertemplate": f"{matrix.hover}<extra></extra>",
        "hoverongaps": False,
        "colorbar": _colour_bar(matrix, height, scene),
    }


def cover(held: np.ndarray, matrix: Matrix, colour: str) -> dict:
    """Return a plain colour over the cells that hold no number the scale could show."""
    rows, columns = thinned(len(matrix.y)), thinned(len(matrix.x))
    return {
        "type": "heatmap",
        "x": [matrix.x[k] for k in columns.tolist()],
        "y": [matrix.y[k] for k in rows.tolist()],
        "z": packed(np.where(held[np.ix_(rows, columns)], 1.0, np.nan)),
        "zmin": 0,
        "zmax": 1,
        "colorscale": stops([colour, colour]),
        "showscale": False,
        "hoverinfo": "skip",
    }


def _colour_bar(matrix: Matrix, height: float, scene: Scene) -> dict:
    low, high = matrix.limits
    places, names = log_ticks(low, high, height) if matrix.log else _plain_ticks(low, high)
    return {
        "thickness": 12,
        "len": 1,
        "lenmode": "fraction",
        "x": 1.0,
        "xanchor": "left",
        "xpad": 10,
        "ypad": 0,
        "outlinewidth": 0,
        "tickmode": "array",
        "tickvals": places,
        "ticktext": names,
        "tickfont": {"size": SMALL, "color": scene.palette.muted},
    }


def _plain_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    places = [low, (low + high) / 2, high]
    return places, [words.number(round(place, 12)) for place in places]
