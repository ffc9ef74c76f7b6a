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
class LineBundle:
    """values (K, N) of N lines at K steps, the largest line first; `log`: they are log10."""

    name: str
    heading: str
    title: str
    steps: Sequence[int]
    values: Array
    role: str
    height: float
    log: bool = True


def bundle_panel(bundle: LineBundle, scene: Scene, columns: dict[str, Array]) -> PanelData:
    """Return the lines as a panel; what is not finite is left out of the picture, never out of the table."""
    flat = [Curve("", "", "", bundle.values.ravel())]
    limits = log_limits(flat) if bundle.log else plain_limits(flat, (0.0, 0.0))
    make = log_ticks if bundle.log else plain_ticks
    places, names = make(*limits, bundle.height)
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names}
    return PanelData(
        name=bundle.name,
        heading=bundle.heading + _thinned(bundle),
        axis={"range": list(limits), "title": {"text": bundle.title}, "fixedrange": True} | ticks,
        height=bundle.height,
        traces=[_inner(bundle, scene), *_outermost(bundle, scene)],
        labels=_labels(bundle, scene),
        columns=columns,
    )


def _thinned(bundle: LineBundle) -> str:
    count = bundle.values.shape[1]
    return f", {MOST_LINES} of {count} lines drawn" if count > MOST_LINES else ""


def _drawn(bundle: LineBundle) -> list[int]:
    count = bundle.values.shape[1]
    return np.unique(np.linspace(0, count - 1, min(count, MOST_LINES)).round().astype(int)).tolist()


def _inner(bundle: LineBundle, scene: Scene) -> dict:
    """Return all lines in one trace, parted by gaps: far faster than a trace each."""
    x, y = [], []
    for line in _drawn(bundle):
        x += [*bundle.steps, None]
        y += [*_drawable(bundle, line), None]
    style = {"color": fade(scene.palette.of(bundle.role), 0.35), "width": 1}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": style, "hoverinfo": "skip"}


def _outermost(bundle: LineBundle, scene: Scene) -> list[dict]:
    count = bundle.values.shape[1]
    lines = {"largest": 0, "smallest": count - 1} if count > 1 else {bundle.name: 0}
    return [_strong(bundle, name, line, scene) for name, line in lines.items()]


def _strong(bundle: LineBundle, name: str, line: int, scene: Scene) -> dict:
    colour = scene.palette.of(bundle.role)
    style = {"line": {"color": colour, "width": 2.5}, "marker": {"color": colour, "size": 6}}
    mode = "lines+markers" if len(bundle.steps) <= 24 else "lines"
    hover = {"hovertemplate": "10<sup>%{y:.2f}</sup>" if bundle.log else "%{y:.3~r}"}
    places = {"x": list(bundle.steps), "y": _drawable(bundle, line)}
    return {"type": "scatter", "mode": mode, "name": name} | places | style | hover


def _drawable(bundle: LineBundle, line: int) -> list[float | None]:
    values = bundle.values[:, line]
    short = np.round(values, DECIMALS) if bundle.log else significant(values)
    return [value if ok else None for value, ok in zip(short.tolist(), np.isfinite(values).tolist(), strict=True)]


def _labels(bundle: LineBundle, scene: Scene) -> list[EndLabel]:
    """Return the names of the outermost lines, at their right ends."""
    rightmost = int(np.argmax(bundle.steps))
    colour = scene.palette.of(bundle.role)
    ends = {trace["name"]: trace["y"][rightmost] for trace in _outermost(bundle, scene)}
    return [EndLabel(name, at, colour) for name, at in ends.items() if at is not None]
