"""A figure that can be dragged: every frame is its own run's figure, on axes that serve all and stand still."""

import json
from copy import deepcopy

import numpy as np
import pytest

from cells import RunSettings, run
from viz import PANELS, View, flow
from viz.frames import NOWHERE, frames
from viz.heat import unpacked
from viz.panel import Scene
from viz.scrub import MOST, Track, scrubbed, sketch

SCALES = (0.0, 0.5, 1.0, 1.5, 3.0)
KNOBS = {
    "weight_scale": SCALES,
    "seed": (0, 1, 7),
    "forget_bias": (-4.0, 0.0, 6.0),
    "leak": (0.0, 0.001, 1.0),
    "open_ratio": (0.001, 0.05, 1.0),
    "hidden": (1, 8, 20),
    "batch": (1, 5, 9),
    "layers": (1, 2, 3),
}
CASES = [
    *(("rnn", knob) for knob in ("weight_scale", "seed", "hidden", "batch", "layers")),
    *(("gru", knob) for knob in ("weight_scale", "batch")),
    *(("lstm", knob) for knob in ("weight_scale", "forget_bias", "hidden")),
    *(("phased_lstm", knob) for knob in ("leak", "open_ratio", "forget_bias")),
]
PRECISION = 2e-6  # frames travel as 4-byte floats


def points(cell, knob, **more):
    base = RunSettings(**{"cell": cell, "hidden": 6, "batch": 4, "steps": 40} | more)
    return [base.replace(**{knob: value}) for value in KNOBS[knob]]


def dragged(settings, knob, at=1, view=None):
    traces = [run(point) for point in settings]
    track = Track(knob, knob, tuple(map(str, range(len(settings)))), at)
    return scrubbed(track, [sketch(trace, view) for trace in traces], Scene(traces[at], view or View()))


def reader(column):
    """A column of frames as a function of the frame, read by other means than the browser's."""
    if isinstance(column, list):
        return lambda k: column[k]
    if "ends" in column:
        flat = unpacked(column)
        return lambda k: flat[([0, *column["ends"]])[k] : column["ends"][k]].tolist()
    cube = unpacked(column)
    return lambda k: cube[k]


def frame(drawn, k):
    """The figure a browser shows at place k."""
    figure = deepcopy(drawn.figure)
    for slot, key, column in drawn.scrub["changes"]["data"]:
        figure["data"][slot][key] = reader(column)(k)
    for place, key, column in drawn.scrub["changes"]["layout"]:
        if key is None:
            figure["layout"][place] = reader(column)(k)
        else:
            figure["layout"]["annotations"][place][key] = reader(column)(k)
    return figure


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], float)


def lines(figure):
    """(x, y) of every line and mark that has points, by what it is; order aside."""
    found = []
    for trace in figure["data"]:
        if trace["type"] == "scatter" and np.isfinite(numbers(trace["y"])).any():
            found.append((trace.get("name", ""), trace["mode"], str(trace.get("line", {}).get("dash")), trace))
    return sorted(found, key=lambda entry: (entry[:3], len(entry[3]["y"])))


def maps(figure):
    """The values of every heatmap that shows any."""
    packed = [trace["z"] for trace in figure["data"] if trace["type"] == "heatmap"]
    cells = [unpacked(z) if isinstance(z, dict) else np.asarray(z) for z in packed]
    return [cell for cell in cells if np.isfinite(cell).any()]


RAIL = ("exactly 0", "overflow", "NaN")


@pytest.mark.parametrize(("cell", "knob"), CASES, ids="-".join)
@pytest.mark.parametrize("also", [(), tuple(PANELS)], ids=["usual", "every panel"])
def test_every_frame_is_the_figure_of_its_own_run(cell, knob, also):
    settings, view = points(cell, knob), View(also=also)
    drawn = dragged(settings, knob, view=view)
    for k, point in enumerate(settings):
        shown, alone = lines(frame(drawn, k)), lines(flow(run(point), view).figure)
        assert [entry[:3] for entry in shown] == [entry[:3] for entry in alone]
        for *_, one, other in ((*entry, mate[3]) for entry, mate in zip(shown, alone, strict=True)):
            np.testing.assert_array_equal(numbers(one["x"]), numbers(other["x"]))
            if other.get("hovertemplate") not in RAIL and "10–90" not in other.get("name", ""):  # places of the axis
                np.testing.assert_allclose(numbers(one["y"]), numbers(other["y"]), rtol=PRECISION, atol=1e-6)


