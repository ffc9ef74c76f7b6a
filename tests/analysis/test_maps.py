"""Phase diagrams: every point is the single run's number, whatever way the map was computed."""

import json
import math

import numpy as np
import pytest

from cells import CELLS, RunSettings, run
from cells.analysis import DoesNotApply, critical_scales, log10_mean, lyapunov, verdict
from cells.analysis.maps import LARGEST, QUANTITIES, Axis, MapPlan, critical_lines, measure, phase_map
from cells.analysis.maps.phase import coarse_places, compute
from cells.analysis.maps.tiles import assembled, row, rows_of
from cells.knobs import BadValue

SMALL = {"steps": 12, "hidden": 5, "batch": 3}
AXES = {
    "rnn": (Axis("weight_scale", 0.0, 3.0, 4), Axis("seed", 0, 2, 3)),
    "gru": (Axis("weight_scale", 0.0, 3.0, 4), Axis("steps", 2, 9, 3)),
    "lstm": (Axis("forget_bias", -2.0, 5.0, 3), Axis("weight_scale", 0.5, 2.0, 3)),
    "phased_lstm": (Axis("open_ratio", 0.05, 1.0, 3), Axis("leak", 0.0, 1.0, 3)),
}
ANY = AXES["rnn"]  # of a cell whose own knobs are not listed
VARIANTS = {
    "last": {},
    "all": {"loss": "all", "layers": 2},
    "chosen": {"loss": "chosen", "loss_steps": (1, 2)},
    "relu": {"activation": "relu"},
    "impulse": {"signal": "impulse", "impulse_step": 2, "loss": "all"},
}


def single(settings, quantity, layer=None):
    """The number as the rest of the program has it for one run."""
    trace = run(settings)
    found = verdict(trace, layer)
    if quantity == "lyapunov":
        try:
            return lyapunov(trace, lowest=found.layer).exponents[0]
        except DoesNotApply:
            return math.nan
    if quantity == "half_life":
        nothing = math.isnan(found.credit.log10_decay)
        return math.nan if nothing else np.log10(found.half_life)
    state = log10_mean(trace.layer(found.layer).log10_state_norms["h"])[-1]
    return {"ratio": found.log10_ratio, "decay": found.decay_per_step, "state": state}[quantity]


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_point_is_the_single_runs_number(cell, variant, quantity):
    plan = MapPlan(RunSettings(cell=cell, **(SMALL | VARIANTS[variant])), *AXES.get(cell, ANY), quantity)
    made = phase_map(plan)
    assert made.whole and made.possible.all()
    expected = [[single(plan.point(r, c), quantity) for c in range(plan.shape[1])] for r in range(plan.shape[0])]
    np.testing.assert_allclose(made.values, expected, rtol=1e-11, atol=1e-11)


def test_a_lower_layer_is_the_single_runs_layer():
    plan = MapPlan(RunSettings(**SMALL, layers=3), *AXES["rnn"], "ratio", layer=0)
    assert phase_map(plan).values[1, 2] == pytest.approx(single(plan.point(1, 2), "ratio", 0), rel=1e-12)


def test_the_present_run_is_measured_as_its_point_on_the_map():
    plan = MapPlan(RunSettings(**SMALL), *AXES["rnn"], "decay")
    assert measure(plan.point(2, 1), "decay") == pytest.approx(phase_map(plan).values[2, 1], rel=1e-12)


def test_rows_are_y_and_columns_are_x():
    plan = MapPlan(RunSettings(**SMALL), Axis("weight_scale", 0.5, 2.5, 5), Axis("seed", 3, 5, 3))
    assert plan.shape == (3, 5)
    assert plan.x_values == (0.5, 1.0, 1.5, 2.0, 2.5) and plan.y_values == (3, 4, 5)
    assert (plan.point(1, 4).weight_scale, plan.point(1, 4).seed) == (2.5, 4)


def test_whole_numbers_stand_once_each():
    plan = MapPlan(RunSettings(**SMALL), Axis("layers", 1, 4), Axis("hidden", 2, 9.5, 41))
    assert plan.x_values == (1, 2, 3, 4) and plan.y_values == (2, 3, 4, 5, 6, 7, 8, 9)


