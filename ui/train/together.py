"""All runs of a job at once: a table, small pictures on the same axes, accuracy by length."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

import viz
from cells.knobs import BadValue
from cells.registry import CELLS
from jobs import JobError
from lab import runs
from lab.record import RunRecord
from ui.chart import show_chart
from ui.compute import BODIES, chart_body
from ui.export.exportables import Exportable
from ui.frame import theme
from ui.server.render_lock import RENDER_LOCK
from ui.table import Column, show_table
from viz.flow_figure import Drawn
from viz.training import (
    BY_LENGTH,
    MULTIPLES,
    PANEL_TITLES,
    LengthPoint,
    LengthRecord,
    MultiplesRecord,
    TrainingRecord,
    quantities_of,
)
from viz.training.multiples import MOST
from viz.training.small_pictures import small

from .stored import Opened, Stamp, drawable, record_of, stamp_of
from .words import ENDED

TABLE, SIDE, LENGTHS = "Table", "Side by side", "Accuracy by length"
LAST = 50  # updates whose median half-life is told
ROWS = 100  # runs that the table lists
QUANTITY = "train_quantity"  # the one shown side by side
OVERLAID = 6  # runs that one figure shows
Row = dict[str, str | float | None]


def is_grid(job: Opened) -> bool:
    """Return whether a job's runs are no recipe's, or more than can be laid over each other."""
    return len(job.places) > (OVERLAID if job.recipe else 1)


def show_together(job: Opened) -> None:
    """Offer what the runs of a job have to say together, where there are several."""
    if len(job.places) < 2:
        return
    with st.container(border=True, key="train_together"):
        offers = [TABLE, SIDE, *([LENGTHS] if _points(job) else [])]
        with st.container(horizontal=True, vertical_alignment="center", key="train_together_tools"):
            st.markdown(f"**The {len(job.places)} runs of this job**", width="content")
            usual = SIDE if is_grid(job) else TABLE
            key = "train_grid_as" if is_grid(job) else "train_together_as"
            how: dict[str, Any] = {"default": usual, "label_visibility": "collapsed", "key": key}
            chosen = st.segmented_control("All runs as", offers, **how)
        if chosen:
            SHOWN[chosen](job)


def _table(job: Opened) -> None:
    places = job.places[:ROWS]
    rows = [row for place in places if (row := _row(_stamp(place), place))]
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)] if rows else []
    if not rows:
        st.markdown("No run has begun.")
        return
    columns = {name: Column([row[name] for row in rows], digits=3) for name in names}
    show_table(columns, f"runs {job.status.id[:8]}", f"The runs of {job.status.name}: what each has reached")
    if len(places) < len(job.places):
        st.caption(f"The first {ROWS} of {len(job.places)} runs.")


def _stamp(place: runs.Place) -> Stamp:
    return stamp_of(place)


@st.cache_resource(max_entries=512, show_spinner=False)
def _row(stamp: Stamp, _place: runs.Place) -> Row | None:
    """Return a line of the table; None for a run that has not begun, or whose checkpoint is damaged."""
    record = _known(_place)
    return row_of(_place.label, record) if record else None


def _known(place: runs.Place) -> RunRecord | None:
    try:
        record = record_of(place)
    except (BadValue, JobError):
        return None
    return record if record is not None and record.progress.update else None


def row_of(label: str, record: RunRecord) -> Row:
    """Return what a run has reached: on its last batches, on the validation data, and on the test data."""
    s, metrics, columns = record.settings, record.progress.metrics, record.history
    return {
        "run": label,
        "cell": CELLS[s.cell].label,
        "T": s.length,
        "H": s.hidden,
        "updates": record.progress.update,
        "training loss": _last_mean(columns["loss"]),
        "training perplexity": _last_mean(columns["perplexity"]) if s.task_class.kind == "language" else None,
        "validation perplexity": _last(columns["validation_perplexity"]) if s.task_class.kind == "language" else None,
        "test perplexity": _told(metrics.get("perplexity")) if s.task_class.kind == "language" else None,
        "test loss": _told(metrics.get("loss")),
        "test accuracy": _told(metrics.get("accuracy")),
        "half-life": life_of(record),
        "ended": ENDED.get(record.progress.reason, record.progress.reason) or "not yet",
    }


def _last_mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known[-LAST:].mean()) if len(known) else None


def _last(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def _told(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def life_of(record: RunRecord) -> float | None:
    """Return the median half-life of the last updates; inf where most of them lose nothing, None where none has one."""
    last = record.history["half_life"][-LAST:]
    known = last[~np.isnan(last)]
    return float(np.sort(known)[len(known) // 2]) if len(known) else None


def _side_by_side(job: Opened) -> None:
    found = _curves_of(job)
    if not found:
        st.markdown("No run has begun.")
        return
    known = quantities_of(list(found.values()))
    offers = [name for name in PANEL_TITLES if name in known]
    how = {"format_func": PANEL_TITLES.get, "label_visibility": "collapsed", "key": QUANTITY}
    chosen = st.pills("Quantity", offers, default=offers[0], **how) or offers[0]
    record = multiples_record(job, chosen if chosen in offers else offers[0])
    _show(MULTIPLES, record, (*found, record.quantity, len(record.waiting)))
    if len(job.places) > MOST:
        st.caption(f"The first {MOST} of {len(job.places)} runs.")


def multiples_record(job: Opened, quantity: str) -> MultiplesRecord:
    """Return what the small pictures are drawn from."""
    known = _curves_of(job)
    found, begun = list(known.values()), {tile for _, tile, *_ in known}
    waiting = [place.label for place in job.places[:MOST] if place.tile not in begun]
    return MultiplesRecord(found, quantity, job.status.name, _shared(found), waiting)


def exportables(job: Opened) -> list[Exportable]:
    """Return the figures of all runs of a job: side by side as they were looked at last, and by length."""
    if len(job.places) < 2:
        return []
    offers = quantities_of(list(_curves_of(job).values()))
    asked = st.session_state.get(QUANTITY)
    found = []
    if offers:
        found.append(_exportable(MULTIPLES, multiples_record(job, asked if asked in offers else offers[0])))
    if _points(job):
        found.append(_exportable(BY_LENGTH, length_record(job)))
    return found


def _exportable(name: str, record: LengthRecord | MultiplesRecord) -> Exportable:
    return Exportable(name, viz.FIGURES[name].title, partial(_drawn, name, record))


def _curves_of(job: Opened) -> dict[Stamp, TrainingRecord]:
    """Return the runs that have begun, by what changes with them."""
    stamps = {_stamp(place): place for place in job.places[:MOST]}
    known = {stamp: _curves(stamp, place) for stamp, place in stamps.items()}
    return {stamp: record for stamp, record in known.items() if record is not None}


@st.cache_resource(max_entries=2 * MOST, show_spinner=False)
def _curves(stamp: Stamp, _place: runs.Place) -> TrainingRecord | None:
    """Return a run with what a small picture shows of it."""
    record = _known(_place)
    return small(drawable(_place, record)) if record else None


def _shared(found: Sequence[TrainingRecord]) -> str:
    """Return the settings that all runs share, in words."""
    others = [set(record.caption.split(" · ")) for record in found]
    return " · ".join(word for word in found[0].caption.split(" · ") if all(word in other for other in others))


def _points(job: Opened) -> list[LengthPoint]:
    """Return the runs that have ended with an accuracy, where they differ in length; else none."""
    if len({place.settings.length for place in job.places}) < 2:
        return []
    rows = [(place, _row(_stamp(place), place)) for place in job.places[:ROWS]]
    found = [_point(place, row) for place, row in rows if row and row["test accuracy"] is not None]
    return found if len({point.length for point in found}) > 1 else []


def _point(place: runs.Place, row: Row) -> LengthPoint:
    life, accuracy = row["half-life"], row["test accuracy"]
    assert isinstance(accuracy, float)
    return LengthPoint(str(row["cell"]), place.settings.length, accuracy, life if isinstance(life, float) else math.nan)


def _by_length(job: Opened) -> None:
    record = length_record(job)
    _show(BY_LENGTH, record, tuple(map(_stamp, job.places)))


def length_record(job: Opened) -> LengthRecord:
    """Return what the figure of accuracy by length is drawn from."""
    return LengthRecord(_points(job), job.status.name, _shared(list(_curves_of(job).values())))


def _show(name: str, record: LengthRecord | MultiplesRecord, key: tuple) -> None:
    """The finding, the figure, and a button that saves it."""
    body = BODIES.of((name, key, theme()), partial(_body, name, record, theme()))
    show_chart(*body, key=f"chart {name}")


def _drawn(name: str, record: LengthRecord | MultiplesRecord, mode: str) -> Drawn:
    return viz.FIGURES[name].draw(record, viz.View(theme=mode), ())


def _body(name: str, record: LengthRecord | MultiplesRecord, mode: str) -> tuple[bytes, int]:
    RENDER_LOCK.slow_down()
    drawn = _drawn(name, record, mode)
    return chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


SHOWN: dict[str, Callable[[Opened], None]] = {TABLE: _table, SIDE: _side_by_side, LENGTHS: _by_length}