@pytest.mark.parametrize(("cell", "knob"), CASES, ids="-".join)
def test_heatmaps_show_each_runs_own_values(cell, knob):
    settings, view = points(cell, knob), View(also=("gradient_units", "state_units"))
    drawn = dragged(settings, knob, view=view)
    for k, point in enumerate(settings):
        for shown, alone in zip(maps(frame(drawn, k)), maps(flow(run(point), view).figure), strict=True):
            np.testing.assert_allclose(shown, alone, rtol=1e-6)


def ranges(layout):
    return {name: axis["range"] for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))}


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "phased_lstm"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
def test_axes_and_colours_stand_still(cell, activation):
    drawn = dragged(
        points(cell, "weight_scale", activation=activation, steps=300), "weight_scale", view=View(also=tuple(PANELS))
    )
    moved = {(place if key is None else key) for place, key, _ in drawn.scrub["changes"]["layout"]}
    assert moved <= {"shapes", "y", "yshift", "text"}
    restyled = {key for _, key, _ in drawn.scrub["changes"]["data"]}
    assert restyled <= {"x", "y", "z"}
    assert all(key != "text" or "Gradient dL" in str(column) for _, key, column in drawn.scrub["changes"]["layout"])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_every_finite_value_of_every_frame_lies_on_its_axis(cell, activation):
    drawn = dragged(points(cell, "weight_scale", activation=activation, steps=200), "weight_scale")
    for k in range(len(SCALES)):
        figure = frame(drawn, k)
        for trace in figure["data"]:
            low, high = figure["layout"]["yaxis" + trace["yaxis"][1:]]["range"]
            if trace["type"] == "scatter":
                y = numbers(trace["y"])
                y = y[np.isfinite(y)]
                assert (y >= low - 1e-4).all()
                assert (y <= high + 1e-4).all()


def test_the_axis_is_the_smallest_that_serves_all():
    settings = points("rnn", "weight_scale")
    low, high = ranges(dragged(settings, "weight_scale").figure["layout"])["yaxis2"]
    single = [ranges(flow(run(point)).figure["layout"])["yaxis2"] for point in settings]
    tallest = max(b - a for a, b in single)
    assert high - low < 2 * tallest
    assert high - low >= max(b for _, b in single) - min(a for a, _ in single) - 0.35 * tallest


def test_rails_stay_where_any_frame_needs_them():
    settings = points("gru", "weight_scale", activation="relu", steps=1200, hidden=24, batch=2)
    shown, alone = dragged(settings, "weight_scale", at=1), flow(run(settings[1]))
    reached = [str(drawn.figure["layout"]["yaxis2"]["ticktext"]) for drawn in (shown, alone)]
    assert ["NaN" in words or "overflow" in words for words in reached] == [True, False]


def test_a_panel_is_logarithmic_in_all_frames_or_in_none():
    settings = points("rnn", "weight_scale", activation="identity", steps=100)
    drawn = dragged(settings, "weight_scale")
    headings = {note["text"] for note in drawn.figure["layout"]["annotations"]}
    assert "State norm (log axis)" in headings
    assert "State norm" in {note["text"] for note in flow(run(settings[1])).figure["layout"]["annotations"]}
    for k, point in enumerate(settings):
        (shown,) = [e[3] for e in lines(frame(drawn, k)) if e[0] == "‖h<sub>t</sub>‖" and len(e[3]["y"]) == 100]
        expected = np.log10(np.linalg.norm(run(point).states["h"][1:], axis=-1).mean(axis=1))
        np.testing.assert_allclose(numbers(shown["y"]), expected, rtol=0, atol=1e-3)


