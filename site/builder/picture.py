"""The default view as a figure that stands on the start screen until the live one is there."""

import json
from pathlib import Path

from cells import RunSettings
from cells.analysis import key_numbers, verdict
from ui.compute import drawn_of
from ui.flow.verdict_header import verdict_header_of
from ui.traces import trace_of
from ui.views.page import PageView

THEMES = ("light", "dark")


def write_pictures(folder: Path) -> None:
    """One file a theme: the figure for Plotly.js, and the finding as HTML."""
    trace = trace_of(RunSettings())
    finding = verdict_header_of(verdict(trace), key_numbers(trace)).html
    for theme in THEMES:
        figure = drawn_of("flow", RunSettings(), PageView(), theme).figure
        told = json.dumps({"figure": figure, "finding": finding}, separators=(",", ":"), allow_nan=False)
        (folder / f"picture-{theme}.json").write_text(told, encoding="utf-8")
