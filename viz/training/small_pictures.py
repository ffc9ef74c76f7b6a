"""Draw one small picture of a run: lines over its updates, or the gradient's way through time as colour."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from viz import words
from viz.axes import log_range, log_ticks, plain_range, plain_ticks
from viz.curves import Array
from viz.extent import span_of
from viz.heat import packed
from viz.theme import SMALL, Palette, stops

from .flow import limits_of
from .quantities import QUANTITIES, Line, Quantity, ends
from .record import TrainingRecord

HEIGHT = 120  # px of a picture
WIDTHS = (4, 5, 3)  # pictures that a row may hold, the best first
POINTS, COLUMNS = 300, 150  # that one picture draws of a line; updates of a heatmap
MARGIN, BAR = 16, 64  # px beside the pictures, and where their colours are explained
Runs = Sequence[TrainingRecord]


class Picture(Protocol):
    """A kind of small picture, one a run.

    right  px beside them          shares_axis  whether all have one upright axis, which the first of a row names
    """

    name: str
    title: str
    right: int
    shares_axis: bool

    def fits(self, run: TrainingRecord) -> bool:
        """Return whether a run has something to show."""
        ...

    def key(self, runs: Runs, palette: Palette) -> str:
        """Return what is seen, above all pictures."""
        ...

    def axes(self, runs: Runs) -> list[dict]:
        """Return each picture's upright axis."""
        ...

    def traces(self, runs: Runs, palette: Palette) -> list[list[dict]]:
        """Return what is drawn of each run."""
        ...

    def finding(self, runs: Runs) -> str:
        """Return what is to be seen, in words."""
        ...

    def columns(self, run: TrainingRecord) -> dict[str, Array]:
        """Return the numbers behind a picture."""
        ...


