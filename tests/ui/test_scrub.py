"""What can be dragged, over which values, at what cost; and the page that shows it."""

from dataclasses import replace

import numpy as np
import pytest

from cells import CELLS, RunSettings, run
from cells.analysis import verdict
from cells.knobs import BadValue
from tests.ui.sessions import Session
from tests.viz.test_scrub import frame, lines, numbers
from ui import compute
from ui.cost.budget import SCRUB_MEGABYTES, SCRUB_SECONDS, scrub_share
from ui.cost.scrub import COARSEST, FEWEST, MOST, check_scrub, plan_scrub, scrubbable
from ui.flow import scrub_frames
from ui.flow.verdict_header import verdict_header_of
from ui.link.link import read_link, write_link
from ui.views.fields import DEFAULTS, FIELDS, high_of, knob_of, own_knobs, page_view, run_settings
from viz import View, flow

SMALL = {"steps": 20, "hidden": 5, "batch": 3}
VIEW = page_view(DEFAULTS)
EVERY = [(cell, name) for cell in CELLS for name in scrubbable(RunSettings(cell=cell))]


def planned(settings, *scrub):
    return plan_scrub(settings, replace(VIEW, scrub=scrub))


def refusal(settings, *scrub):
    with pytest.raises(BadValue) as raised:
        planned(settings, *scrub)
    return str(raised.value)


# ── which knobs


@pytest.mark.parametrize("cell", CELLS)
def test_every_number_of_a_run_can_be_dragged_but_its_length(cell):
    settings = RunSettings(cell=cell)
    own = [name for name in own_knobs(cell) if type(DEFAULTS[name]) in (int, float)]
    common = {"weight_scale", "hidden", "layers", "batch", "inputs", "seed", "truncation"}
    assert set(scrubbable(settings)) == {*common, *own}


def test_a_number_counts_only_with_the_input_that_reads_it():
    assert "impulse_step" in scrubbable(RunSettings(signal="impulse"))
    assert {"tokens", "inputs"} & set(scrubbable(RunSettings(signal="tokens"))) == {"tokens"}
    assert "inputs" not in scrubbable(RunSettings(signal="own", own=((1.0,),) * 50))


@pytest.mark.parametrize("name", [name for name, f in FIELDS.items() if type(f.default) in (str, bool)])
def test_a_choice_has_no_order(name):
    assert refusal(RunSettings(), name) == (
        f"scrub = {name} has no order to drag along; choose a number such as weight_scale"
    )


SCALE = ("weight_scale",)
REFUSED = [  # what is asked for, the sentence after "scrub ", the nearest that can be
    (("steps",), "= steps would change the time axis itself; choose another number", None),
    (("fate",), "= 'fate' is no setting of this page", None),
    (
        ("leak",),
        "= leak changes nothing in this run; it takes one of weight_scale, truncation, hidden, layers, batch, inputs, "
        "seed",
        None,
    ),
    (
        (*SCALE, 1.0, 1.0, 9),
        "= 1 to 1 of weight_scale is empty; its ends have to differ, within [0, 4]",
        SCALE,
    ),
    (
        (*SCALE, 2.0, 1.0, 9),
        "= 2 to 1 of weight_scale is reversed; the lower end comes first",
        (*SCALE, 1.0, 2.0, 9),
    ),
    ((*SCALE, -1.0, 1.0, 9), "= −1 to 1 of weight_scale leaves [0, 4]", SCALE),
    ((*SCALE, 0.0, 1.0, 10**6), "asks for 1000000 values of weight_scale, outside [2, 81]", (*SCALE, 0.0, 1.0, 81)),
    (("hidden", 1.5, 8.0, 5), "= 1.5 to 8 of hidden has an end that is no whole number", ("hidden", 1, 8, 5)),
    ((*SCALE, 0.0, 1.0, 1), "asks for 1 values of weight_scale, outside [2, 81]", (*SCALE, 0.0, 1.0, 2)),
]


@pytest.mark.parametrize(("scrub", "sentence", "nearest"), REFUSED)
def test_what_cannot_be_dragged_is_named_with_field_value_and_range(scrub, sentence, nearest):
    with pytest.raises(BadValue) as raised:
        check_scrub(scrub, RunSettings())
    assert (str(raised.value), raised.value.field, raised.value.nearest) == (f"scrub {sentence}", "scrub", nearest)


# ── which values


@pytest.mark.parametrize(("cell", "name"), EVERY, ids="-".join)
def test_a_range_is_the_knobs_own_in_ascending_order_with_the_present_value(cell, name):
    settings = RunSettings(cell=cell, **SMALL)
    plan = planned(settings, name)
    assert list(plan.values) == sorted(set(plan.values))
    assert plan.values[plan.at] == settings.get(name)
    assert knob_of(name).low <= plan.values[0]
    assert plan.values[-1] <= high_of(name)
    assert len(set(plan.texts)) == len(plan.texts) <= MOST
    assert {type(value) for value in plan.values} == {type(DEFAULTS[name])}


