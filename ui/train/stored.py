"""Runs of the lab as the page reads them from the store: their state, their record, what is drawn of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

import jobs
import viz
from cells.knobs import BadValue, knobs_of
from jobs import checkpoints
from jobs.store import default_home
from lab import runs
from lab.record import RunRecord
from lab.settings import LabSettings
from ui.compute import BODIES, chart_body
from ui.export.exportables import Exportable
from ui.server.render_lock import RENDER_LOCK
from viz.flow_figure import Drawn
from viz.training import (
    CONFUSION,
    REPLAY,
    TRAINING,
    ConfusionRecord,
    TrainingRecord,
    can_replay,
    figure_name,
    panels_fitting,
)

NO_RUN = "There is no run yet: start one above"
MISSING = "The run's checkpoint is missing, so nothing of it can be shown; going on begins it anew"
WAITING = "No update is written down yet: the first checkpoint comes within seconds"
IN_LINE = "Nothing of this run is written down yet: it begins when a process is free"
NOT_BEGUN = "This run has not begun yet"
HIDDEN = ("text", "smoothing")  # settings that a caption leaves out


Stamp = tuple[str, int, float, float]


@dataclass(frozen=True, eq=False)
class Opened:
    """A job of the lab: how it stands, and its runs."""

    status: jobs.JobStatus
    places: list[runs.Place]
    recipe: str
    asked: int  # the run that the link names
    others: dict[str, str]  # names of other jobs, by their ids

    @property
    def id(self) -> str:
        """Return how its link calls it."""
        return self.status.id[:8]


def open_job(name: str) -> Opened:
    """The job that a link's `run` names; JobError with one sentence where there is none."""
    if not runs.is_any():
        raise jobs.JobError(NO_RUN)
    here = runs.store()
    first, names = runs.find(here, name)[0], runs.names(here)
    del names[first.job]
    places = places_of(first.job, str(default_home()))
    now, recipe = jobs.status(here, first.job, pieces="runs"), runs.recipe_of(here, first.job)
    return Opened(now, places, recipe, first.tile, names)


@st.cache_resource(max_entries=64, show_spinner=False)
def places_of(job_id: str, home: str) -> list[runs.Place]:
    """Return the runs of a job in the store of a folder, which never change."""
    return runs.places_of(runs.store(), job_id)


def stamp_of(place: runs.Place) -> Stamp:
    """Return what changes whenever more of a run is known: when its checkpoint and its result were written."""
    here = _folders(default_home())
    return place.job, place.tile, checkpoints.written_at(here, place.job, place.tile), _ended_at(place)


@cache
def _folders(home: Path) -> jobs.Store:
    """Return a store that is asked for nothing but where files lie: to open one takes longer than to look at a file."""
    return jobs.Store(home)


def _ended_at(place: runs.Place) -> float:
    try:
        return _folders(default_home()).tile_path(place.job, place.tile).stat().st_mtime
    except OSError:
        return 0.0


def has_ended(place: runs.Place) -> bool:
    """Return whether the run has a result."""
    return bool(_ended_at(place))


def record_of(place: runs.Place) -> RunRecord | None:
    """Return what is known of a run; None before its first checkpoint, BadValue where that is damaged."""
    return _record(stamp_of(place), place)


@st.cache_resource(max_entries=16, show_spinner=False)
def _record(stamp: Stamp, _place: runs.Place) -> RunRecord | None:
    return runs.record_of(runs.store(), _place)


def _told_apart(place: runs.Place, shown: Sequence[runs.Place]) -> str:
    """Return what a run is called beside others: by its job, too, where another one has its label."""
    alike = sum(other.label == place.label for other in shown)
    return f"{place.label} ({place.name})" if alike > 1 else place.label


def drawable(place: runs.Place, record: RunRecord, label: str = "") -> TrainingRecord:
    """The record as figures take it, under another label where one is given."""
    s, halt = record.settings, record.progress.halt
    halted = halt.update if halt else 0
    named = label or place.label
    return TrainingRecord(columns_of(record), record.flows, named, caption_of(s), s.layers, halted, record.kept)


def columns_of(record: RunRecord) -> dict[str, np.ndarray]:
    """Return the history without the perplexity of what is no language."""
    if is_language(record):
        return record.history
    return {name: values for name, values in record.history.items() if "perplexity" not in name}


def is_language(record: RunRecord) -> bool:
    """Return whether the network names the next symbol, so that its perplexity means something."""
    return record.settings.task_class.kind == "language"


