"""Many thin lines of one kind over time, the outermost drawn strong: singular values, exponents."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz.axes import log_limits, log_ticks, plain_limits, plain_ticks
from viz.curves import Array, Curve
from viz.lines import DECIMALS, significant
from viz.panel import EndLabel, PanelData, Scene
from viz.theme import fade

MOST_LINES = 40  # more would only blacken the picture; tables hold all


@dataclass(frozen=True, eq=False)
class Sheaf:
    """values (K, N) of N lines at K steps, the largest line first; `log`: they are log10."""

    name: str
    heading: str
    title: str
    steps: Sequence[int]
    values: Array
    role: str
    height: float
    log: bool = True


def sheaf_panel(sheaf: Sheaf, scene: Scene, columns: dict[str, Array]) -> PanelData:
    """The lines as a panel; what is not finite is left out of the picture, never out of the table."""
    flat = [Curve("", "", "", sheaf.values.ravel())]
    limits = log_limits(flat) if sheaf.log else plain_limits(flat, (0.0, 0.0))
    make = log_ticks if sheaf.log else plain_ticks
    places, names = make(*limits, sheaf.height)
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names}
    return PanelData(
        name=sheaf.name,
        heading=sheaf.heading + _thinned(sheaf),
        axis={"range": list(limits), "title": {"text": sheaf.title}, "fixedrange": True} | ticks,
        height=sheaf.height,
        traces=[_inner(sheaf, scene), *_outermost(sheaf, scene)],
        labels=_labels(sheaf, scene),
        columns=columns,
    )


def _thinned(sheaf: Sheaf) -> str:
    count = sheaf.values.shape[1]
    return f", {MOST_LINES} of {count} lines drawn" if count > MOST_LINES else ""


def _drawn(sheaf: Sheaf) -> list[int]:
    count = sheaf.values.shape[1]
    return np.unique(np.linspace(0, count - 1, min(count, MOST_LINES)).round().astype(int)).tolist()


def _inner(sheaf: Sheaf, scene: Scene) -> dict:
    """All lines in one trace, parted by gaps: far faster than a trace each."""
    x, y = [], []
    for line in _drawn(sheaf):
        x += [*sheaf.steps, None]
        y += [*_drawable(sheaf, line), None]
    style = {"color": fade(scene.palette.of(sheaf.role), 0.35), "width": 1}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": style, "hoverinfo": "skip"}


def _outermost(sheaf: Sheaf, scene: Scene) -> list[dict]:
    count = sheaf.values.shape[1]
    lines = {"largest": 0, "smallest": count - 1} if count > 1 else {sheaf.name: 0}
    return [_strong(sheaf, name, line, scene) for name, line in lines.items()]


def _strong(sheaf: Sheaf, name: str, line: int, scene: Scene) -> dict:
    colour = scene.palette.of(sheaf.role)
    style = {"line": {"color": colour, "width": 2.5}, "marker": {"color": colour, "size": 6}}
    mode = "lines+markers" if len(sheaf.steps) <= 24 else "lines"
    hover = {"hovertemplate": "10<sup>%{y:.2f}</sup>" if sheaf.log else "%{y:.3~r}"}
    places = {"x": list(sheaf.steps), "y": _drawable(sheaf, line)}
    return {"type": "scatter", "mode": mode, "name": name} | places | style | hover


def _drawable(sheaf: Sheaf, line: int) -> list[float | None]:
    values = sheaf.values[:, line]
    short = np.round(values, DECIMALS) if sheaf.log else significant(values)
    return [value if ok else None for value, ok in zip(short.tolist(), np.isfinite(values).tolist(), strict=True)]


def _labels(sheaf: Sheaf, scene: Scene) -> list[EndLabel]:
    """The names of the outermost lines, at their right ends."""
    rightmost = int(np.argmax(sheaf.steps))
    colour = scene.palette.of(sheaf.role)
    ends = {trace["name"]: trace["y"][rightmost] for trace in _outermost(sheaf, scene)}
    return [EndLabel(name, at, colour) for name, at in ends.items() if at is not None]
