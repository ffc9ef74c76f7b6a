"""Runs to draw: every cell at every length the panels tell apart, and the extremes; figures written into pages."""

import functools
from dataclasses import dataclass

import pytest

from cells import RunSettings, Trace, run
from viz import FIGURES, Drawn, View

CELLS = ("rnn", "gru", "lstm", "phased_lstm")
EXTREMES = {
    "two steps": {"steps": 2},
    "twelve steps": {"steps": 12, "loss": "all"},
    "one unit, one sample": {"batch": 1, "hidden": 1},
    "long": {"steps": 2500, "hidden": 3, "batch": 2},
    "chosen steps": {"loss": "chosen", "loss_steps": (3, 17, 40)},
    "every step": {"steps": 300, "hidden": 4, "loss": "all"},
    "no recurrence": {"weight_scale": 0.0},
    "explodes": {"steps": 400, "activation": "identity", "weight_scale": 3.0},
    "vanishes": {"steps": 400, "weight_scale": 0.1, "activation": "sigmoid"},
    "three layers": {"layers": 3},
    "impulse": {"signal": "impulse", "impulse_step": 30},
}


@functools.cache
def trace_of(**settings):
    """The run of these settings, once a session: traces are read-only."""
    return run(RunSettings(**{"hidden": 8, "batch": 5} | settings))


@pytest.fixture(params=CELLS)
def trace(request):
    """A run of 50 steps of each cell."""
    return trace_of(cell=request.param)


@pytest.fixture(params=[(cell, name) for cell in CELLS for name in EXTREMES], ids="-".join)
def extreme(request):
    """Each cell in each extreme."""
    cell, name = request.param
    return trace_of(cell=cell, **EXTREMES[name])


@pytest.fixture
def run_of():
    """Any other run, once a session."""
    return trace_of


DRAWINGS = [
    (cell, name, theme)
    for cell in CELLS
    for name, kind in FIGURES.items()
    if kind.needs == "trace" and kind.fits(trace_of(cell=cell))
    for theme in ("light", "dark")
]


@dataclass(frozen=True)
class Drawing:
    """A figure with the trace it shows."""

    trace: Trace
    drawn: Drawn
    theme: str


@pytest.fixture(params=DRAWINGS, ids="-".join)
def drawing(request):
    """Every figure of every cell in every theme."""
    cell, name, theme = request.param
    trace = trace_of(cell=cell)
    return Drawing(trace, FIGURES[name].draw(trace, View(theme=theme), ()), theme)
