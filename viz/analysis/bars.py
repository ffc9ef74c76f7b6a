"""Horizontal bars, one a name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz import words
from viz.axes import percent_ticks
from viz.curves import Array

from .xy_axes import XYAxes

BAR_PX, LEAST_PX = 22, 120
WIDTH = 100  # px, at least, of the plotting area


@dataclass(frozen=True, eq=False)
class Bars:
    """values from 0 to 1, with a name and a colour each."""

    heading: str
    names: Sequence[str]
    values: Array
    colours: Sequence[str]
    title: str


def bars_plane(bars: Bars) -> XYAxes:
    """Return the bars, the first on top; what is no number has none."""
    places = list(range(len(bars.names)))
    shown = [value if ok else 0 for value, ok in zip(bars.values.tolist(), np.isfinite(bars.values), strict=True)]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": shown,
        "y": places,
        "marker": {"color": list(bars.colours)},
        "text": [words.percent(value) for value in bars.values.tolist()],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    return XYAxes(
        heading=bars.heading,
        x={"title": {"text": bars.title}, "range": [0, 1]} | percent_ticks(0.0, 1.0, WIDTH),
        y=names_axis(bars.names),
        traces=[trace],
        height=max(LEAST_PX, BAR_PX * len(places)),
    )


def names_axis(names: Sequence[str]) -> dict:
    """Return a vertical axis with a name at each whole number, the first on top."""
    ticks = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": list(names)}
    return {"range": [len(names) - 0.5, -0.5], "title": {"text": "parameter"}, "showgrid": False} | ticks
