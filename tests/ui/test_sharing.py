"""What sessions share: results are kept by everything they depend on and by nothing else, and torch stays away."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from cells import CELLS, RunSettings
from cells.analysis import critical_scales
from cells.knobs import knobs_of
from tests.ui.sessions import ROOT, Session
from tests.ui.wild import values_of
from ui import compute
from ui.sidebar.controls import MARKING
from ui.views.fields import DEFAULTS, high_of, knob_of, own_knobs, run_settings
from ui.views.page import PageView

SMALL = {"steps": 12, "hidden": 4, "batch": 2}
KNOBS = [("rnn", name) for name in knobs_of(RunSettings)] + [(cell, name) for cell in CELLS for name in own_knobs(cell)]
PAIRS = [(one, other) for one in CELLS for other in CELLS if one < other]


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("ask", [compute.trace_of, lambda s: compute.summary_of(s, None), compute.critical_scales_of])
def test_cells_with_equal_values_are_told_apart(ask, one, other):
    first, second = (RunSettings(cell=cell, **SMALL) for cell in (one, other))
    assert ask(first) is ask(RunSettings(cell=one, **SMALL))
    assert ask(first) is not ask(second)
    if ask is compute.trace_of:
        assert ask(second).settings.cell == other


def test_charts_of_cells_with_equal_values_are_told_apart():
    bodies = {compute.body_of(RunSettings(cell=cell, **SMALL), PageView(), "light")[0] for cell in CELLS}
    assert len(bodies) == len(CELLS)


@pytest.mark.parametrize(("cell", "name"), KNOBS)
def test_every_knob_of_a_run_is_part_of_its_key(cell, name):
    base = DEFAULTS | {"cell": cell}
    one, other = run_settings(base), run_settings(base | {name: another(name)})
    assert one != other
    assert repr(one) != repr(other)


def another(name):
    """A value that is not the default."""
    default, knob = DEFAULTS[name], knob_of(name)
    if isinstance(default, bool):
        return not default
    if knob.choices:
        return next(choice for choice in knob.choices if choice not in (default, "own", "chosen"))
    halfway = type(default)((default + knob.low) / 2)
    return halfway if halfway != default else type(default)(high_of(name))


def test_two_sessions_do_not_see_each_other():
    one, other = Session(cell="lstm"), Session(cell="phased_lstm")
    assert one.charts != other.charts
    one.set("forget_bias", 4.0)
    other.run()
    assert other.value("forget_bias") == 1.0
    assert other.query == {"cell": "phased_lstm"}


def test_what_is_shared_cannot_be_written_to():
    trace = compute.trace_of(RunSettings(**SMALL))
    with pytest.raises(ValueError, match="read-only"):
        trace.states["h"][0, 0, 0] = 1.0


def test_the_view_is_part_of_a_chart_s_key():
    settings, view = RunSettings(cell="lstm", **SMALL), PageView()
    views = [view, replace(view, gates="units"), replace(view, gradient_units=True), replace(view, both_losses=True)]
    assert len({compute.body_of(settings, each, "light")[0] for each in views}) == len(views)
    assert compute.body_of(settings, view, "light") != compute.body_of(settings, view, "dark")


def test_the_page_comes_up_without_torch():
    """torch takes 1.2 s and hundreds of megabytes to load; the page of a run needs none of it."""
    program = (
        "import sys\n"
        "from tests.ui.sessions import Session\n"
        "session = Session(cell='lstm')\n"
        "session.press('export')\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(ROOT), env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_marks_depend_on_nothing_but_what_the_sidebar_asks_for():
    rng = Random(2)
    for _ in range(150):
        values = values_of(rng)
        few = DEFAULTS | {name: values[name] for name in MARKING}
        assert critical_scales(run_settings(values)) == critical_scales(run_settings(few))
