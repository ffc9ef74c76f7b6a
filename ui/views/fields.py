"""Every value the page can hold, by name: the run's settings, all cells' own knobs, and the view."""

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from cells import CELLS, RunSettings
from cells.knobs import Knob, knobs_of, names_of
from ui.lessons.learn_view import LearnView

from .analysis import AnalysisView
from .lecture import LectureView
from .maps import MapView
from .page import PageView

LISTS = (
    "loss_steps",
    "own",
    "timestamps",
    "scrub",
    "pins",
    "map_x",
    "map_y",
    "show",
)  # fields that are no single value

BROUGHT = ("network", "recording")  # records of what the reader brought; a link carries their keys

Values = dict[str, Any]


def _all_fields() -> dict[str, Field]:
    found = {f.name: f for f in fields(RunSettings) if "knob" in f.metadata or f.name in (*LISTS, *BROUGHT)}
    for cell in CELLS.values():
        found |= {f.name: f for f in fields(cell.Options) if f.name not in found}
    views = [f for view in (PageView, MapView, LectureView) for f in fields(view)]
    return found | {f.name: f for f in views} | dict(knobs_of(AnalysisView)) | dict(knobs_of(LearnView))


FIELDS = _all_fields()
DEFAULTS: Values = {name: f.default for name, f in FIELDS.items()}


def knob_of(name: str) -> Knob:
    """Return the label, help and range of a field."""
    return FIELDS[name].metadata["knob"]


def high_of(name: str) -> float:
    """Return the largest value the page takes."""
    knob = knob_of(name)
    return knob.high if knob.page_high is None else knob.page_high


def own_knobs(cell: str) -> list[str]:
    """Return the names of a cell's own knobs."""
    return list(knobs_of(CELLS[cell].Options))


def own_fields(cell: str) -> list[str]:
    """Return the names of all that a cell has of its own: its knobs, and lists."""
    return names_of(CELLS[cell].Options)


def run_settings(values: Mapping[str, Any]) -> RunSettings:
    """Return the settings these values make; ValueError where they do not go together."""
    values = fixed(values)
    names = [f.name for f in fields(RunSettings) if f.name in FIELDS]
    options = {name: values[name] for name in own_fields(values["cell"])}
    return RunSettings(**{name: values[name] for name in names}, options=options)


def fixed(values: Mapping[str, Any]) -> Values:
    """Return the values, with those that a network of the reader's own decides."""
    network = values.get("network")
    return dict(values) | (network.fixed if network is not None else {})


def page_view(values: Mapping[str, Any]) -> PageView:
    """Return the view these values make."""
    return PageView(**{f.name: values[f.name] for f in fields(PageView)})


def analysis_view(values: Mapping[str, Any]) -> AnalysisView:
    """Return what the pages of measures look at."""
    return AnalysisView(**{name: values[name] for name in knobs_of(AnalysisView)})


def learn_view(values: Mapping[str, Any]) -> LearnView:
    """Return the lesson that is open, and what the view asks."""
    return LearnView(**{name: values[name] for name in knobs_of(LearnView)})


def lecture_view(values: Mapping[str, Any]) -> LectureView:
    """Return how the page is shown to an audience."""
    return LectureView(**{f.name: values[f.name] for f in fields(LectureView)})


def map_view(values: Mapping[str, Any]) -> MapView:
    """Return what the phase diagram is to show."""
    return MapView(**{f.name: values[f.name] for f in fields(MapView)})
