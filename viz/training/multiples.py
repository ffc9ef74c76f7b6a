"""Many runs side by side: one small picture each, all on the same axes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz import words
from viz.axes import log_range, log_ticks, plain_range, plain_ticks
from viz.curves import Array
from viz.extent import span_of
from viz.flow_figure import Drawn
from viz.panel import View
from viz.theme import PALETTES, SMALL, TEMPLATES, Palette

from .quantities import QUANTITIES, Line, Quantity, ends
from .record import TrainingRecord

MULTIPLES = "training_multiples"
TITLE = "Side by side"
ACROSS, MOST = 4, 36  # pictures in a row, and in all
HEIGHT, GAP, HEADING = 120, 0.035, 24  # px, share of the width, px
LEFT, RIGHT, TOP, BOTTOM = 70, 16, 30, 48
POINTS = 300  # that one picture draws of a line
BY_NAME = {quantity.name: quantity for quantity in QUANTITIES}


@dataclass(frozen=True, eq=False)
class MultiplesRecord:
    """Runs, and the quantity that is drawn of each; `caption` are the settings that they share."""

    runs: Sequence[TrainingRecord]
    quantity: str
    label: str
    caption: str


def quantities_of(runs: Sequence[TrainingRecord]) -> list[str]:
    """Return the quantities that every run has."""
    return [q.name for q in QUANTITIES if all(q.lines_of(run) for run in runs)]


def multiples_figure(record: MultiplesRecord, view: View | None = None, extra: Sequence = ()) -> Drawn:
    """Return the pictures row by row. ValueError for no run or too many, or a quantity that one of them lacks."""
    _check(record)
    palette, quantity = PALETTES[(view or View()).theme], BY_NAME[record.quantity]
    rows = -(-len(record.runs) // ACROSS)
    plot = rows * (HEIGHT + HEADING)
    layout = _layout(plot, palette)
    layout["annotations"].append(_key(record, quantity, palette))
    data, limits = [], _limits(record.runs, quantity)
    for place, run in enumerate(record.runs):
        layout |= _axes(place, len(record.runs), plot, limits, quantity, record)
        layout["annotations"].append(_heading(place, run.label, palette))
        data += [_trace(place, run, line, quantity, palette) for line in quantity.lines_of(run)]
    title, told = f"{quantity.title[0].upper()}{quantity.title[1:]}, run by run: {record.label}", _finding(record)
    layout["meta"] = {"name": MULTIPLES, "title": title, "alt": told, "caption": record.caption}
    return Drawn(MULTIPLES, title, {"data": data, "layout": layout}, told, record.caption, _columns(record, quantity))


def _check(record: MultiplesRecord) -> None:
    if not 1 <= len(record.runs) <= MOST:
        raise ValueError(f"runs = {len(record.runs)} is outside [1, {MOST}]")
    if record.quantity not in quantities_of(record.runs):
        known = ", ".join(quantities_of(record.runs))
        raise ValueError(f"quantity = {record.quantity!r} is none that all runs have: {known}")


def _layout(plot: float, palette: Palette) -> dict:
    return {
        "template": TEMPLATES[palette.name],
        "height": round(plot + TOP + BOTTOM),
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 0},
        "showlegend": False,
        "hovermode": "x unified",
        "shapes": [],
        "annotations": [],
    }


def _limits(runs: Sequence[TrainingRecord], quantity: Quantity) -> tuple[float, float]:
    """Return what one axis needs for all runs."""
    edges = [_scaled(run.columns[line.column], quantity) for run in runs for line in quantity.lines_of(run)]
    span = span_of(edges)
    return log_range(span) if quantity.log else plain_range(span, (0.0, 1.0))


def _scaled(values: Array, quantity: Quantity) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(values) if quantity.log else values


def _axes(
    place: int, count: int, plot: float, limits: tuple[float, float], quantity: Quantity, record: MultiplesRecord
) -> dict:
    row, column = divmod(place, ACROSS)
    width = (1 - GAP * (ACROSS - 1)) / ACROSS
    left, top = column * (width + GAP), 1 - (row * (HEIGHT + HEADING) + HEADING) / plot
    bottom = max(0.0, top - HEIGHT / plot)
    lowest = place + ACROSS >= count
    across = {"domain": [left, min(1.0, left + width)], "anchor": f"y{_id(place)}"}
    up = {"domain": [bottom, top], "anchor": f"x{_id(place)}"}
    return {
        f"xaxis{_id(place)}": across | _updates(record, lowest),
        f"yaxis{_id(place)}": up | _heights(limits, quantity, column == 0),
    }


def _updates(record: MultiplesRecord, named: bool) -> dict:
    last = max(run.updates for run in record.runs)
    ticks = {"tickmode": "array", "tickvals": [1, last], "ticktext": ["1", f"{last:,}"]}
    title = {"text": "update" if named else "", "standoff": 4}
    return {"range": [1, max(2, last)], "fixedrange": True, "showticklabels": named, "title": title} | ticks


def _heights(limits: tuple[float, float], quantity: Quantity, named: bool) -> dict:
    places, names = (log_ticks if quantity.log else plain_ticks)(*limits, HEIGHT)
    title = {"text": quantity.axis if named else "", "standoff": 6}
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names, "showticklabels": named}
    return {"range": list(limits), "fixedrange": True, "title": title} | ticks


def _key(record: MultiplesRecord, quantity: Quantity, palette: Palette) -> dict:
    """Return the quantity and the names of its lines, each in its colour, above all pictures."""
    lines = dict.fromkeys(line for run in record.runs for line in quantity.lines_of(run))
    named = ", ".join(f'<span style="color:{palette.of(line.role)}">{line.label}</span>' for line in lines)
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 6}
    return place | {"text": f"{quantity.title}: {named}", "font": {"size": SMALL, "color": palette.muted}}


def _heading(place: int, label: str, palette: Palette) -> dict:
    axis = _id(place)
    font = {"size": SMALL, "color": palette.ink}
    anchors = {"xref": f"x{axis} domain", "x": 0, "xanchor": "left", "yref": f"y{axis} domain", "y": 1}
    return anchors | {"yanchor": "bottom", "text": label, "font": font, "yshift": 2}


def _trace(place: int, run: TrainingRecord, line: Line, quantity: Quantity, palette: Palette) -> dict:
    values = run.columns[line.column]
    known = _thinned(np.flatnonzero(np.isfinite(_scaled(values, quantity))))
    shown = _scaled(values[known], quantity)
    style = {"color": palette.of(line.role), "width": 2.0 if line.measured or line.role == "total" else 1.0}
    hover = {"text": [words.number(float(v)) for v in values[known]], "hovertemplate": "%{text}"}
    axes = {"xaxis": f"x{_id(place)}", "yaxis": f"y{_id(place)}"}
    points = {"x": (known + 1).tolist(), "y": np.round(shown, 4).tolist()}
    return {"type": "scatter", "mode": "lines", "name": line.label, "line": style} | points | axes | hover


def _thinned(places: Array) -> Array:
    """Return so many of the places that a small picture shows them, the first and the last among them."""
    return places[np.unique(np.linspace(0, max(0, len(places) - 1), min(len(places), POINTS)).astype(int))]


def _id(place: int) -> str:
    """Return the number of a picture's axes; Plotly calls the first ones by no number."""
    return str(place + 1) if place else ""


def _finding(record: MultiplesRecord) -> str:
    """Return which run ends lowest and which highest."""
    quantity = BY_NAME[record.quantity]
    last = {run.label: ends(run.columns[quantity.lines_of(run)[-1].column])[1] for run in record.runs}
    known = {label: value for label, value in last.items() if np.isfinite(value)}
    if not known:
        return f"No run has a finite {quantity.title} at its end."
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    told = f"{len(record.runs)} runs; {quantity.title} ends lowest in {low} ({words.number(known[low])})"
    return f"{told} and highest in {high} ({words.number(known[high])})."


def _columns(record: MultiplesRecord, quantity: Quantity) -> dict[str, Array]:
    longest = max(run.updates for run in record.runs)
    lines = [(run, line) for run in record.runs for line in quantity.lines_of(run)]
    return {"update": np.arange(1, longest + 1)} | {
        f"{run.label}, {line.label}": run.columns[line.column] for run, line in lines
    }