def test_the_frame_shown_first_is_the_present_one():
    settings = points("lstm", "forget_bias")
    drawn = dragged(settings, "forget_bias", at=2)
    for _, key, column in drawn.scrub["changes"]["data"]:
        assert key in ("x", "y", "z"), column
    shown, first = frame(drawn, 2), drawn.figure
    for one, other in zip(shown["data"], first["data"], strict=True):
        if one["type"] == "scatter":
            np.testing.assert_allclose(numbers(one["y"]), numbers(other["y"]), rtol=PRECISION, atol=1e-6)
    assert drawn.scrub["alts"][2] == drawn.alt
    assert drawn.caption == flow(run(settings[2])).caption


def test_runs_that_do_not_differ_change_nothing():
    settings = [points("lstm", "seed")[0]] * 3
    assert dragged(settings, "seed").scrub["changes"] == {"data": [], "layout": []}


def test_frames_hold_no_text_and_little_else():
    settings = points("lstm", "forget_bias") * 9
    traces = [run(point) for point in settings]
    track = Track("forget_bias", "Forget bias", tuple(map(str, range(27))), 0)
    drawn = scrubbed(track, [sketch(trace) for trace in traces], Scene(traces[0]))
    plain = sum(len(json.dumps(flow(trace).figure)) for trace in traces)
    assert len(json.dumps(drawn.scrub["changes"])) < plain / 2
    json.dumps([drawn.figure, drawn.scrub], allow_nan=False)


def test_a_trace_that_only_some_frames_have_waits_out_of_sight():
    axis = {"yaxis": "y", "type": "scatter", "mode": "lines"}
    full = {"data": [axis | {"name": "a", "x": [1], "y": [2.0]}, axis | {"name": "b", "x": [1, 2], "y": [1.0, None]}]}
    bare = {"data": [axis | {"name": "a", "x": [1], "y": [3.0]}]}
    figures = [figure | {"layout": {"annotations": []}} for figure in (bare, full, bare)]
    base, changes = frames(figures, 0)
    assert [trace["name"] for trace in base["data"]] == ["a", "b"]
    assert {key: base["data"][1][key] for key in NOWHERE} == NOWHERE
    columns = {(slot, key): reader(column) for slot, key, column in changes["data"]}
    assert [columns[0, "y"](k) for k in range(3)] == [[3.0], [2.0], [3.0]]
    np.testing.assert_array_equal(columns[1, "y"](1), [1.0, np.nan])
    assert columns[1, "x"](1) == [1.0, 2.0]
    assert len(columns[1, "x"](0)) == 1


# ── what cannot be dragged


@pytest.mark.parametrize(
    ("values", "at", "sentence"),
    [
        ((), 0, r"seed has 0 values to drag along, outside \[2, 81\]"),
        (("1",), 0, r"seed has 1 values to drag along, outside \[2, 81\]"),
        (tuple("x" * (MOST + 1)), 0, r"seed has 82 values to drag along, outside \[2, 81\]"),
        (("1", "2"), 2, r"at = 2 is outside \[0, 1\]"),
    ],
)
def test_a_track_that_is_none_is_named(values, at, sentence):
    with pytest.raises(ValueError, match=sentence):
        Track("seed", "Seed", values, at)


def test_words_for_some_values_only_are_refused():
    with pytest.raises(ValueError, match="said has 1 entries, seed has 2 values"):
        Track("seed", "Seed", ("0", "1"), 0, said=({},))


def test_as_many_runs_as_values_are_needed():
    traces = [run(point) for point in points("rnn", "seed")]
    with pytest.raises(ValueError, match="seed has 2 values and 3 runs"):
        scrubbed(Track("seed", "Seed", ("0", "1"), 0), [sketch(trace) for trace in traces], Scene(traces[0]))


def test_runs_of_different_lengths_share_no_time_axis():
    traces = [run(RunSettings(hidden=3, batch=2, steps=steps)) for steps in (20, 30)]
    with pytest.raises(ValueError, match="steps changes the time axis: its runs have 20 to 30 steps"):
        scrubbed(Track("steps", "T", ("20", "30"), 0), [sketch(trace) for trace in traces], Scene(traces[0]))
