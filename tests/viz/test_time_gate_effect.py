"""The gate room's figures: one axis of real time, curves that coincide, orders, and findings that say what is drawn."""

import numpy as np
import pytest

from cells import RunSettings, run
from cells.analysis.time_gate.clock_curve import Clock, clock_curve
from cells.analysis.time_gate.time_gate_effect import time_gate_effect
from viz import View, csv, framed
from viz.analysis import CHARTS, Look
from viz.heat import unpacked
from viz.panel import Scene

THEMES = ("light", "dark")


def room_and_plate(name="gate_room", theme="light", look=None, **knobs):
    settings = RunSettings(cell="phased_lstm", hidden=8, batch=3).replace(**knobs)
    trace = run(settings)
    room = time_gate_effect(trace)
    return room, CHARTS[name].draw(room, Scene(trace, View(theme=theme)), look or Look())


def by_name(chart, name):
    return next(trace for trace in chart.figure["data"] if trace.get("name") == name)


@pytest.mark.parametrize("sampling", ["regular", "irregular", "two_sensors"])
def test_samples_and_curves_stand_at_the_timestamps(sampling):
    room, chart = room_and_plate(sampling=sampling)
    assert by_name(chart, "sample")["x"] == room.times.tolist()
    lines = [trace for trace in chart.figure["data"] if trace["type"] == "scatter" and trace.get("mode") == "lines"]
    assert len(lines) == 6
    assert all(line["x"] == room.times.tolist() for line in lines)
    low, high = chart.figure["layout"]["xaxis"]["range"]
    assert low < room.times[0] < room.times[-1] < high
    heat = next(trace for trace in chart.figure["data"] if trace["type"] == "heatmap")
    assert room.times[0] <= heat["x0"] < heat["x0"] + heat["dx"] * (len(room.moments) - 1) <= room.times[-1]


def test_marks_on_a_rail_stand_at_the_timestamps_too():
    room, chart = room_and_plate(sampling="irregular", leak=0.0)
    zeros = [trace for trace in chart.figure["data"] if trace.get("hovertemplate") == "exactly 0"]
    assert zeros and all(set(trace["x"]) <= set(room.times.tolist()) for trace in zeros)


def test_the_frozen_gate_lies_on_the_plain_lstm_and_the_alt_text_says_so():
    _, chart = room_and_plate()
    lines = [trace for trace in chart.figure["data"] if trace.get("mode") == "lines" and "hovertemplate" in trace]
    plain = [line["y"] for line in lines if line["name"] == "plain LSTM"]
    frozen = [line["y"] for line in lines if line["name"] == "frozen open"]
    assert len(plain) == 2 and plain == frozen
    assert chart.alt.count("frozen open the gate is the plain LSTM, and the curves coincide") == 2


@pytest.mark.parametrize(("order", "key"), [("period", "tau"), ("phase", "phi")])
def test_rows_stand_in_the_order_that_is_asked_for(order, key):
    room, chart = room_and_plate(look=Look(order=order))
    heat = next(trace for trace in chart.figure["data"] if trace["type"] == "heatmap")
    keys = -room.clock["tau"] if key == "tau" else room.phi[0]
    rows = np.argsort(keys, kind="stable")
    np.testing.assert_array_equal(unpacked(heat["z"]), room.raster[:, rows].T.astype("<f4"))
    assert [name for name in chart.columns if name.startswith("k, unit")] == [f"k, unit {row + 1}" for row in rows]


def test_the_finding_says_exactly_1_only_where_it_is():
    assert "the copy ratio is exactly 1" in room_and_plate(leak=0.0)[1].finding
    leaky = room_and_plate(leak=0.2)[1].finding
    assert "exactly 1" not in leaky and "α = 0.2" in leaky and "bit for bit" in leaky


def test_the_open_share_is_drawn_beside_its_theory():
    room, chart = room_and_plate("open_share", open_ratio=0.3)
    (bars,) = chart.figure["data"]
    assert sum(bars["y"]) == len(room.open_share)
    assert chart.figure["layout"]["shapes"][0]["x0"] == pytest.approx(0.3)
    assert "its open ratio promises 30 %" in chart.finding


def test_the_phase_histogram_holds_every_unit_step():
    _, chart = room_and_plate("phase")
    assert chart.columns["share"].sum() == pytest.approx(1.0)


def test_each_clocks_gradient_is_marked_by_its_sign_or_on_the_rail():
    room, chart = room_and_plate("clock_gradient", leak=0.0, open_ratio=0.02)
    still = int((room.grads["tau"] == 0).sum())
    assert still and f"{still} of 8 clocks get a gradient of exactly 0" in chart.finding
    drawn = [trace for trace in chart.figure["data"] if trace.get("hovertemplate") == "%{text}"]
    assert [len(trace["x"]) for trace in drawn] == [int((room.grads[name] != 0).sum()) for name in ("tau", "s", "r_on")]
    for trace, name in zip(drawn, ("tau", "s", "r_on"), strict=True):
        grads = chart.columns[f"dL/d{name}"][[round(x) - 1 for x in trace["x"]]]
        np.testing.assert_allclose(trace["y"], np.log10(np.abs(grads)), rtol=0, atol=1e-4)
        assert trace["marker"]["symbol"] == ["triangle-up" if grad > 0 else "triangle-down" for grad in grads]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [name for name, kind in CHARTS.items() if kind.needs == "gate_room"])
def test_every_figure_leaves_the_page_whole(name, theme):
    _, chart = room_and_plate(name, theme)
    assert len({len(column) for column in chart.columns.values()}) == 1
    assert csv(chart).count("\n") == len(next(iter(chart.columns.values()))) + 1
    report = framed(chart, theme, "http://127.0.0.1/gate", "1.0")
    assert "Sign of the shift" in chart.caption and report["layout"]["width"]


def test_the_explored_clock_stands_in_the_caption_and_its_corners_in_the_table():
    trace = run(RunSettings(cell="phased_lstm", hidden=4, batch=2))
    found = clock_curve(Clock(12.0, 3.0, 0.5, 0.1), trace.times[:, 0], (0.0, 50.0))
    chart = CHARTS["clock"].draw(found, Scene(trace), Look())
    assert chart.caption.startswith("Explored: tau = 12 · s = 3 · r_on = 0.5 · leak = 0.1 · Cell: Phased")
    np.testing.assert_array_equal(chart.columns["k"], found.k)
    assert chart.finding.startswith("Open 50 % of the time, 6 of every 12; k peaks at 1 at t = 6; φ = 0.75 at t = 0;")
