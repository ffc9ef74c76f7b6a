"""Lines over the colours of a map: the measured edge, theory's lines with their names, the present setting."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from cells.analysis.maps import CriticalLine
from viz.heat import packed
from viz.theme import SMALL, Palette, fade
from viz.words import spelled

from .map_scales import Tone
from .record import Shown

DASHES = {True: "dash", False: "dot"}  # by whether the statement is exact
STAGGER = 24  # px from one label to the next one down
LETTER = 7.4  # px of a label's box for each letter, enough for the font of a saved picture
RING = 15  # px across the mark of the present setting


def edge_line(shown: Shown, tone: Tone, palette: Palette) -> Iterator[dict]:
    """Yield where the measured number is that of a gradient of constant size: straight between rows that are known.

    Rows that are still to come are left out: Plotly would fill each gap of theirs by relaxation, for seconds.
    """
    if shown.edge is None:
        return
    x, y = map(np.asarray, shown.places)
    values = shown.drawn(shown.map.values)
    heights = np.where(np.isinf(values), np.sign(values), tone.of(values))
    come = ~np.isnan(heights).all(axis=1)
    level = {"coloring": "none", "start": 0, "end": 0, "size": 1}
    places = {"x": x.tolist(), "y": y[come].tolist(), "z": packed(heights[come])}
    common: dict[str, Any] = {"type": "contour", **places, "contours": level}
    common |= {"autocontour": False, "hoverinfo": "skip", "showscale": False}
    yield common | {"line": {"color": fade(palette.paper, 0.75), "width": 6, "smoothing": 0.6}}
    yield common | {"name": "edge", "line": {"color": palette.ink, "width": 2.5, "smoothing": 0.6}}


def theory_lines(shown: Shown, palette: Palette) -> tuple[list[dict], list[dict]]:
    """Return the lines, and their names at their upper or right ends."""
    traces, labels = [], []
    for place, line in enumerate(shown.lines):
        points = {"x": _plain(line.x), "y": _plain(line.y), "type": "scatter", "mode": "lines", "hoverinfo": "skip"}
        dashed = {"color": palette.of("exact"), "width": 2.2, "dash": DASHES[line.exact]}
        traces.append(points | {"line": {"color": fade(palette.paper, 0.7), "width": 5}})
        traces.append(points | {"name": line.label, "line": dashed})
        labels.append(_label(shown, line, place, palette))
    return traces, labels


def _label(shown: Shown, line: CriticalLine, place: int, palette: Palette) -> dict:
    """At the end of the line, on the side where there is room; each lower than the one before."""
    last = np.flatnonzero(np.isfinite(line.x) & np.isfinite(line.y))[-1]
    x, y = float(line.x[last]), float(line.y[last])
    across = shown.map.plan.x.name == "weight_scale"
    low, high = shown.axes[0].low, shown.axes[0].high
    right = (x - low) / (high - low) > 0.75 or not across
    shift = {"xshift": -6 if right else 6, "yshift": -4 - STAGGER * place if across else 4}
    side = "right" if right else "left"
    box = {"bgcolor": fade(palette.paper, 0.85), "borderpad": 2, "align": side, "width": LETTER * len(line.label)}
    anchor = {"xanchor": side, "yanchor": "top" if across else "bottom"}
    text = {"text": spelled(line.label), "font": {"size": SMALL, "color": palette.of("exact")}}
    return {"x": x, "y": y} | box | shift | anchor | text


def present_mark(shown: Shown, palette: Palette) -> Iterator[dict]:
    """Yield a ring around the present setting, that can be seen on every colour."""
    if not shown.on_map:
        return
    x, y = ([shown.present.get(axis.name)] for axis in shown.axes)
    common = {"type": "scatter", "mode": "markers", "x": x, "y": y, "hoverinfo": "skip"}
    for colour, width in ((palette.paper, 6), (palette.ink, 2.5)):
        ring = {"symbol": "circle-open", "size": RING, "color": colour, "line": {"width": width, "color": colour}}
        yield common | {"name": "present setting", "marker": ring, "cliponaxis": False}
    yield common | {"name": "present setting", "marker": {"size": 5, "color": palette.ink}, "cliponaxis": False}


def _plain(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]
