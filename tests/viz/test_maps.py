"""The phase diagram: every point is drawn where it belongs and says its number; words and marks are true."""

import csv as csv_format
import functools
import io
import json
from itertools import pairwise

import numpy as np
import pytest

from cells import RunSettings
from cells.analysis.maps import QUANTITIES, Axis, MapPlan, PhaseMap, critical_lines, measure, phase_map
from cells.analysis.maps.map_summary import crossings, distance, edge, extent, shares
from cells.analysis.maps.phase import coarse_places
from cells.knobs import knobs_of
from ui.cost.map_plan import clicked
from viz import FIGURES, View, as_figure, csv, framed
from viz.heat import unpacked
from viz.maps import PHASE, Shown
from viz.maps.findings import finding, missing, place
from viz.maps.map_scales import MAP_SCALES, tone_of
from viz.theme import PALETTES
from viz.words import spelled

SETTINGS = RunSettings(steps=20, hidden=8, batch=3)
SCALE, LENGTH = Axis("weight_scale", 0.0, 4.0, 9), Axis("steps", 2, 32, 7)
MAPS = {
    "tanh": (SETTINGS, SCALE, LENGTH),
    "turned": (SETTINGS, Axis("seed", 0, 4, 5), SCALE),
    "lstm": (RunSettings(cell="lstm", steps=20, hidden=8, batch=3), SCALE, Axis("forget_bias", -4.0, 6.0, 6)),
    "gaps": (SETTINGS.replace(signal="impulse"), Axis("impulse_step", 1, 9, 9), Axis("steps", 2, 10, 9)),
}


@functools.cache
def made(name="tanh", quantity="ratio"):
    settings, x, y = MAPS[name]
    return phase_map(MapPlan(settings, x, y, quantity))


def shown_of(found, present):
    value = measure(present, found.plan.quantity)
    read = (shares(found), extent(found), edge(found), distance(found, present))
    return Shown(found, critical_lines(found.plan), *read, present, value)


def shown(name="tanh", quantity="ratio", **values):
    return shown_of(made(name, quantity), MAPS[name][0].replace(**values))


def draw(one, theme="light"):
    return FIGURES[PHASE].draw(one, View(theme=theme), ())


def named(drawn, name):
    return [trace for trace in drawn.figure["data"] if trace.get("name") == name]


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("name", MAPS)
def test_every_quantity_is_drawn_in_every_theme(name, quantity, theme):
    drawn = draw(shown(name, quantity), theme)
    json.dumps(drawn.figure, allow_nan=False)
    as_figure(drawn)
    layout = drawn.figure["layout"]
    assert layout["xaxis"]["title"]["text"] and layout["yaxis"]["title"]["text"]
    assert drawn.alt.endswith(".") and any(letter.isdigit() for letter in drawn.alt)
    assert not any(mark in drawn.alt for mark in ("<", "nan", "inf", "None"))
    assert drawn.caption == layout["meta"]["caption"] and drawn.alt == layout["meta"]["alt"]
    assert framed(drawn, theme)["layout"]["height"] > layout["height"]


def test_every_quantity_has_its_colours_and_words():
    assert list(MAP_SCALES) == list(QUANTITIES)
    assert all((MAP_SCALES[name].centre is None) == (one.kept is None) for name, one in QUANTITIES.items())


def test_the_pointer_is_told_the_very_number_of_the_point():
    found = made()
    (pointed,) = (trace for trace in draw(shown()).figure["data"] if trace.get("opacity") == 0)
    finite = np.isfinite(found.values)
    np.testing.assert_allclose(unpacked(pointed["z"])[finite], found.values[finite], rtol=1e-6)
    assert np.isnan(unpacked(pointed["z"])[~finite]).all()
    assert (pointed["x"], pointed["y"]) == (list(found.plan.x_values), list(found.plan.y_values))


@pytest.mark.parametrize("quantity", [name for name, one in QUANTITIES.items() if one.kept is not None])
def test_colours_rise_with_the_number_and_are_in_the_middle_where_it_is_critical(quantity):
    values = made("tanh", quantity).values
    finite = np.sort(values[np.isfinite(values)])
    tone = tone_of(MAP_SCALES[quantity], values)
    at = tone.of(finite)
    assert (np.diff(at)[np.diff(finite) > 0] > 0).all() and -1 <= at[0] <= at[-1] <= 1
    assert tone.of(np.array([QUANTITIES[quantity].kept])) == pytest.approx(0, abs=1e-12)
    places, names = tone.ticks(470)
    assert len(places) == len(set(names)) and 0 in np.round(places, 12)
    assert all(abs(one - other) > 0.05 for one, other in pairwise(sorted(places)))


@pytest.mark.parametrize("point", [(0, 0), (3, 5), (6, 8)])
def test_a_click_on_any_point_sets_its_run_and_the_mark_moves_there(point):
    row, column = point
    plan = made().plan
    changes = clicked(plan, plan.x_values[column], plan.y_values[row])
    knobs = {axis.name: changes[axis.name] for axis in (plan.x, plan.y)}
    assert SETTINGS.replace(**knobs) == plan.point(row, column)
    (ring, *_) = named(draw(shown(**knobs)), "present setting")
    assert (ring["x"], ring["y"]) == ([plan.x_values[column]], [plan.y_values[row]])
    assert MapPlan(SETTINGS.replace(**knobs), plan.x, plan.y) == plan


def test_a_setting_beyond_the_ranges_is_told_and_not_drawn():
    beyond = shown(steps=60)
    assert not named(draw(beyond), "present setting")
    assert "lies outside this map" in place(beyond)