def test_coarse_then_fine_is_the_map_at_once():
    plan = MapPlan(RunSettings(**SMALL), Axis("weight_scale", 0.0, 2.0, 23), Axis("seed", 0, 13, 14))
    places = coarse_places(plan)
    assert places.sum() == 121 and places[0, 0] and places[-1, -1]
    coarse = phase_map(plan, places=places)
    assert (coarse.known == places).all() and np.isnan(coarse.values[~places]).all() and not coarse.whole
    told = []
    whole, at_once = phase_map(plan, told.append, start=coarse), phase_map(plan)
    assert whole.whole and told == sorted(told) and told[-1] == 1
    np.testing.assert_allclose(whole.values, at_once.values, rtol=1e-12)
    np.testing.assert_array_equal(whole.values[places], coarse.values[places])


def test_a_report_that_raises_ends_the_map():
    class Enough(Exception):
        pass

    def report(share):
        raise Enough

    plan = MapPlan(RunSettings(**SMALL), *AXES["rnn"])
    with pytest.raises(Enough):
        phase_map(plan, report)


def test_maps_that_are_equal_have_equal_plans():
    base = RunSettings(cell="lstm", **SMALL)
    moved = base.replace(weight_scale=1.7, forget_bias=4.0)
    assert MapPlan(base, *AXES["lstm"]) == MapPlan(moved, *AXES["lstm"])
    assert MapPlan(base, *AXES["lstm"]) != MapPlan(base.replace(seed=1), *AXES["lstm"])


@pytest.mark.parametrize("cell", CELLS)
def test_a_plan_survives_json(cell):
    own = {"signal": "own", "own": [[0.5, 1.0]] * 12, "loss": "chosen", "loss_steps": (2, 12)}
    plan = MapPlan(
        RunSettings(cell=cell, **(SMALL | own)), Axis("weight_scale", 0.1, 2.0), Axis("seed", 0, 2), "state", 0
    )
    assert MapPlan.from_json(json.loads(json.dumps(plan.as_json()))) == plan


class Context:
    """What a job gives its tiles."""

    def __init__(self, settings, stop=False):
        self.settings, self.stop, self.told = json.loads(json.dumps(settings)), stop, []

    def report(self, share):
        self.told.append(share)

    def stop_requested(self):
        return self.stop


def test_the_map_of_a_jobs_tiles_is_the_map_at_once():
    plan = MapPlan(RunSettings(cell="lstm", **SMALL), *AXES["lstm"])
    context = Context(plan.as_json())
    tiles = [(tile["row"], row(tile, context)) for tile in rows_of(plan)]
    assert context.told == [1.0] * 3
    half, whole = assembled(plan, tiles[:2]), assembled(plan, tiles)
    assert half.known.tolist() == [[True] * 3, [False] * 3, [True] * 3] and whole.whole
    np.testing.assert_allclose(whole.values, phase_map(plan).values, rtol=1e-12)
    assert row({"row": 0}, Context(plan.as_json(), stop=True)) is None


@pytest.mark.parametrize("count", [2, 3, 41, 64, 201])
def test_a_jobs_rows_are_all_there_once_and_any_first_part_of_them_is_spread_over_the_map(count):
    plan = MapPlan(RunSettings(**SMALL), Axis("weight_scale", 0.0, 3.0, 2), Axis("seed", 0, 1000, count))
    order = [tile["row"] for tile in rows_of(plan)]
    assert sorted(order) == list(range(count))
    for part in range(2, count):
        gaps = np.diff([*sorted(order[:part]), count])
        assert gaps.max() <= 4 * count / part


def test_where_two_values_do_not_go_together_the_map_is_blank():
    base = RunSettings(**SMALL, signal="impulse")
    plan = MapPlan(base, Axis("impulse_step", 1, 9, 9), Axis("steps", 2, 10, 9))
    made = phase_map(plan)
    impossible = np.array([[x > y for x in plan.x_values] for y in plan.y_values])
    assert (made.possible == ~impossible).all() and made.whole
    assert np.isnan(made.values[impossible]).all() and np.isfinite(made.values[~impossible]).any()
    nowhere = MapPlan(base, Axis("impulse_step", 11, 20, 3), Axis("steps", 2, 10, 3))
    with pytest.raises(BadValue, match="impulse_step = "):
        phase_map(nowhere)
    tiles = [(0, row({"row": 0}, Context(nowhere.as_json())))]
    assert not assembled(nowhere, tiles).possible[0].any()


