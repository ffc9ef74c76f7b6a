"""Labels, ticks and marks stay readable: nothing overlaps, nothing is cut, whole steps only."""

import numpy as np
import pytest

from viz import PANELS, Curve, View, flow
from viz.labels import LINE_PX, SLACK_PX
from viz.stack import time_ticks


def end_labels(figure):
    """Panel -> centres of its end labels in px from the panel's top, and its height in px."""
    layout = figure["layout"]
    plot = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    found = {}
    for note in layout["annotations"]:
        if note["yref"] != "paper":
            axis = layout["yaxis" + note["yref"][1:]]
            height = plot * (axis["domain"][1] - axis["domain"][0])
            low, high = axis["range"]
            centre = (high - note["y"]) / (high - low) * height - note["yshift"]
            found.setdefault(note["yref"], (height, []))[1].append(centre)
    return found


def test_end_labels_never_overlap_and_stay_by_their_panel(extreme):
    for height, centres in end_labels(flow(extreme, View(also=tuple(PANELS))).figure).values():
        room = height + 2 * SLACK_PX
        apart = min(LINE_PX, room / max(1, len(centres) - 1))
        assert np.diff(sorted(centres)).min(initial=1e9) >= apart - 1
        assert -SLACK_PX - 1 <= min(centres) <= max(centres) <= height + SLACK_PX + 1


def test_eight_curves_that_end_in_one_point_have_labels_one_can_read(run_of):
    extra = [Curve(f"c{n}", f"c{n}", "other", np.full(50, -1.0)) for n in range(6)]
    ((_, centres), *_) = end_labels(
        flow(run_of(cell="rnn", loss="all"), View(panels=("gradient",)), extra).figure
    ).values()
    assert len(centres) == 8
    assert np.diff(sorted(centres)).min() >= LINE_PX - 1


@pytest.mark.parametrize("steps", [2, 3, 12, 24, 25, 50, 99, 100, 101, 300, 999, 1000, 4321, 20000])
def test_time_ticks_are_whole_steps_from_the_first_to_the_last(steps):
    ticks = time_ticks(steps)
    places = ticks["tickvals"]
    assert (places[0], places[-1]) == (1, steps)
    assert ticks["ticktext"] == [str(place) for place in places]
    assert len(places) <= 24
    assert np.diff(places).min() >= (1 if steps <= 24 else steps / 10 * 0.4)


@pytest.mark.parametrize(("steps", "nodes"), [(2, True), (24, True), (25, False), (1000, False)])
def test_a_short_network_is_drawn_and_a_long_one_is_a_ribbon(run_of, steps, nodes):
    drawn = flow(run_of(cell="rnn", steps=steps), View(panels=("strip",)))
    circles = [t for t in drawn.figure["data"] if t.get("marker", {}).get("symbol") == "circle"]
    assert bool(circles) is nodes
    if nodes:
        assert circles[0]["x"] == list(range(1, steps + 1))
        assert circles[0]["marker"]["size"] < 720 / steps


@pytest.mark.parametrize(("loss", "steps"), [("last", 50), ("all", 50), ("chosen", 50), ("last", 12), ("all", 12)])
def test_every_loss_has_its_mark(run_of, loss, steps):
    chosen = {"loss_steps": (3, 7)} if loss == "chosen" else {}
    drawn = flow(run_of(cell="rnn", steps=steps, loss=loss, **chosen), View(panels=("strip",)))
    (marks,) = [t for t in drawn.figure["data"] if t.get("name") == "loss"]
    assert marks["x"] == {"last": [steps], "all": list(range(1, steps + 1)), "chosen": [3, 7]}[loss]


def test_hundreds_of_losses_are_one_bar(run_of):
    drawn = flow(run_of(cell="rnn", steps=300, loss="all"), View(panels=("strip",)))
    (bar,) = [t for t in drawn.figure["data"] if t.get("name") == "loss"]
    assert bar["x"] == [0.5, 300.5, None]


def test_a_ribbon_leaves_cells_empty_where_the_gradient_is_exactly_zero(run_of):
    from viz.heat import unpacked

    drawn = flow(run_of(cell="rnn", weight_scale=0.0), View(panels=("strip",)))
    cells = unpacked(drawn.figure["data"][0]["z"])
    assert np.isnan(cells[0, :-1]).all()
    assert np.isfinite(cells[0, -1])


def test_a_higher_stretch_makes_every_panel_taller(trace):
    plain, tall = (flow(trace, View(stretch=stretch)).figure["layout"]["height"] for stretch in (1.0, 1.5))
    assert tall > plain + 100