def test_the_present_setting_is_told_with_its_own_number_not_that_of_the_nearest_point():
    between = shown(weight_scale=1.2345)
    assert between.value == measure(SETTINGS.replace(weight_scale=1.2345), "ratio")
    assert "weight scale 1.2345" in place(between)


def test_points_without_a_run_and_points_not_computed_yet_look_different_and_are_named():
    blank = shown("gaps", "state")
    covers = {trace["hovertemplate"]: trace for trace in draw(blank).figure["data"] if "hovertemplate" in trace}
    (word,) = (hover for hover in covers if "no run is possible" in hover)
    np.testing.assert_array_equal(unpacked(covers[word]["z"]) == 1, ~blank.map.possible)
    assert f"{int((~blank.map.possible).sum())} points are no possible run" in " ".join(missing(blank))
    rows = PhaseMap(blank.map.plan, blank.map.values, blank.map.known.copy(), blank.map.possible)
    rows.known[4:] = False
    partly = draw(shown_of(rows, blank.present))
    heading = partly.figure["layout"]["annotations"][0]["text"]
    assert "not computed yet" in heading and "no run is possible" in heading
    assert "36 of 81 points are computed so far." in partly.alt


def test_a_first_look_fills_the_map_with_what_is_known():
    plan = MapPlan(SETTINGS, Axis("weight_scale", 0.0, 4.0, 41), Axis("seed", 0, 40, 41))
    coarse = shown_of(phase_map(plan, places=coarse_places(plan)), SETTINGS)
    (colours,) = named(draw(coarse), "ratio")
    assert unpacked(colours["z"]).shape == (11, 11)
    assert (colours["x"][0], colours["x"][-1]) == (0.0, 4.0)
    assert "121 of 1681 points are computed so far." in draw(coarse).alt
    assert "not computed yet" not in draw(coarse).figure["layout"]["annotations"][0]["text"]


def test_the_edge_is_drawn_through_the_rows_that_are_known():
    """Plotly fills gaps of a contour by relaxation: a large map of few rows held the page for seconds at every row."""
    whole = made()
    rows = [0, 3, 6]
    known = np.zeros_like(whole.known)
    known[rows] = True
    partly = PhaseMap(whole.plan, np.where(known, whole.values, np.nan), known, whole.possible)
    (line,) = named(draw(shown_of(partly, SETTINGS)), "edge")
    assert line["y"] == [whole.plan.y_values[row] for row in rows]
    assert unpacked(line["z"]).shape == (len(rows), 9) and np.isfinite(unpacked(line["z"])).all()
    (all_of_it,) = named(draw(shown()), "edge")
    assert all_of_it["y"] == list(whole.plan.y_values)


def test_theorys_lines_stand_at_their_values_and_are_named():
    drawn = draw(shown("turned"))
    for line in critical_lines(made("turned").plan):
        (trace,) = named(drawn, line.label)
        np.testing.assert_array_equal(np.array(trace["y"], float), line.y)
        assert spelled(line.label) in {note["text"] for note in drawn.figure["layout"]["annotations"]}


def test_the_edge_is_where_the_number_changes_its_side():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    rows = np.array(
        [[-3.0, -1.0, 1.0, 2.0], [-np.inf, 5.0, 6.0, 7.0], [1.0, 2.0, 3.0, 4.0], [np.nan, -1.0, np.nan, 3.0]]
    )
    np.testing.assert_allclose(crossings(x, rows), [1.5, 0.5, np.nan, 1.5])


def test_an_edge_that_is_known_is_found_and_the_distance_to_it_is_right():
    settings = RunSettings(activation="identity", init="orthogonal", hidden=8, batch=3)
    found = phase_map(MapPlan(settings, Axis("weight_scale", 0.5, 1.6, 12), Axis("steps", 2, 40, 6)))
    np.testing.assert_allclose(edge(found).places, 1.0, atol=1e-9)
    near = shown_of(found, settings.replace(weight_scale=1.25, steps=30))
    assert (near.distance.along, near.distance.gap) == ("x", pytest.approx(-0.25))
    assert "the edge lies 0.25 below, at weight scale 1." in place(near)
    assert "The edge lies at weight scale 1, whatever the sequence length T." in finding(near)
    assert "Theory's ρ(W_h) = 1 lies at weight scale 1." in finding(near)


def test_shares_of_the_map_are_counted():
    one, values = shown(), made().values
    told = finding(one)
    assert one.shares.vanishing == np.mean(values < -1) and one.shares.exploding == np.mean(values > 1)
    assert sum(vars(one.shares).values()) == pytest.approx(1)
    assert told.startswith("The gradient vanishes on ") and "explodes" in told


def test_csv_reads_back_as_the_very_numbers_of_every_point():
    one = shown("gaps", "ratio")
    rows = list(csv_format.DictReader(io.StringIO(csv(draw(one)))))
    assert len(rows) == one.map.values.size
    np.testing.assert_array_equal([float(row["log10 ratio"]) for row in rows], one.map.values.ravel())
    assert {row["point"] for row in rows} == {"computed", "no run is possible"}
    assert (rows[1]["impulse_step"], rows[1]["steps"]) == ("2", "2")


def test_the_caption_names_both_ranges_and_every_other_setting():
    plan, drawn = made("lstm").plan, draw(shown("lstm"))
    assert "Across: Weight scale 0 to 4, 9 values · Up: Forget bias −4 to 6, 6 values" in drawn.caption
    for record in (plan.settings, plan.settings.options):
        for name, field in knobs_of(record).items():
            own = f"{field.metadata['knob'].label}: " in drawn.caption
            assert own == (name not in (plan.x.name, plan.y.name)), name