def caption_of(settings: LabSettings) -> str:
    """Every setting in words."""
    words = []
    for part in (settings, settings.task_options, settings.options):
        for name, field in knobs_of(part).items():
            knob, value = field.metadata["knob"], getattr(part, name)
            if name not in HIDDEN:
                words.append(f"{knob.label}: {knob.choices.get(value, value) if knob.choices else value}")
    return " · ".join(words)


@dataclass(frozen=True, eq=False)
class Shown:
    """The run that is looked at, and the runs beside it, as the figures take them; `key` changes with any of them.

    answers  which ones the network gives for which on the test data, where they are a few classes and it has ended
    """

    record: TrainingRecord
    others: tuple[TrainingRecord, ...]
    key: tuple[Stamp, ...]
    answers: ConfusionRecord | None = None


def shown_of(place: runs.Place, record: RunRecord, beside: Sequence[runs.Place]) -> Shown:
    """Return what is drawn: of the runs beside it those that have begun."""
    known = {other: found for other in beside if (found := record_of(other)) is not None and found.progress.update}
    others = tuple(drawable(other, found, _told_apart(other, (place, *known))) for other, found in known.items())
    key = tuple(stamp_of(one) for one in (place, *known))
    return Shown(drawable(place, record), others, key, answers_of(place, record))


def answers_of(place: runs.Place, record: RunRecord) -> ConfusionRecord | None:
    """Return the counts of answers as the figure takes them."""
    if record.confusion is None:
        return None
    names = record.settings.task_class(record.settings).classes
    return ConfusionRecord(record.confusion, names, place.label, caption_of(record.settings))


def answers_body_of(shown: Shown, mode: str) -> tuple[bytes, int]:
    """The figure of answers as the browser takes it, and its height."""
    return BODIES.of((CONFUSION, shown.key[0], mode), lambda: _answers_body(shown, mode))


def _answers_body(shown: Shown, mode: str) -> tuple[bytes, int]:
    drawn = _draw(CONFUSION, shown, mode)
    return chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


def body_of(shown: Shown, panels: tuple[str, ...], mode: str) -> tuple[bytes, int]:
    """The figure as the browser takes it, and its height."""
    key = (TRAINING, *shown.key, shown.record.updates, panels, mode)
    return BODIES.of(key, lambda: _drawn_body(shown, panels, mode))


def _drawn_body(shown: Shown, panels: tuple[str, ...], mode: str) -> tuple[bytes, int]:
    drawn = viz.FIGURES[TRAINING].draw(shown.record, viz.View(theme=mode, panels=panels), shown.others)
    return chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


def replay_body_of(shown: Shown, until: int, mode: str) -> bytes:
    """The figure that is dragged through the updates, as far as `until`: what comes later changes nothing of it."""
    names = tuple((one[0], one[1]) for one in shown.key)
    return BODIES.of((REPLAY, names, until, mode), lambda: _replay_body(shown, until, mode))[0]


def _replay_body(shown: Shown, until: int, mode: str) -> tuple[bytes, int]:
    RENDER_LOCK.slow_down()
    drawn = viz.FIGURES[REPLAY].draw(shown.record.until(until), viz.View(theme=mode), shown.others)
    return chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


def exportables_of(shown: Shown) -> list[Exportable]:
    """The whole figure, and each of its panels."""
    replayed = [REPLAY] if can_replay(shown.record) else []
    asked = [CONFUSION] if shown.answers else []
    panels = [figure_name(panel) for panel in panels_fitting(shown.record)]
    return [
        Exportable(name, viz.FIGURES[name].title, partial(_draw, name, shown), part=name in panels)
        for name in (TRAINING, *replayed, *asked, *panels)
    ]


def _draw(name: str, shown: Shown, mode: str) -> Drawn:
    record: Any = shown.answers if name == CONFUSION else shown.record
    return viz.FIGURES[name].draw(record, viz.View(theme=mode), shown.others)


def fault_of(place: runs.Place, now: jobs.JobStatus) -> str:
    """Why nothing of a run is shown; empty where something is."""
    try:
        if record_of(place) is not None:
            return ""
    except (BadValue, jobs.JobError) as error:
        return str(error)
    if runs.has_begun(runs.store(), place):
        return WAITING if now.alive else MISSING
    if now.alive:
        return WAITING if now.total == 1 else IN_LINE
    return NOT_BEGUN
