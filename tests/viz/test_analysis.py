"""What holds for every chart of every cell in both themes, and at the extremes."""

import functools
import json
import math

import numpy as np
import pytest

from cells import RunSettings, run
from cells.analysis.errors import DoesNotApply
from cells.knobs import knobs_of
from tests.viz.conftest import CELLS, EXTREMES, trace_of
from ui.analysis.measures import MEASURES, Ask
from viz import View, as_figure, csv
from viz.analysis import CHARTS, Look
from viz.panel import Scene
from viz.theme import PALETTES

TOKENS = {"signal": "tokens", "steps": 12}
CLOCKED = [name for name, kind in CHARTS.items() if kind.needs == "gate_room"]  # they need a time gate
DRAWN = [(cell, name) for cell in CELLS for name in CHARTS if cell == "phased_lstm" or name not in CLOCKED]
DRAWINGS = [(cell, name, theme) for cell, name in DRAWN for theme in ("light", "dark")]
SMALL = {name: fields for name, fields in EXTREMES.items() if name != "long"}  # its T² losses take their time
PLAIN = Look()
LOOKS = (Look(step=2, loss_step=2), Look(shares_of="own", spread_of="gate", numbers="unit", node=3))


RECORDS = {}


def record_of(measure, look=PLAIN, layer=0, **settings):
    """A measure's record, once a session for all that it depends on."""
    trace, kind = trace_of(**settings), MEASURES[measure]
    key = measure, kind.runs(trace.settings), kind.layered and layer, *(getattr(look, name) for name in kind.depends)
    if key not in RECORDS:
        RECORDS[key] = kind.compute(Ask(trace, layer, look, lambda share: None))
    return RECORDS[key]


def plate_of(name, look=PLAIN, theme="light", layer=0, **settings):
    """A chart of the run with these settings."""
    record = record_of(CHARTS[name].needs, look, layer, **settings)
    return CHARTS[name].draw(record, Scene(trace_of(**settings), View(theme=theme, layer=layer)), look)


def axes(chart):
    return [axis for name, axis in chart.figure["layout"].items() if name[:5] in ("xaxis", "yaxis")]


@pytest.fixture(params=DRAWINGS, ids="-".join)
def drawing(request):
    """Every chart of every cell in every theme, with its settings and theme."""
    cell, name, theme = request.param
    settings = {"cell": cell} | (TOKENS if name == "softmax" else {})
    return plate_of(name, theme=theme, **settings), trace_of(**settings).settings, theme


def test_the_finding_is_one_sentence_with_a_number_and_begins_the_alt_text(drawing):
    chart, _, _ = drawing
    assert chart.finding.endswith(".") and chart.alt.startswith(chart.finding)
    assert any(letter.isdigit() for letter in chart.finding)
    assert not any(mark in chart.alt for mark in ("<", "e-0", "nan", "inf", "  ", ".."))
    assert chart.figure["layout"]["meta"]["alt"] == chart.alt


def test_the_caption_names_every_setting(drawing):
    chart, settings, _ = drawing
    for record in (settings, settings.options):
        for field in knobs_of(record).values():
            assert f"{field.metadata['knob'].label}: " in chart.caption


def test_every_axis_is_named_and_none_is_logarithmic(drawing):
    chart, _, _ = drawing
    shown = [axis for axis in axes(chart) if axis.get("showticklabels", True)]
    heads = {note["text"] for note in chart.figure["layout"]["annotations"]}
    assert all(axis["title"]["text"] or {"cell", "activation"} <= heads for axis in shown)
    assert not any("type" in axis for axis in axes(chart))
    assert {trace["type"] for trace in chart.figure["data"]} <= {"scatter", "heatmap", "bar"}


def test_the_figure_is_plain_json_that_plotly_accepts(drawing):
    chart, _, _ = drawing
    assert json.loads(json.dumps(chart.figure, allow_nan=False)) == chart.figure
    assert len(as_figure(chart).data) == len(chart.figure["data"])