def test_the_critical_line_is_that_of_every_single_run():
    plan = MapPlan(RunSettings(**SMALL), Axis("seed", 0, 4, 5), Axis("weight_scale", 0.0, 4.0, 5))
    (line, *_) = [line for line in critical_lines(plan) if line.label == "ρ(W_h) = 1"]
    expected = [critical_scales(plan.settings.replace(seed=seed)) for seed in range(5)]
    found = [next((m.value for m in marks if m.label == line.label), np.nan) for marks in expected]
    np.testing.assert_array_equal(line.x, range(5))
    np.testing.assert_array_equal(line.y, found)
    turned = MapPlan(RunSettings(**SMALL), plan.y, plan.x)
    np.testing.assert_array_equal(critical_lines(turned)[0].x, critical_lines(plan)[0].y)
    assert critical_lines(MapPlan(RunSettings(**SMALL), Axis("seed", 0, 4), Axis("hidden", 2, 5))) == ()


PLAIN, SEED = Axis("weight_scale", 0.0, 2.0), Axis("seed", 0, 9)
BAD = [
    ((Axis("activation", 0, 1), SEED), "map_x = activation has no order; choose a number such as weight_scale"),
    ((PLAIN, Axis("residual", 0, 1)), "map_y = residual has no order"),
    ((PLAIN, Axis("forget_bias", 0, 1)), "map_y = forget_bias is no knob of the cell rnn"),
    ((PLAIN, PLAIN), "map_x and map_y are both weight_scale; choose two different knobs"),
    ((Axis("weight_scale", 1, 1), SEED), r"map_x = weight_scale from 1 to 1 is empty; .* within \[0, 4\]"),
    ((Axis("weight_scale", 2, 1), SEED), "map_x = weight_scale from 2 to 1 is reversed"),
    ((Axis("weight_scale", 0, 9), SEED), r"map_x = weight_scale from 0 to 9 leaves \[0, 4\]"),
    ((Axis("weight_scale", math.nan, 1), SEED), r"map_x = weight_scale from nan to 1 has no ends"),
    ((Axis("weight_scale", 0, math.inf), SEED), r"has no ends; give two numbers in \[0, 4\]"),
    ((PLAIN, Axis("seed", 0.2, 1.7)), "holds fewer than two whole numbers"),
    ((Axis("weight_scale", 0, 2, 1000), Axis("seed", 0, 9, 1000)), "map_size = 1000 × 1000 asks for 1000000 points"),
    ((Axis("weight_scale", 0, 2, 1), SEED), r"map_size = 1 is outside \[2, 201\], the values a side"),
    ((PLAIN, SEED, "colour"), "map_of = 'colour' is none of ratio, decay"),
    ((PLAIN, SEED, "ratio", 1), r"layer = 2 is outside \[1, 1\]"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=[sentence[:50] for _, sentence in BAD])
def test_what_is_no_map_is_refused_in_one_sentence(arguments, sentence):
    with pytest.raises(BadValue, match=sentence) as caught:
        MapPlan(RunSettings(**SMALL), *arguments)
    assert caught.value.field in ("map_x", "map_y", "map_size", "map_of", "layer")
    assert len(str(caught.value).splitlines()) == 1


def test_the_largest_map_is_a_map_and_the_next_is_none():
    MapPlan(RunSettings(**SMALL), Axis("weight_scale", 0, 2, LARGEST), Axis("seed", 0, 500, LARGEST))
    with pytest.raises(BadValue):
        MapPlan(RunSettings(**SMALL), Axis("weight_scale", 0, 2, LARGEST + 1), SEED)


def test_one_thread_and_two_give_the_same_bits():
    plan = MapPlan(RunSettings(**(SMALL | {"steps": 60})), Axis("weight_scale", 0.5, 2.0, 9), Axis("batch", 1, 9, 9))
    cells = [[r, c] for r in range(9) for c in range(9)]
    one, two = (compute(plan, cells, threads=threads)[0] for threads in (1, 2))
    np.testing.assert_array_equal(one, two)
