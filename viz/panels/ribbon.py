"""A long network as a ribbon of colour, a cell a step."""

import numpy as np

from viz.curves import Array
from viz.heat import packed
from viz.marks import loss_marks, stretches
from viz.panel import Scene
from viz.rails import NAN, OVERFLOW
from viz.shades import Shades
from viz.theme import stops

RIBBON, LOSSES = 34, 14  # px
PARTED = 120  # up to so many cells are told apart by a gap


def ribbon(shades: Shades, scene: Scene) -> tuple[list[dict], float]:
    """Traces of the ribbon, and its height in px: colours, a dotted line where exactly 0, marks of losses."""
    logs = shades.logs[scene.drawn]
    traces = [_cells(np.where(np.isfinite(logs), logs, np.nan), shades.limits, scene.palette.flow, scene)]
    for kind in (OVERFLOW, NAN):
        shared, colour = kind.holds(logs), scene.palette.of(kind.name)
        if shared.any():
            traces.append(_cells(np.where(shared, 1.0, np.nan), (0.0, 1.0), (colour, colour), scene))
    if np.isneginf(logs).any():
        dots = {"color": scene.palette.of("zero"), "width": 2, "dash": "dot"}
        traces.append(stretches(np.isneginf(logs), RIBBON / 2, scene.x) | {"name": "exactly 0", "line": dots})
    return [*traces, loss_marks(scene, RIBBON + LOSSES / 2)], RIBBON + LOSSES


def _cells(values: Array, limits: tuple[float, float], colours: tuple[str, ...], scene: Scene) -> dict:
    return {
        "type": "heatmap",
        "name": "gradient",
        "x": np.append(scene.drawn + 0.5, scene.steps + 0.5).tolist(),
        "y": [0, RIBBON],
        "z": packed(values[None]),
        "zmin": limits[0],
        "zmax": limits[1],
        "colorscale": stops(colours),
        "showscale": False,
        "xgap": 1 if scene.steps <= PARTED else 0,
        "hoverinfo": "skip",
    }