def test_a_theme_uses_none_of_the_other_themes_colours(drawing):
    chart, _, theme = drawing
    (other,) = PALETTES.keys() - {theme}
    text = json.dumps(chart.figure)
    assert not any(colour in text for colour in PALETTES[other].roles.values())


def test_the_table_has_columns_of_one_length_and_goes_into_csv(drawing):
    chart, _, _ = drawing
    (rows,) = {len(column) for column in chart.columns.values()}
    lines = csv(chart).splitlines()
    assert len(lines) == rows + 1 and rows > 0
    assert lines[0].count(",") >= len(chart.columns) - 1


def test_drawing_again_gives_the_same(drawing):
    chart, settings, theme = drawing
    fields = {"cell": settings.cell} | (TOKENS if chart.name == "softmax" else {})
    assert plate_of(chart.name, theme=theme, **fields).figure == chart.figure


TURNS = [  # the looks by turns; the others are slow
    pytest.param(cell, extreme, look, marks=[] if (k + turn + place) % len(LOOKS) == 0 else pytest.mark.slow)
    for k, cell in enumerate(CELLS)
    for turn, extreme in enumerate(SMALL)
    for place, look in enumerate(LOOKS)
]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(("cell", "extreme", "look"), TURNS)
def test_every_plate_is_drawn_or_says_in_a_sentence_why_not(cell, extreme, look, name):
    settings = {"cell": cell} | SMALL[extreme]
    for layer in {0, settings.get("layers", 1) - 1}:
        assert_drawn_or_explained(name, look, layer, settings)


def assert_drawn_or_explained(name, look, layer, settings):
    said = ""
    try:
        chart = plate_of(name, look, layer=layer, **settings)
        json.dumps(chart.figure, allow_nan=False)
        said = chart.finding
    except DoesNotApply as reason:
        said = str(reason)
    assert said.endswith(".") and len(said) > 30


def test_most_plates_apply_to_every_cell():
    """So that a sentence why not is the exception."""
    for cell in CELLS:
        missing = set()
        for name in CHARTS:
            try:
                plate_of(name, cell=cell)
            except DoesNotApply:
                missing.add(name)
        assert missing == {"softmax", *([] if cell == "phased_lstm" else CLOCKED)}


@pytest.mark.parametrize("name", ["lyapunov", "long_jacobian", "jacobian"])
def test_a_state_that_overflows_leaves_a_sentence(name):
    with pytest.raises(DoesNotApply, match="not finite"):
        overflown(name)


@pytest.mark.parametrize("name", ["prediction", "parts", "paths", "saturation", "graph", "exercise"])
def test_a_state_that_overflows_is_drawn_where_it_can_be(name):
    chart = overflown(name)
    json.dumps(chart.figure, allow_nan=False)
    assert chart.finding.endswith(".")


def overflown(name):
    """A chart of a run whose states leave float64."""
    settings = RunSettings(cell="gru", activation="identity", weight_scale=4.0, steps=1000, hidden=8, batch=5, seed=2)
    trace = overflown_run(settings.replace(form="cho"))
    assert not np.isfinite(trace.states["h"]).all()
    record = MEASURES[CHARTS[name].needs].compute(Ask(trace, 0, Look(step=1000), lambda share: None))
    return CHARTS[name].draw(record, Scene(trace), Look(step=1000))


overflown_run = functools.cache(run)


def test_heights_and_margins_leave_room_for_the_picture(drawing):
    chart, _, _ = drawing
    layout = chart.figure["layout"]
    assert layout["height"] - layout["margin"]["t"] - layout["margin"]["b"] >= 100
    assert math.isfinite(layout["height"])


def test_drawing_changes_nothing_in_the_record():
    record = record_of("credit", cell="gru")
    before = record.log10.copy()
    plate_of("credit", cell="gru"), plate_of("credit_row", cell="gru")
    np.testing.assert_array_equal(record.log10, before)