class LinePicture:
    """The lines of a quantity."""

    right, shares_axis = MARGIN, True

    def __init__(self, quantity: Quantity) -> None:
        self.quantity, self.name, self.title = quantity, quantity.name, quantity.title

    def fits(self, run: TrainingRecord) -> bool:
        return bool(self.quantity.lines_of(run))

    def key(self, runs: Runs, palette: Palette) -> str:
        lines = dict.fromkeys(line for run in runs for line in self.quantity.lines_of(run))
        named = ", ".join(f'<span style="color:{palette.of(line.role)}">{line.label}</span>' for line in lines)
        return f"{self.title}: {named}"

    def axes(self, runs: Runs) -> list[dict]:
        limits = self._limits(runs)
        places, names = (log_ticks if self.quantity.log else plain_ticks)(*limits, HEIGHT)
        ticks = {"tickmode": "array", "tickvals": places, "ticktext": names}
        return [{"range": list(limits), "title": {"text": self.quantity.axis, "standoff": 6}} | ticks] * len(runs)

    def _limits(self, runs: Runs) -> tuple[float, float]:
        edges = [self._scaled(run.columns[line.column]) for run in runs for line in self.quantity.lines_of(run)]
        span = span_of(edges)
        return log_range(span) if self.quantity.log else plain_range(span, (0.0, 1.0))

    def _scaled(self, values: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(values) if self.quantity.log else values

    def traces(self, runs: Runs, palette: Palette) -> list[list[dict]]:
        return [[self._trace(run, line, palette) for line in self.quantity.lines_of(run)] for run in runs]

    def _trace(self, run: TrainingRecord, line: Line, palette: Palette) -> dict:
        values = run.columns[line.column]
        known = _thinned(np.flatnonzero(np.isfinite(self._scaled(values))))
        style = {"color": palette.of(line.role), "width": 2.0 if line.measured or line.role == "total" else 1.0}
        hover = {"text": [words.number(float(v)) for v in values[known]], "hovertemplate": "%{text}"}
        points = {"x": (known + 1).tolist(), "y": np.round(self._scaled(values[known]), 4).tolist()}
        return {"type": "scatter", "mode": "lines", "name": line.label, "line": style} | points | hover

    def finding(self, runs: Runs) -> str:
        last = {run.label: ends(run.columns[self.quantity.lines_of(run)[-1].column])[1] for run in runs}
        known = {label: value for label, value in last.items() if np.isfinite(value)}
        if not known:
            return f"No run has a finite {self.title} at its end."
        low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
        told_low = f"{len(runs)} runs; {self.title} ends lowest in {low} ({words.number(known[low])})"
        return f"{told_low} and highest in {high} ({words.number(known[high])})."

    def columns(self, run: TrainingRecord) -> dict[str, Array]:
        return {f"{run.label}, {line.label}": run.columns[line.column] for line in self.quantity.lines_of(run)}


class HeatPicture:
    """log10 ‖dL/d(part)_t‖ over update × step, in colours that mean the same in all pictures."""

    right, shares_axis = BAR, False

    def __init__(self, name: str, part: str) -> None:
        self.name, self.part, self.title = name, part, f"gradient on {part} by update and step"

    def fits(self, run: TrainingRecord) -> bool:
        return run.flow(self.part) is not None

    def key(self, runs: Runs, palette: Palette) -> str:
        return f"‖dL/d{self.part}<sub>t</sub>‖ by update, step 1 at the bottom"

    def axes(self, runs: Runs) -> list[dict]:
        return [_steps(self._rows(run).shape[1]) for run in runs]

    def _rows(self, run: TrainingRecord) -> Array:
        rows = small(run).flow(self.part)
        assert rows is not None
        return rows

    def traces(self, runs: Runs, palette: Palette) -> list[list[dict]]:
        found = [self._rows(run) for run in runs]
        each = [limits_of(rows) for rows in found]
        low, high = min(low for low, _ in each), max(high for _, high in each)
        shared = {"zmin": low, "zmax": high, "colorscale": stops(list(palette.flow)), "hoverongaps": False}
        drawn = [[self._heatmap(run, rows) | shared] for run, rows in zip(runs, found, strict=True)]
        drawn[0][0] |= {"showscale": True, "colorbar": _bar(low, high, palette)}
        return drawn

    def _heatmap(self, run: TrainingRecord, rows: Array) -> dict:
        places = {"x0": 1, "dx": every(run), "y0": 1, "dy": 1}
        hover = "step %{y:.0f}: 10<sup>%{z:.2f}</sup><extra></extra>"
        z = packed(np.where(np.isfinite(rows.T), rows.T, np.nan))
        return {"type": "heatmap", "name": self.title, "z": z, "showscale": False, "hovertemplate": hover} | places

    def finding(self, runs: Runs) -> str:
        last = {run.label: _arriving(self._rows(run)[-1]) for run in runs}
        known = {label: value for label, value in last.items() if np.isfinite(value)}
        first = f"{len(runs)} runs"
        if not known:
            return f"{first}; no gradient arrives at step 1 in any of them."
        low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
        least, most = (f"{one} ({words.from_log10(known[one])} of it)" for one in (low, high))
        return f"{first}; of the last step's gradient on {self.part} step 1 receives least in {least}, most in {most}."

    def columns(self, run: TrainingRecord) -> dict[str, Array]:
        named = f"{run.label}, log10 ‖dL/d{self.part}‖, step"
        whole = np.full((run.updates, self._rows(run).shape[1]), np.nan)
        whole[:: every(run)] = self._rows(run)
        return {f"{named} {t + 1}": column for t, column in enumerate(whole.T)}


def across(count: int) -> int:
    """Return how many of so many pictures stand in a row: all of a few, else what leaves the fewest places empty."""
    return count if count <= max(WIDTHS) else min(WIDTHS, key=lambda width: -count % width)


def small(run: TrainingRecord) -> TrainingRecord:
    """Return a run with so many rows of its flows as a small picture shows, the first among them."""
    return replace(run, flows={name: _thinned_rows(run, rows) for name, rows in run.flows.items()})


def _thinned_rows(run: TrainingRecord, rows: Array) -> Array:
    """Return a copy, so that the rest may go; rows that were thinned before stay."""
    return rows if len(rows) < run.updates or every(run) == 1 else rows[:: every(run)].copy()


def every(run: TrainingRecord) -> int:
    """Return how many updates stand for one in a small picture."""
    return -(-run.updates // COLUMNS)


def _arriving(row: Array) -> float:
    """Return log10 of the first gradient of a row over its last; nan where there is none."""
    known = row[np.isfinite(row)]
    return float(known[0] - known[-1]) if len(known) and np.isfinite(row[0]) else float("nan")


def _steps(last: int) -> dict:
    ticks = {"tickmode": "array", "tickvals": [1, last], "ticktext": ["1", str(last)]}
    return {"range": [0.5, last + 0.5], "title": {"text": "step t", "standoff": 6}, "showgrid": False} | ticks


def _bar(low: float, high: float, palette: Palette) -> dict:
    places, names = log_ticks(low, high, HEIGHT)
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names}
    place = {"thickness": 12, "len": HEIGHT, "lenmode": "pixels", "x": 1.0, "xanchor": "left", "y": 1, "yanchor": "top"}
    font = {"tickfont": {"size": SMALL, "color": palette.muted}}
    return place | ticks | font | {"xpad": 8, "ypad": 0, "outlinewidth": 0}


def _thinned(places: Array) -> Array:
    """Return so many of the places that a small picture shows them, the first and the last among them."""
    return places[np.unique(np.linspace(0, max(0, len(places) - 1), min(len(places), POINTS)).astype(int))]


PICTURES: dict[str, Picture] = {quantity.name: LinePicture(quantity) for quantity in QUANTITIES}
PICTURES |= {name: HeatPicture(name, part) for name, part in (("flow_h", "h"), ("flow_c", "c"))}
