"""The phase diagram's page in sessions: what it asks for, what it says, what it refuses, and what it leaves alone."""

import threading
import time

import pytest

from cells import RunSettings
from cells.analysis.maps import QUANTITIES, critical_lines
from cells.knobs import BadValue
from tests.ui.analysis_pages import SMALL, until
from tests.ui.sessions import Session
from ui.cost.map_plan import check_cost, clicked, is_large, plan_of, values_of
from ui.maps import measures, pickers
from ui.maps.presets import MAPS
from ui.views.fields import DEFAULTS, FIELDS, map_view, run_settings
from ui.views.maps import MapView

CHART = "chart phase"


def opened_page(**query) -> Session:
    """A session on the page, before the map is whole."""
    session = Session(**(SMALL | {"map_size": "9"} | query))
    session.go("phase")
    return session


def whole(**query) -> Session:
    session = opened_page(**query)
    return until(session, lambda: CHART in session.charts and not session.app.get("progress"))


def words(session) -> str:
    return session.verdict


def colours(session) -> dict:
    return session.charts[CHART]["figure"]["data"][0]


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_quantity_is_shown_with_its_finding(quantity):
    session = whole(map_of=quantity)
    assert colours(session)["name"] == quantity
    assert session.charts[CHART]["alt"].split(". ")[-1] in words(session)
    assert any("Across: Weight scale 0 to 4" in box.value for box in session.app.caption)


def test_the_whole_map_is_in_the_link():
    query = {"map_x": "hidden,2,8", "map_y": "weight_scale,0.5,2", "map_of": "decay", "map_size": "6"}
    session = whole(**query)
    assert query.items() <= session.query.items()
    assert (colours(session)["x"], len(colours(session)["y"])) == ([2, 3, 4, 6, 7, 8], 6)
    assert session.complaints == []


def test_moving_the_present_setting_moves_the_mark_and_computes_no_new_map(monkeypatch):
    session = whole()
    monkeypatch.setattr(measures, "phase_map", None)  # nothing may be computed any more
    session.set("weight_scale", 2.0)
    rings = [t for t in session.charts[CHART]["figure"]["data"] if t.get("name") == "present setting"]
    assert rings and all(ring["x"] == [2.0] for ring in rings)
    assert "weight scale 2, sequence length T 12" in words(session)


def test_the_knobs_follow_the_cell():
    session = whole(cell="lstm", map_y="forget_bias,-1,3")
    assert (session.widget("map_x_knob").value, session.widget("map_y_knob").value) == ("weight_scale", "forget_bias")
    session.set("cell", "rnn")
    assert session.widget("map_y_knob").value == "steps"
    assert session.faults == []


def test_choosing_the_other_sides_knob_turns_the_map():
    session = whole(map_x="weight_scale,0,2", map_y="seed,0,8")
    before = colours(session)
    session.set("map_x_knob", "seed")
    until(session, lambda: not session.app.get("progress"))
    assert (session.query["map_x"], session.query["map_y"]) == ("seed,0,8", "weight_scale,0,2")
    assert (colours(session)["x"], colours(session)["y"]) == (before["y"], before["x"])


# ── coarse to fine


def test_a_coarse_look_comes_first_and_the_rest_can_be_cancelled_and_taken_up_again(monkeypatch):
    monkeypatch.setattr(measures, "phase_map", slow_after_the_first_look(measures.phase_map))
    session = opened_page(map_size="31", map_y="seed,0,30", map_x="weight_scale,0.1,3.1")
    until(session, lambda: CHART in session.charts)
    assert "121 of 961 points are computed so far." in words(session)
    assert session.app.get("progress") and len(colours(session)["x"]) == 11
    session.press("map cancel")
    assert "121 of 961 points are computed so far." in words(session)
    assert not session.app.get("progress")
    session.press("map go on")
    assert session.app.get("progress")


def test_theorys_lines_may_come_later_than_the_map(monkeypatch):
    ready = threading.Event()
    monkeypatch.setattr(measures, "critical_lines", lambda plan: ready.wait(60) and critical_lines(plan))
    monkeypatch.setattr(measures, "phase_map", slow_after_the_first_look(measures.phase_map))
    session = opened_page(map_size="31", map_y="seed,0,30", map_x="weight_scale,0.2,3.2")
    until(session, lambda: CHART in session.charts)
    told = [bar.proto.text for bar in session.app.get("progress")]
    assert [text.split(":")[0] for text in told] == ["Computing 961 points", "Theory's lines"]
    ready.set()
    session.press("map cancel")
    until(session, lambda: not session.app.get("progress"))


def slow_after_the_first_look(phase_map):
    def slowly(plan, report, start=None, places=None):
        while start is not None:
            report(0.5)
            time.sleep(0.01)
        return phase_map(plan, report, start, places)

    return slowly


# ── what is no map


