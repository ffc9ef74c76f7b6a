"""Many runs side by side: one small picture each, all on the same axes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz.curves import Array
from viz.flow_figure import Drawn
from viz.panel import View
from viz.theme import PALETTES, SMALL, TEMPLATES, Palette

from .record import TrainingRecord
from .small_pictures import HEIGHT, PICTURES, Picture, across

MULTIPLES = "training_multiples"
TITLE = "Side by side"
MOST = 36  # pictures in all
GAP, HEADING = 0.035, 30  # share of the width, px
LEFT, TOP, BOTTOM = 70, 30, 48
LEAST = 680  # px that a row of pictures needs: on a narrower page it scrolls
NOTHING = {"type": "scatter", "mode": "lines", "x": [None], "y": [None], "hoverinfo": "skip"}  # axes need a trace


@dataclass(frozen=True, eq=False)
class MultiplesRecord:
    """Runs, and the quantity that is drawn of each; `caption` are the settings that they share.

    waiting  labels of runs that have not begun: their places are kept, so that nothing moves when they do
    """

    runs: Sequence[TrainingRecord]
    quantity: str
    label: str
    caption: str
    waiting: Sequence[str] = ()

    @property
    def labels(self) -> list[str]:
        """Return what stands above each picture."""
        return [*(run.label for run in self.runs), *(f"{label}: not begun" for label in self.waiting)]


def quantities_of(runs: Sequence[TrainingRecord]) -> list[str]:
    """Return the quantities that every run has."""
    return [name for name, picture in PICTURES.items() if all(map(picture.fits, runs))]


def multiples_figure(record: MultiplesRecord, view: View | None = None, extra: Sequence = ()) -> Drawn:
    """Return the pictures row by row. ValueError for no run or too many, or a quantity that one of them lacks."""
    _check(record)
    palette, picture = PALETTES[(view or View()).theme], PICTURES[record.quantity]
    in_row = across(len(record.labels))
    plot = -(-len(record.labels) // in_row) * (HEIGHT + HEADING)
    layout, begun = _layout(plot, palette, picture.right), len(record.runs)
    layout["annotations"].append(_key(picture.key(record.runs, palette), palette))
    for place, (label, axis) in enumerate(zip(record.labels, _upright(record, picture, in_row), strict=True)):
        layout |= _axes(place, plot, axis, record, in_row)
        layout["annotations"].append(_heading(place, label, palette.ink if place < begun else palette.muted))
    drawn = [*picture.traces(record.runs, palette), *[[NOTHING]] * len(record.waiting)]
    data = [trace | _on(place) for place, traces in enumerate(drawn) for trace in traces]
    title = f"{picture.title[0].upper()}{picture.title[1:]}, run by run: {record.label}"
    told = picture.finding(record.runs)
    layout["meta"] = {"name": MULTIPLES, "title": title, "alt": told, "caption": record.caption, "least": LEAST}
    return Drawn(MULTIPLES, title, {"data": data, "layout": layout}, told, record.caption, _columns(record, picture))


def _upright(record: MultiplesRecord, picture: Picture, in_row: int) -> list[dict]:
    """Return each picture's upright axis; where all share one, the first picture of a row bears its numbers."""
    axes = picture.axes(record.runs)
    axes += axes[:1] * len(record.waiting)
    if not picture.shares_axis:
        return axes
    return [axis | {"showticklabels": place % in_row == 0} for place, axis in enumerate(axes)]


def _on(place: int) -> dict:
    """Return on which axes a picture's traces are drawn."""
    return {"xaxis": f"x{_id(place)}", "yaxis": f"y{_id(place)}"}


def _check(record: MultiplesRecord) -> None:
    if not record.runs or len(record.labels) > MOST:
        raise ValueError(f"runs = {len(record.labels) if record.runs else 0} is outside [1, {MOST}]")
    if record.quantity not in quantities_of(record.runs):
        known = ", ".join(quantities_of(record.runs))
        raise ValueError(f"quantity = {record.quantity!r} is none that all runs have: {known}")


def _layout(plot: float, palette: Palette, right: int) -> dict:
    return {
        "template": TEMPLATES[palette.name],
        "height": round(plot + TOP + BOTTOM),
        "margin": {"l": LEFT, "r": right, "t": TOP, "b": BOTTOM, "pad": 0},
        "showlegend": False,
        "hovermode": "x unified",
        "shapes": [],
        "annotations": [],
    }


def _axes(place: int, plot: float, axis: dict, record: MultiplesRecord, in_row: int) -> dict:
    row, column = divmod(place, in_row)
    width = (1 - GAP * (in_row - 1)) / in_row
    left, top = column * (width + GAP), 1 - (row * (HEIGHT + HEADING) + HEADING) / plot
    bottom = max(0.0, top - HEIGHT / plot)
    along = {"domain": [left, min(1.0, left + width)], "anchor": f"y{_id(place)}"}
    up = {"domain": [bottom, top], "anchor": f"x{_id(place)}", "fixedrange": True}
    named = {} if column == 0 else {"title": {"text": ""}}
    lowest = place + in_row >= len(record.labels)
    return {f"xaxis{_id(place)}": along | _updates(record, lowest), f"yaxis{_id(place)}": up | axis | named}


def _updates(record: MultiplesRecord, named: bool) -> dict:
    last = max(run.updates for run in record.runs)
    ticks = {"tickmode": "array", "tickvals": [1, last], "ticktext": ["1", f"{last:,}"]}
    title = {"text": "update" if named else "", "standoff": 4}
    return {"range": [1, max(2, last)], "fixedrange": True, "showticklabels": named, "title": title} | ticks


def _key(text: str, palette: Palette) -> dict:
    """Return what is seen, above all pictures."""
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 6}
    return place | {"text": text, "font": {"size": SMALL, "color": palette.muted}}


def _heading(place: int, label: str, colour: str) -> dict:
    axis = _id(place)
    font = {"size": SMALL, "color": colour}
    anchors = {"xref": f"x{axis} domain", "x": 0, "xanchor": "left", "yref": f"y{axis} domain", "y": 1}
    return anchors | {"yanchor": "bottom", "text": label, "font": font, "yshift": 2}


def _id(place: int) -> str:
    """Return the number of a picture's axes; Plotly calls the first ones by no number."""
    return str(place + 1) if place else ""


def _columns(record: MultiplesRecord, picture: Picture) -> dict[str, Array]:
    columns = {"update": np.arange(1, max(run.updates for run in record.runs) + 1)}
    for run in record.runs:
        columns |= picture.columns(run)
    return columns
