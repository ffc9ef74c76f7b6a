"""Accuracy by the length of the sequences, a line a cell, with how far back each cell's gradient reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz import words
from viz.analysis.xy_axes import XYAxes, xy_figure
from viz.flow_figure import Drawn
from viz.panel import View

from .scene import StepScene

BY_LENGTH = "training_by_length"
TITLE = "Accuracy by length"
HEIGHT, RIGHT, ROOM = 320, 150, 0.06  # px; share of the axis that is left free on both sides
ROLES = ("total", "other", "candidate", "recurrent", "dc", "h")


@dataclass(frozen=True)
class LengthPoint:
    """A run that has ended: its cell, its length, its accuracy on the test data, its half-life at the end.

    half_life  steps; inf where no gradient is lost, nan where it is not known
    """

    cell: str
    length: int
    accuracy: float
    half_life: float


@dataclass(frozen=True, eq=False)
class LengthRecord:
    """Runs of several lengths, and what they have in common in words."""

    points: Sequence[LengthPoint]
    label: str
    caption: str

    @property
    def cells(self) -> list[str]:
        """Return the cells, in the order of the runs."""
        return list(dict.fromkeys(point.cell for point in self.points))

    def of(self, cell: str) -> list[LengthPoint]:
        """Return the runs of a cell by length."""
        return sorted((p for p in self.points if p.cell == cell), key=lambda point: point.length)


def by_length_figure(record: LengthRecord, view: View | None = None, extra: Sequence = ()) -> Drawn:
    """Return a line a cell; a dashed line stands at the half-life of its longest run. ValueError for one length."""
    lengths = sorted({point.length for point in record.points})
    if len(lengths) < 2:
        raise ValueError(f"lengths = {len(lengths)}: runs of at least 2 lengths are compared")
    scene, told = StepScene(view=view or View()), _finding(record)
    free = ROOM * (lengths[-1] - lengths[0])
    low, high = min(1.0, lengths[0] - free), lengths[-1] + free
    colours = {cell: scene.palette.of(ROLES[k % len(ROLES)]) for k, cell in enumerate(record.cells)}
    axes = XYAxes(
        "accuracy on the test data, ┆ half-life of the gradient at the end",
        {"range": [low, high], "title": {"text": "length T"}, "tickvals": lengths, "tickmode": "array"},
        {"range": [-0.03, 1.05], "title": {"text": "share right"}, "tickformat": ".0%"},
        [_line(record.of(cell), colours[cell]) for cell in record.cells], HEIGHT,
        shapes=[_mark(life, colours[cell]) for cell, life in _lives(record).items() if low <= life <= high],
        notes=_labels(record, colours), right=RIGHT,
    )  # fmt: skip
    figure, title = xy_figure(axes, scene), f"{TITLE}: {record.label}"
    figure["layout"]["meta"] = {"name": BY_LENGTH, "title": title, "alt": told, "caption": record.caption}
    return Drawn(BY_LENGTH, title, figure, told, record.caption, _columns(record))


def _line(points: Sequence[LengthPoint], colour: str) -> dict:
    style = {"line": {"color": colour, "width": 2.6}, "marker": {"color": colour, "size": 9}, "cliponaxis": False}
    x, y = [point.length for point in points], [round(point.accuracy, 5) for point in points]
    hover = "%{y:.1%} at length %{x}"
    return (
        {"type": "scatter", "mode": "lines+markers", "name": points[0].cell, "x": x, "y": y}
        | style
        | {"hovertemplate": hover}
    )


def _lives(record: LengthRecord) -> dict[str, float]:
    """Return each cell's half-life, in its run of the longest sequences."""
    return {cell: record.of(cell)[-1].half_life for cell in record.cells}


def _mark(at: float, colour: str) -> dict:
    line = {"color": colour, "width": 1.8, "dash": "4px,4px"}
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _labels(record: LengthRecord, colours: dict[str, str]) -> list[dict]:
    """Return each cell's name and half-life beside the area, apart from each other, in the order of their lines."""
    ends = sorted(record.cells, key=lambda cell: -record.of(cell)[-1].accuracy)
    place = {"xref": "paper", "x": 1, "xanchor": "left", "yref": "paper", "yanchor": "top", "xshift": 10}
    told = {cell: f"<b>{cell}</b><br>{_in_words(life)}" for cell, life in _lives(record).items()}
    return [
        place | {"y": 1 - 0.2 * k, "text": told[cell], "align": "left", "font": {"color": colours[cell]}}
        for k, cell in enumerate(ends)
    ]


def _in_words(life: float) -> str:
    if np.isnan(life):
        return "half-life not known"
    return "no gradient is lost" if np.isposinf(life) else f"half-life {words.steps(life)}"


def _finding(record: LengthRecord) -> str:
    told = []
    for cell in record.cells:
        first, last = record.of(cell)[0], record.of(cell)[-1]
        way = f"{words.percent(first.accuracy)} at {first.length} to {words.percent(last.accuracy)} at {last.length}"
        told.append(f"{cell}: from {way}, {_in_words(last.half_life)}.")
    return " ".join(told)


def _columns(record: LengthRecord) -> dict[str, np.ndarray]:
    names = {"cell": "cell", "length": "length", "accuracy": "accuracy", "half-life": "half_life"}
    return {name: np.array([getattr(p, field) for p in record.points]) for name, field in names.items()}
