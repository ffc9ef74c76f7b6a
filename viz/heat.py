"""A panel of unit × time as colour."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from . import words
from .axes import log_ticks
from .curves import Array
from .panel import PanelData, Scene
from .shared_axes import SharedAxes
from .theme import SMALL, stops
from .walls import NO_WALLS, Walls

MOST_COLUMNS, MOST_ROWS = 1000, 256  # a screen shows no more; tables hold all


@dataclass(frozen=True, eq=False)
class Heat:
    """values (T, H) to be drawn with units upwards; `log`: they are log10; `units` numbers the rows
    where they are not 1..H, and `ends` then names the first and the last; `row` and `column` say what they are."""

    name: str
    heading: str
    values: Array
    limits: tuple[float, float]
    colours: Sequence[str]
    height: float
    log: bool = False
    units: list[int] | None = None
    ends: tuple[str, str] | None = None
    row: str = "unit"
    column: str = "step"


@dataclass(frozen=True, eq=False)
class HeatPlot:
    """A heatmap on the way to its panel, with what the picture says."""

    heat: Heat
    alt: str
    walls: Walls = NO_WALLS

    def measure(self, shared: SharedAxes) -> None:
        """Show what its colours span."""
        shared.widen(self.heat.name, self.heat.limits)

    def panels(self, scene: Scene, shared: SharedAxes) -> list[PanelData]:
        """Return the panel, drawn on these axes."""
        limits = shared.span([self.heat.name]) or self.heat.limits
        panel = heat_panel(replace(self.heat, limits=limits), scene, self.alt)
        return [replace(panel, shapes=self.walls.shapes(0.5, self.heat.values.shape[1] + 0.5, scene))]


def heat_panel(heat: Heat, scene: Scene, alt: str) -> PanelData:
    """Return the values as a heatmap with its own colour bar, in thinned columns and rows where there are too many."""
    steps, rows = len(heat.values), heat.values.shape[1]
    every, each = -(-steps // MOST_COLUMNS), -(-rows // MOST_ROWS)
    thin = heat.values[::every, ::each].T
    height = heat.height * scene.view.stretch
    return PanelData(
        name=heat.name,
        heading=heat.heading + _thinned(every, heat.column) + _thinned(each, heat.row),
        axis={"range": [0.5, rows + 0.5], "title": {"text": heat.row}, "fixedrange": True} | _unit_ticks(heat),
        height=height,
        traces=[_heatmap(heat, thin, (every, each), height, scene)],
        alt=[alt],
        columns=_columns(heat),
    )


def _thinned(every: int, what: str) -> str:
    return f", every {words.ordinal(every)} {what} drawn" if every > 1 else ""


def _unit_ticks(heat: Heat) -> dict:
    rows = heat.values.shape[1]
    if heat.ends:
        return {"tickmode": "array", "tickvals": [1, rows], "ticktext": list(heat.ends)}
    places = sorted({1, rows} if rows < 8 else {1, rows // 2, rows})
    return {"tickmode": "array", "tickvals": places, "ticktext": [str(place) for place in places]}


def _heatmap(heat: Heat, thin: Array, every: tuple[int, int], height: float, scene: Scene) -> dict:
    low, high = heat.limits
    word = "10<sup>%{z:.2f}</sup>" if heat.log else "%{z:.3~r}"
    unit = f", {heat.row} %{{y:.0f}}" if heat.units is None else ""
    return {
        "type": "heatmap",
        "name": heat.name,
        "x0": 1,
        "dx": every[0],
        "y0": 1,
        "dy": every[1],
        "z": packed(np.where(np.isfinite(thin), thin, np.nan)),
        "zmin": low,
        "zmax": high,
        "colorscale": stops(list(heat.colours)),
        "hovertemplate": f"{heat.name}{unit}: {word}<extra></extra>",
        "hoverongaps": False,
        "colorbar": _colour_bar(heat, height, scene),
    }


def packed(values: Array) -> dict:
    """Return a matrix as Plotly reads it fastest: base64 of 4-byte floats."""
    flat = np.ascontiguousarray(values, "<f4")
    shape = ", ".join(map(str, flat.shape))
    return {"dtype": "f4", "bdata": base64.b64encode(flat.tobytes()).decode("ascii"), "shape": shape}


def unpacked(packed: dict) -> Array:
    """Return the matrix behind `packed`."""
    shape = [int(size) for size in packed["shape"].split(",")]
    return np.frombuffer(base64.b64decode(packed["bdata"]), "<f4").reshape(shape).astype(np.float64)


def _colour_bar(heat: Heat, height: float, scene: Scene) -> dict:
    low, high = heat.limits
    places, names = log_ticks(low, high, height) if heat.log else ([low, high], [words.number(v) for v in (low, high)])
    return {
        "thickness": 12,
        "len": height,
        "lenmode": "pixels",
        "xpad": 0,
        "x": 1.0,
        "xanchor": "left",
        "ypad": 0,
        "outlinewidth": 0,
        "ticklabelposition": "outside",
        "tickmode": "array",
        "tickvals": places,
        "ticktext": names,
        "tickfont": {"size": SMALL, "color": scene.palette.muted},
    }


def _columns(heat: Heat) -> dict[str, Array]:
    units = heat.units or range(1, heat.values.shape[1] + 1)
    name = f"log10 {heat.name}" if heat.log else heat.name
    return {f"{name}, {heat.row} {unit}": column for unit, column in zip(units, heat.values.T, strict=True)}