REFUSED = {  # what is asked for -> the sentence, and what the button gives
    "reversed": ({"map_y": ("seed", 9.0, 3.0)}, "map_y = seed from 9 to 3 is reversed", {"map_y": ("seed", 3, 9)}),
    "empty": ({"map_x": ("weight_scale", 1.0, 1.0)}, "map_x = weight_scale from 1 to 1 is empty", {"map_x": ()}),
    "beyond": (
        {"map_x": ("weight_scale", 1.0, 9.0)},
        "map_x = weight_scale from 1 to 9 leaves [0, 4]",
        {"map_x": ("weight_scale", 1, 4)},
    ),
    "huge": ({"map_size": 1000}, "map_size = 1000 × 1000 asks for 1000000 points", {"map_size": 201}),
    "beyond the page": (
        {"map_y": ("steps", 2.0, 20_000.0)},
        "map_y = steps from 2 to 20000 leaves [2, 1000]",
        {"map_y": ("steps", 2, 1000)},
    ),
    "costly": (
        {"map_y": ("hidden", 1.0, 256.0), "map_x": ("batch", 1.0, 256.0)},
        "at a corner of the map steps = 1000 would take 5.8 GB",
        {"map_y": ()},
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_map_is_one_sentence_and_the_view_stays(case):
    asked, sentence, mended = REFUSED[case]
    session = whole(steps="1000")
    before = colours(session)
    for name, value in asked.items():
        session.app.session_state[name] = value
    session.run()
    (told,) = session.faults
    assert told.startswith(sentence) and told.count(". ") <= 1
    until(session, lambda: CHART in session.charts and not session.app.get("progress"))
    assert colours(session) == before
    session.press("map mend")
    assert {name: session.value(name) for name in mended} == mended


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            {"map_x": "activation"},
            "map_x = activation has no order; choose a number such as weight_scale; map_x = nothing",
        ),
        ({"map_y": "seed,9,3"}, "map_y = seed from 9 to 3 is reversed; the lower end comes first; map_y = seed,3,9"),
        (
            {"map_x": "seed", "map_y": "seed"},
            "map_x and map_y are both seed; choose two different knobs; map_y = nothing",
        ),
        ({"map_size": "1000000"}, "map_size = '1000000' is outside [2, 201]; 201 is used instead."),
        ({"map_x": "weight_scale,1"}, "map_x = 'weight_scale,1' is neither a knob nor knob,low,high"),
        ({"map_of": "beauty"}, "map_of = 'beauty' is none of ratio, decay"),
        ({"map_x": "forget_bias"}, "map_x = forget_bias is no knob of the cell rnn or its run"),
    ],
)
def test_a_link_to_no_map_is_mended_and_named(query, sentence):
    session = opened_page(**({"map_size": "9"} | query)) if "map_size" not in query else Session(**(SMALL | query))
    (told,) = session.complaints
    assert told.startswith(sentence)


# ── plans


def test_opening_a_plan_asks_for_that_very_plan():
    settings = RunSettings(cell="lstm", steps=30, layers=2).replace(forget_bias=2.0)
    view = MapView(("hidden", 2.0, 9.0), ("batch", 1.0, 5.0), 7, "state")
    plan = plan_of(view, settings, 0)
    values = DEFAULTS | values_of(plan, FIELDS)
    assert plan_of(map_view(values), run_settings(values), values["layer"] - 1) == plan
    assert {name: values[name] for name in ("cell", "steps", "layers", "forget_bias")} == {
        "cell": "lstm",
        "steps": 30,
        "layers": 2,
        "forget_bias": 2.0,
    }


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "phased_lstm"])
def test_the_usual_map_holds_the_present_setting_and_stays_when_it_is_clicked(cell):
    settings = RunSettings(cell=cell, steps=300, hidden=100, seed=77)
    plan = plan_of(MapView(), settings, None)
    assert all(axis.low <= settings.get(axis.name) <= axis.high for axis in (plan.x, plan.y))
    changes = clicked(plan, plan.x_values[2], plan.y_values[3])
    moved = settings.replace(**{axis.name: changes[axis.name] for axis in (plan.x, plan.y)})
    assert plan_of(MapView(changes["map_x"], changes["map_y"]), moved, None) == plan


def test_what_takes_long_is_a_job():
    small = plan_of(MapView(), RunSettings(), None)
    assert not is_large(small)
    assert is_large(plan_of(MapView(map_size=42), RunSettings(), None))
    assert is_large(plan_of(MapView(map_of="lyapunov"), RunSettings(hidden=256, batch=64), None))
    with pytest.raises(BadValue, match=r"at a corner of the map .* would take"):
        check_cost(plan_of(MapView(("steps", 2.0, 1000.0)), RunSettings(hidden=256, batch=256), None))


@pytest.mark.parametrize("preset", MAPS, ids=[preset.name for preset in MAPS])
def test_every_map_that_is_offered_can_be_computed_while_one_waits(preset):
    values = DEFAULTS | preset.values
    plan = plan_of(map_view(values), run_settings(values), None)
    check_cost(plan)
    assert not is_large(plan) and preset.point.endswith(".")


def test_a_map_that_is_offered_is_one_press_away():
    session = whole()
    session.press("open ratio")
    changed = {name: value for name, value in session.values.items() if value != DEFAULTS[name]}
    assert changed == next(preset.values for preset in MAPS if preset.name == "open ratio")


@pytest.mark.parametrize("side", ["map_x", "map_y"])
@pytest.mark.parametrize("ends", [(), (0.1, 0.9)])
def test_a_side_whose_knob_went_with_its_cell_is_the_usual_one(side, ends):
    """Both may change in one message: the side's own callback then meets a cell that has no such knob."""
    values = DEFAULTS | {side: ("open_ratio", *ends)}
    assert pickers._present(side, values) == pickers._present(side, DEFAULTS)
