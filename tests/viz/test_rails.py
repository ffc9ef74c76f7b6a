"""Exact 0, overflow and NaN have rails of their own, there exactly when needed; nothing is dropped or floored."""

import re

import numpy as np
import pytest

from viz import Curve, View, flow, panel_figure

WORDS = {"exactly 0": np.isneginf, "overflow": np.isposinf, "NaN": np.isnan}


def rails_of(figure, axis="yaxis"):
    """The names of the rails of an axis, read from its ticks."""
    return {re.sub(r"<[^>]*>", "", text) for text in figure["layout"][axis]["ticktext"] if "<span" in text}


def needed(drawn):
    """The rails that some column of log10 means calls for."""
    means = [column for name, column in drawn.columns.items() if name.startswith("log10") and "%" not in name]
    return {word for word, holds in WORDS.items() if any(holds(mean).any() for mean in means)}


def test_rails_appear_exactly_when_needed(extreme):
    drawn = panel_figure("gradient", extreme)
    assert rails_of(drawn.figure) == needed(drawn)


def curve(values, name="test"):
    return Curve(name, name, "other", np.array(values, float))


@pytest.mark.parametrize("kinds", [(), ("exactly 0",), ("overflow",), ("NaN",), ("exactly 0", "overflow", "NaN")])
def test_each_kind_has_its_rail(run_of, kinds):
    values = np.full(50, -3.0)
    for place, kind in enumerate(kinds):
        values[10 * place : 10 * place + 5] = {"exactly 0": -np.inf, "overflow": np.inf, "NaN": np.nan}[kind]
    drawn = panel_figure("gradient", run_of(cell="rnn", loss="all"), extra=[curve(values)])
    assert rails_of(drawn.figure) == set(kinds)


@pytest.mark.parametrize("steps", [12, 50, 300, 2500])
def test_every_step_without_a_number_is_marked_on_its_rail_and_on_no_other(run_of, steps):
    trace = run_of(cell="rnn", steps=steps, hidden=2, batch=2, loss="all")
    values = np.full(steps, -1.0)
    values[: steps // 2], values[steps // 2], values[steps // 2 + 1] = -np.inf, np.inf, np.nan
    drawn = panel_figure("gradient", trace, extra=[curve(values)])
    marks = {
        t["hovertemplate"]: t
        for t in drawn.figure["data"]
        if t.get("name") == "test" and t.get("hovertemplate") in WORDS
    }
    shown = set(next(t["x"] for t in drawn.figure["data"] if t.get("name") == "test" and "text" in t))
    for word, holds in WORDS.items():
        expected = shown & set((np.flatnonzero(holds(values)) + 1).tolist())
        assert set(marks[word]["x"] if word in marks else []) == expected


def test_rails_lie_outside_what_the_axis_holds_zero_below_and_the_others_above(run_of):
    values = np.array([-np.inf, np.inf, np.nan] + [5.0] * 47)
    drawn = panel_figure("gradient", run_of(cell="rnn", loss="all"), extra=[curve(values)])
    finite = [y for t in drawn.figure["data"] if "text" in t for y in t["y"] if y is not None]
    places = {t["hovertemplate"]: t["y"][0] for t in drawn.figure["data"] if t.get("hovertemplate") in WORDS}
    low, high = drawn.figure["layout"]["yaxis"]["range"]
    assert low < places["exactly 0"] < min(finite)
    assert max(finite) < places["overflow"] < places["NaN"] < high


def test_curves_on_the_same_rail_keep_lanes_of_their_own(run_of):
    gone = np.full(50, -np.inf)
    drawn = panel_figure("gradient", run_of(cell="rnn"), extra=[curve(gone, "one"), curve(gone, "two")])
    lanes = {t["name"]: t["y"][0] for t in drawn.figure["data"] if t.get("hovertemplate") == "exactly 0"}
    assert len({lanes["one"], lanes["two"], lanes["direct part"]}) == 3


def test_a_point_between_gaps_is_still_seen(run_of):
    drawn = panel_figure("gradient", run_of(cell="rnn"))
    (point,) = [t for t in drawn.figure["data"] if t["mode"] == "markers" and t.get("hoverinfo") == "skip"]
    assert point["x"] == [50]
    assert point["cliponaxis"] is False


def test_a_gradient_of_nothing_but_zeros_is_drawn(run_of):
    drawn = flow(run_of(cell="rnn", weight_scale=0.0, loss="chosen", loss_steps=(3,)))
    assert "The gradient is exactly 0 at 49 steps." in drawn.alt


def test_nan_in_gates_is_marked_not_dropped(run_of):
    from viz.lines import Frame, line_panel
    from viz.panel import Scene

    scene = Scene(run_of(cell="lstm"), View())
    values = np.full(50, 0.5)
    values[7], values[8] = np.nan, -np.inf
    panel = line_panel(Frame("gates", "", "gate", 120, log=False), [Curve("g", "g", "g", values, log=False)], scene, [])
    marks = {t["hovertemplate"]: t["x"] for t in panel.traces if t.get("hovertemplate") in ("NaN", "−overflow")}
    assert marks == {"NaN": [8], "−overflow": [9]}