@pytest.mark.parametrize("name", ["weight_scale", "forget_bias", "open_ratio", "leak", "hidden", "batch", "inputs"])
def test_a_whole_range_has_41_to_81_values_and_reaches_both_ends(name):
    plan = planned(RunSettings(cell="phased_lstm", steps=10, hidden=4, batch=2), name)
    assert 41 <= len(plan.values) <= 81
    assert (plan.values[0], plan.values[-1]) == (knob_of(name).low, high_of(name))
    assert plan.note == ""


def test_weight_scales_are_round():
    assert planned(RunSettings(), "weight_scale").values == tuple(k / 10 for k in range(41))


def test_whole_numbers_come_once_each():
    assert planned(RunSettings(), "layers").values == (1, 2, 3, 4)
    assert planned(RunSettings(), "seed", 3.0, 6.0, 30).values == (3, 4, 5, 6)


def test_a_value_between_two_stops_is_put_in():
    plan = planned(RunSettings(weight_scale=1.234), "weight_scale")
    assert len(plan.values) == 42
    assert plan.texts[plan.at] == "1.234"


def test_a_present_value_outside_a_chosen_range_is_left_out():
    plan = planned(RunSettings(weight_scale=3.0), "weight_scale", 0.5, 1.5, 11)
    assert len(plan.values) == 11
    assert plan.at == 10


def test_values_that_make_no_run_are_left_out_and_named():
    settings = RunSettings(cell="phased_lstm")
    plan = planned(settings.replace(shortest_period=5.0, longest_period=100.0), "shortest_period")
    assert plan.values[-1] == 100
    assert plan.note == "Shortest period 0.001 to 100: beyond, the run is not possible."


# ── what it may cost


def test_a_large_run_gets_a_coarser_range_that_keeps_its_ends_and_says_so():
    settings = RunSettings(cell="lstm", steps=900, hidden=48, weight_scale=1.3)
    plan = planned(settings, "weight_scale")
    assert COARSEST <= len(plan.values) < 41
    assert (plan.values[0], plan.values[-1], plan.values[plan.at]) == (0, 4, 1.3)
    assert plan.note == f"{len(plan.values)} of 41 values: all of them would take too long."
    points = [settings.replace(weight_scale=value) for value in plan.values]
    assert scrub_share(points, VIEW) <= 1


def test_a_run_too_large_for_any_range_is_refused_in_a_sentence():
    sentence = refusal(RunSettings(cell="lstm", steps=1000, hidden=108, batch=24), "weight_scale")
    assert sentence.startswith("scrub = weight_scale would cost ")
    assert sentence.endswith(" times what this page allows; make the run smaller")


def test_heatmaps_count_for_what_is_sent():
    settings = RunSettings(steps=500, hidden=200, batch=1)
    points = [settings] * 41
    assert scrub_share(points, replace(VIEW, state_units=True)) > scrub_share(points, VIEW)
    assert SCRUB_SECONDS > 0 < SCRUB_MEGABYTES


@pytest.mark.parametrize("cell", CELLS)
def test_the_most_that_is_planned_stays_within_what_may_be_sent(cell):
    settings = RunSettings(cell=cell, steps=400, hidden=40, batch=2)
    view = replace(VIEW, scrub=("weight_scale",), state_units=True, gates="units")
    body, _ = scrub_frames.range_body_of(settings, view, "light")
    assert len(body) / 1e6 < 1.3 * SCRUB_MEGABYTES


# ── what is shown


@pytest.mark.parametrize(
    ("cell", "name"),
    [("rnn", "weight_scale"), ("gru", "seed"), ("lstm", "forget_bias"), ("phased_lstm", "leak"), ("lstm", "hidden")],
)
def test_frames_and_words_are_those_of_single_runs(cell, name):
    settings = RunSettings(cell=cell, **SMALL)
    low, high = (3.0, 9.0) if name in ("seed", "hidden") else (0.1, 0.9)
    view = replace(VIEW, scrub=(name, low, high, 5))
    plan, drawn = plan_scrub(settings, view), scrub_frames.range_of(settings, view, "light")
    for k, value in enumerate(plan.values):
        trace = run(settings.replace(**{name: value}))
        found = verdict(trace)
        words = drawn.scrub["said"][k]
        assert found.sentence.startswith(words["first"] + words["rest"].rstrip("."))
        for shown, alone in zip(lines(frame(drawn, k)), lines(flow(trace, View()).figure), strict=True):
            if alone[0] in ("total dL/dh<sub>t</sub>", "‖h<sub>t</sub>‖", "forget f"):
                np.testing.assert_allclose(numbers(shown[3]["y"]), numbers(alone[3]["y"]), rtol=1e-4, atol=1e-4)


