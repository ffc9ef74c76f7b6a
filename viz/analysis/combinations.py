"""Cells × activations × initialisers: a box for each, with its verdict in words and in colour; a click chooses it."""

import math
from dataclasses import dataclass

import numpy as np

from cells.analysis.ensemble.combinations import Combination, Combinations
from cells.analysis.gradient.verdict import Verdict
from viz.fates import FATES
from viz.heat import packed
from viz.panel import Scene
from viz.theme import SMALL, TEXT, fade

from .chart import Chart, ChartLabel, Look, clickable, on_xy_axes
from .combination_words import LABELS, columns_of, finding, kind_of, reasons, told, word_of
from .xy_axes import NARROW, XYAxes

TABLE = ChartLabel("combinations", "Cells × activations × initialisers")
ROW_PX, LEFT, TOP, BOTTOM = 26, 196, 80, 12
LEAST = 760  # px that its words need: on a narrower page it scrolls
FAINT, STRONG = 0.16, 0.62  # opacity of a box whose gradient changes slowly, and at once
SLOW, FAST = -3.0, 0.0  # log10 of the decades a step that get them


@dataclass(frozen=True, eq=False)
class Grid:
    """The rows are cells with their activations, the columns initialisers."""

    cells: list[str]
    activations: list[str]
    inits: list[str]

    @property
    def rows(self) -> int:
        return len(self.cells) * len(self.activations)

    def place(self, one: Combination) -> tuple[int, int]:
        """Row and column of a combination."""
        row = self.cells.index(one.cell) * len(self.activations) + self.activations.index(one.activation)
        return row, self.inits.index(one.init)


def grid_of(record: Combinations) -> Grid:
    """Return names in the order of the menus."""
    cells, activations, inits = (
        list(dict.fromkeys(names)) for names in zip(*(o.names for o in record.all), strict=True)
    )
    return Grid(cells, activations, inits)


def combination_at(record: Combinations, x: float, y: float) -> Combination | None:
    """Return the combination of the box under a click; None outside the table."""
    grid = grid_of(record)
    return next((one for one in record.all if grid.place(one) == (round(y), round(x))), None)


def combinations(record: Combinations, scene: Scene, look: Look) -> Chart:
    """Return a table of boxes, the present combination framed."""
    grid = grid_of(record)
    edge = 0.5
    xy_axes = XYAxes(
        heading=_heading(scene),
        x={
            "title": {"text": "initialiser", "standoff": 4},
            "side": "top",
            "range": [-edge, len(grid.inits) - edge],
            "showgrid": False,
        }
        | _ticks([LABELS["init"][name] for name in grid.inits]),
        y={
            "title": {"text": ""},
            "range": [grid.rows - edge, -edge],
            "showgrid": False,
        }
        | _ticks([LABELS["activation"][name] for name in grid.activations] * len(grid.cells)),
        traces=_boxes(record, grid, scene),
        height=ROW_PX * grid.rows,
        shapes=[*_lines(grid, scene), *_frame(record, grid, scene)],
        notes=[*_heads(scene), *_cells(grid, scene)],
        alt=reasons(record.all),
        right=NARROW,
        left=LEFT,
        top=TOP,
        bottom=BOTTOM,
    )
    drawn = on_xy_axes(TABLE, xy_axes, scene, finding(record, scene), columns_of(record.all, record))
    drawn.figure["layout"]["meta"]["least"] = LEAST
    return clickable(drawn, "click a box")


def _heading(scene: Scene) -> str:
    seed = scene.trace.settings.seed
    return f"Number: steps back in which half is gone, or in which it doubles (seed {seed}, all else as now)"


def _ticks(names: list[str]) -> dict:
    return {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names}


def strength(found: Verdict) -> float:
    """Return how strong its colour is, 0..1: the more decades a step, the stronger."""
    rate = abs(found.credit.log10_decay)
    if found.kind not in ("vanishing", "exploding") or not rate > 0:
        return 0.5
    return min(max((math.log10(rate) - SLOW) / (FAST - SLOW), 0.0), 1.0)


def _boxes(record: Combinations, grid: Grid, scene: Scene) -> list[dict]:
    """Return a trace for each kind in its colour; one more for what has no verdict."""
    kinds = dict.fromkeys(kind_of(one, record) for one in record.all)
    return [_of_kind(kind, record, grid, scene) for kind in kinds]


def _of_kind(kind: str, record: Combinations, grid: Grid, scene: Scene) -> dict:
    shape = (grid.rows, len(grid.inits))
    values, text, hover = np.full(shape, np.nan), np.full(shape, "", object), np.full(shape, "", object)
    for one in record.all:
        if kind_of(one, record) == kind:
            place, found = grid.place(one), record.verdicts.get(one.names)
            values[place] = strength(found) if found else 0.0
            text[place], hover[place] = word_of(one, found), told(one, found)
    colour = scene.palette.of(FATES[kind].role) if kind else scene.palette.raised
    ends = (fade(colour, FAINT), fade(colour, STRONG)) if kind else (colour, colour)
    look = {"zmin": 0, "zmax": 1, "colorscale": [[0, ends[0]], [1, ends[1]]], "showscale": False}
    words_in = {
        "text": text.tolist(),
        "texttemplate": "%{text}",
        "textfont": {"size": SMALL, "color": scene.palette.ink},
    }
    hovering = {"hovertext": hover.tolist(), "hovertemplate": "%{hovertext}<extra></extra>", "hoverongaps": False}
    name = {"type": "heatmap", "name": FATES[kind].word if kind else "no verdict", "xgap": 2, "ygap": 2}
    return name | {"z": packed(values)} | look | words_in | hovering


def _lines(grid: Grid, scene: Scene) -> list[dict]:
    """Return the lines between the cells' blocks."""
    line = {"color": scene.palette.muted, "width": 1}
    count = len(grid.activations)
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": line}
    return [across | {"y0": k * count - 0.5, "y1": k * count - 0.5} for k in range(1, len(grid.cells))]


def _frame(record: Combinations, grid: Grid, scene: Scene) -> list[dict]:
    """Return a frame around the present combination."""
    s = scene.trace.settings
    here = next(one for one in record.all if one.names == (s.cell, s.activation, s.init))
    row, column = grid.place(here)
    edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return [{"type": "rect", "line": {"color": scene.palette.of("draw"), "width": 3}} | edges]


def _heads(scene: Scene) -> list[dict]:
    """Return what stands in the two columns left of the boxes."""
    font = {"color": scene.palette.ink, "size": TEXT}
    place = {"xref": "paper", "x": 0, "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": -3, "font": font}
    cell = {"text": "cell", "xanchor": "left", "xshift": -LEFT}
    return [place | cell, place | {"text": "activation", "xanchor": "right", "xshift": 0}]


def _cells(grid: Grid, scene: Scene) -> list[dict]:
    """Return the cells' names, left of their rows."""
    count, font = len(grid.activations), {"color": scene.palette.ink, "size": 15}
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -LEFT, "yanchor": "top", "font": font}
    return [
        place | {"y": k * count - 0.4, "text": f"<b>{LABELS['cell'][name]}</b>"} for k, name in enumerate(grid.cells)
    ]