def test_other_losses_and_the_lens_follow_the_frames():
    settings = RunSettings(**SMALL, precision="float16")
    view = replace(VIEW, scrub=("weight_scale", 0.5, 1.5, 3), both_losses=True)
    drawn = scrub_frames.range_of(settings, view, "light")
    for k, scale in enumerate((0.5, 1.0, 1.5)):
        point = settings.replace(weight_scale=scale)
        other = run(point.replace(loss="all")).log10_grad_norms["h"][1:]
        (shown,) = [e[3] for e in lines(frame(drawn, k)) if e[0] == "loss on all steps" and len(e[3]["y"]) == 20]
        np.testing.assert_allclose(numbers(shown["y"]), np.log10((10**other).mean(axis=1)), rtol=0, atol=1e-3)
        assert any(entry[0] == "in float16" for entry in lines(frame(drawn, k)))


# ── the page


def test_a_link_with_a_scrubber_shows_one_and_comes_back():
    session = Session(scrub="weight_scale", cell="lstm", steps="12", hidden="4")
    chart = session.charts["chart"]
    assert chart["scrub"]["label"] == "Weight scale"
    assert len(chart["scrub"]["values"]) == len(chart["scrub"]["said"]) == 41
    assert session.query == {"scrub": "weight_scale", "cell": "lstm", "steps": "12", "hidden": "4"}
    assert not session.says_verdict, "the words have to follow the drag, so the chart brings them"


def test_choosing_a_knob_starts_a_scrubber_and_clearing_it_ends_it():
    session = Session(steps="12", hidden="4", batch="2")
    assert "scrub" not in session.charts["chart"]
    session.set("scrub_knob", "seed")
    assert session.charts["chart"]["scrub"]["field"] == "seed"
    assert session.query["scrub"] == "seed"
    session.set("scrub_knob", "")
    assert "scrub" not in session.charts["chart"]
    assert "scrub" not in session.query


def test_a_range_of_ones_own():
    session = Session(steps="12", hidden="4", scrub="weight_scale")
    session.set("scrub_low", 0.5)
    session.set("scrub_high", 1.5)
    session.set("scrub_count", 3)
    assert session.charts["chart"]["scrub"]["values"] == ["0.5", "1", "1.5"]
    assert session.query["scrub"] == "weight_scale,0.5,1.5,3"
    session.press("scrub_whole")
    assert session.query["scrub"] == "weight_scale"


def test_a_reversed_range_is_named_and_the_plain_figure_is_shown():
    session = Session(steps="12", hidden="4", scrub="weight_scale,1,2,5")
    session.set("scrub_high", 0.5)
    assert session.faults == ["scrub = 1 to 0.5 of weight_scale is reversed; the lower end comes first."]
    assert "scrub" not in session.charts["chart"]


def test_a_knob_that_is_gone_with_its_cell_is_dragged_no_more():
    session = Session(steps="12", hidden="4", cell="lstm", scrub="forget_bias")
    session.set("cell", "rnn")
    assert session.value("scrub") == ()
    assert session.faults == []


def test_every_cell_can_be_dragged_by_every_knob_it_offers():
    for cell, name in EVERY:
        settings = RunSettings(cell=cell, steps=6, hidden=3, batch=2)
        low = float(planned(settings, name).values[0])
        high = float(planned(settings, name).values[-1])
        drawn = scrub_frames.range_of(settings, replace(VIEW, scrub=(name, low, high, 3)), "dark")
        assert len(drawn.scrub["said"]) >= FEWEST


@pytest.mark.parametrize("scrub", [("weight_scale",), ("weight_scale", 0.1, 1 / 3, 17), ("seed", 0.0, 40.0, 41)])
def test_a_scrubber_comes_back_from_its_link(scrub):
    values = DEFAULTS | {"scrub": scrub}
    query = {name: [text] for name, text in write_link(values).items()}
    assert read_link(query) == (values, [])


def test_the_head_of_a_run_is_the_same_in_both_places():
    values = DEFAULTS | {"steps": 12, "hidden": 4, "scrub": ("weight_scale", 0.5, 1.0, 2)}
    words = verdict_header_of(*compute.summary_of(run_settings(values), None))
    said = scrub_frames.range_of(run_settings(values), page_view(values), "light").scrub["said"][1]
    assert (words.first, words.rest, list(words.numbers)) == (said["first"], said["rest"], list(said["numbers"]))
