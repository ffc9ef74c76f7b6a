"""The pages of measures in sessions: questions and their answers, what is opened, stepping, exports."""

import threading
from dataclasses import replace

import pytest

from cells import RunSettings
from tests.ui.analysis_pages import SMALL, on, opened_page, text, until
from tests.ui.sessions import PATIENCE, Session, plain
from ui.analysis.compute import key_of
from ui.analysis.measures import MEASURES
from ui.cost import budget, measures
from ui.cost.budget import seconds_per_step
from ui.server.background import Work
from ui.views.questions import QUESTIONS
from viz.analysis import CHARTS

SHOWN = {  # page -> charts
    "credit": {"credit", "credit_row", "parts", "shares", "cancellation"},
    "jacobians": {"prediction", "jacobian", "eigenvalues", "singular_values", "long_jacobian", "lyapunov"},
    "paths": {"paths", "saturation"},
    "fan": {"fan", "draws"},
    "table": {"combinations"},
    "equations": {"graph", "exercise"},
}
CELLS = [{}, {"cell": "gru"}, {"cell": "lstm", "peepholes": "on"}, {"cell": "phased_lstm"}, {"residual": "on"}]
SIZES = [{}, {"layers": "4"}, {"steps": "2", "batch": "1"}]
VIEWS = [  # each cell meets another size on the next page; the others are slow
    pytest.param(page, query, size, marks=[] if (k + turn + place) % len(SIZES) == 0 else pytest.mark.slow)
    for k, page in enumerate(SHOWN)
    for turn, query in enumerate(CELLS)
    for place, size in enumerate(SIZES)
]


# ── what is shown


@pytest.mark.parametrize(("page", "query", "more"), VIEWS, ids=str)
def test_every_plate_is_shown_with_its_finding(page, query, more):
    session = on(page, **query, **more)
    assert {key.removeprefix("chart ") for key in session.charts} == SHOWN[page]
    for key, body in session.charts.items():
        finding = body["alt"].split(". ")[0]
        assert plain(finding) in text(session), key
        assert CHARTS[key.removeprefix("chart ")].label.title in text(session)


@pytest.mark.parametrize("page", SHOWN)
def test_all_settings_stand_below_the_plates(page):
    session = on(page, cell="lstm", forget_bias="2.5")
    assert any("Forget bias: 2.5" in element.value for element in session.app.caption)


def test_where_a_view_does_not_apply_a_sentence_says_why():
    session = on("equations")
    assert [info.value for info in session.app.info] == [
        "There is no softmax here: the loss is a squared error. Choose the token signal."
    ]
    session = on("equations", signal="tokens")
    assert "chart softmax" in session.charts and not session.app.info


def test_what_belongs_to_a_plate_is_there_whenever_the_plate_is(monkeypatch):
    asked, within = set(), Work.within

    def late(work: Work, seconds: float) -> bool:
        """Done a moment after the first look."""
        seen = work in asked
        asked.add(work)
        return seen and within(work, PATIENCE)

    monkeypatch.setattr(Work, "within", late)
    session = Session(**SMALL | {"steps": "13"})
    session.go("equations")
    for _ in range(3):
        assert ("chart graph" in session.charts) <= ("node first" in {button.key for button in session.app.button})
        assert ("chart exercise" in session.charts) <= ("exercise table" in session.tables)
        session.run()
    assert {"chart graph", "chart exercise"} <= session.charts.keys()


def test_a_measure_that_would_take_minutes_is_refused(monkeypatch):
    monkeypatch.setattr(measures, "LONGEST", 1e-9)
    session = on("jacobians")
    assert "more than 0 min: choose fewer of them." in session.app.info[0].value.replace("1.66667e-11", "0")
    assert session.charts == {}


def test_costs_grow_with_what_is_computed():
    small = RunSettings(steps=50, hidden=16)
    large = RunSettings(steps=1000, hidden=256, layers=4, cell="lstm", batch=2)
    for name in measures.ESTIMATES:
        assert measures.ESTIMATES[name](small, 0) < 2 < measures.ESTIMATES[name](large, 0)
        assert not measures.too_long(name, small, 0)
    assert "choose fewer" in measures.too_long("long_jacobian", large, 0)


# ── questions


@pytest.mark.parametrize("question", QUESTIONS, ids=[q.name for q in QUESTIONS])
@pytest.mark.parametrize("page", ["credit", "equations"])
def test_two_clicks_answer_a_question(page, question):
    session = on(page)  # the first click
    session.widget(f"question {question.name}").click().run()  # the second
    target = question.page.split("/")[-1].removesuffix(".py")
    assert all(CHARTS[name].label.title in text(session) for name in SHOWN[target])
    session.go(target)  # the next runs of this kind of session would turn back
    until(session, lambda: not session.app.get("progress"))
    assert {key.removeprefix("chart ") for key in session.charts} == SHOWN[target]
    assert question.ask in text(session) and plain(question.look) in text(session)
    assert session.query["question"] == question.name
    assert {name: session.value(name) for name in question.values} == question.values
    for name in question.other:
        label = {"weight_scale": "Weight scale", "activation": "Activation", "loss": "Loss on"}.get(name, "")
        assert text(session).count(f"**{label}") >= 2 * bool(label)


def test_an_answer_is_in_the_link_and_can_be_closed():
    session = on("paths", question="resnet", residual="on")
    assert "A path that adds." in text(session)
    session.press("close answer")
    assert "A path that adds." not in text(session) and "question" not in session.query


def test_an_answer_survives_a_cell_without_the_knob():
    session = on("paths", question="resnet", cell="gru")
    assert "A path that adds." in text(session)
    assert "**Residual" not in text(session)


# ── what is opened


def test_the_row_of_the_credit_matrix_is_picked_and_kept_in_the_link():
    session = on("credit")
    session.set("loss_at picked", 5)
    assert session.query["loss_at"] == "5"
    assert "loss of step 5" in {trace.get("name") for trace in session.charts["chart credit_row"]["figure"]["data"]}
    session.set("loss_at picked", 12)
    assert "loss_at" not in session.query  # the last one stays the last when T changes


def test_a_step_beyond_the_run_is_its_last():
    look = opened_page(steps=9, at=50, loss_at=50, unit=99, sample=99, hidden=4, batch=2).look
    assert (look.step, look.loss_step, look.unit, look.sample) == (9, 9, 4, 2)
    assert opened_page(steps=9).look.step == 9


def test_a_link_beyond_the_run_is_mended_by_name():
    session = Session(steps="9", at="50")
    assert session.complaints == ["at = 50 is outside [0, 9], the steps of this run; at = 9 is used instead."]


def test_what_is_opened_stays_from_page_to_page():
    session = on("equations", cell="lstm")
    session.set("at picked", 3)
    session.go("jacobians")
    assert session.value("at") == 3
    assert "Step 3" in session.charts["chart eigenvalues"]["figure"]["layout"]["annotations"][0]["text"]


def test_the_layer_shown_is_the_one_measured():
    top, lowest = on("paths", layers="3", cell="lstm"), on("paths", layers="3", layer="1", cell="lstm")
    assert top.charts["chart paths"]["alt"] != lowest.charts["chart paths"]["alt"]


def test_a_measure_is_computed_anew_only_for_what_it_depends_on():
    one, other = opened_page(at=2, unit=1), opened_page(at=3, unit=2)
    changed = {name for name in MEASURES if key_of(name, one) != key_of(name, other)}
    assert changed == {"step_jacobian", "exercise", "graph", "softmax", "exhibit"}
    assert key_of("credit", opened_page(seed=1)) != key_of("credit", opened_page(seed=2))
    assert (
        key_of("fan", opened_page(seed=1)) == key_of("fan", opened_page(seed=2)) != key_of("fan", opened_page(seeds=20))
    )


# ── many draws


def test_the_number_of_seeds_is_in_the_link_and_counted_in_the_sentence():
    session = on("fan", seeds="30")
    assert "30 draws" in text(session)
    session.set("seeds", 20)
    until(session, lambda: "20 draws" in text(session))
    assert session.query["seeds"] == "20"


def test_so_many_draws_that_nobody_would_wait_are_refused_with_how_many_fit(monkeypatch):
    monkeypatch.setattr(
        measures, "LONGEST", 40 * 12 * seconds_per_step(opened_page(steps=12, hidden=5, batch=2).settings)
    )
    session = on("fan", hidden="5")
    assert session.charts == {}
    assert "at most 40 runs fit" in session.app.info[0].value
    session.set("seeds", 40)
    assert set(until(session, lambda: session.charts).charts) == {"chart fan", "chart draws"}


# ── all combinations


def shown_rows(session):
    (columns,) = session.tables.values()
    return columns


def test_the_list_is_filtered_and_sorted_from_the_link():
    session = on("table", rows="vanishing", rows_by="keeps")
    rows = shown_rows(session)
    assert set(rows["verdict"]) == {"● vanishing"} and 0 < len(rows["verdict"]) < 168
    assert rows["a step back keeps"] == sorted(rows["a step back keeps"], reverse=True)
    session.set("rows", "all")
    session.set("rows_by", "menu")
    assert shown_rows(session)["now"] == ["▶"] + [""] * 167
    assert "rows" not in session.query and "rows_by" not in session.query


def test_combinations_that_make_no_run_say_why(monkeypatch):
    phased = opened_page(cell="phased_lstm", steps=12, hidden=6, batch=2).settings
    monkeypatch.setattr(budget, "SECONDS", 0.99 * 12 * seconds_per_step(phased))
    session = on("table", hidden="6")
    (box,) = session.app.info
    assert "42 combinations with the Phased make no run: steps = 12 would take" in box.value
    assert "Of 126 combinations, " in text(session)
    session.set("rows", "broken")
    assert sum("at most 11 steps fit" in verdict for verdict in shown_rows(session)["verdict"]) == 42


def test_many_combinations_that_nobody_would_wait_for_are_refused(monkeypatch):
    monkeypatch.setattr(measures, "LONGEST", 1e-6)
    session = on("table", hidden="7")
    assert session.charts == {} and not session.tables
    assert "168 runs of this size would take about" in session.app.info[0].value


def test_the_first_combinations_are_shown_while_the_others_are_computed(monkeypatch):
    held, whole = threading.Event(), MEASURES["combinations"]
    waiting = replace(whole, compute=lambda ask: held.wait(PATIENCE) and whole.compute(ask))
    monkeypatch.setitem(MEASURES, "combinations", waiting)
    session = Session(**SMALL | {"hidden": "3"})
    session.go("table")
    until(session, lambda: session.charts)
    assert "Of 28 combinations so far, " in text(session) and session.app.get("progress")
    held.set()
    until(session, lambda: "Of all 168 combinations, " in text(session))


# ── equations


def test_equations_follow_the_stepper_forward_and_backward():
    session = on("equations", cell="gru")
    assert len(session.app.latex) == 2
    session.press("node first")
    assert session.query["node"] == "1" and "1 of 20, forward" in text(session)
    session.press("node next")
    session.press("node backward")
    assert "11 of 20, backward: the gradient of h_t is complete" in text(session)
    session.press("node back")
    assert session.value("node") == 10
    session.press("node all")
    assert "node" not in session.query


def test_numbers_come_as_norms_as_one_unit_or_as_all():
    session = on("equations", cell="lstm", unit="2")
    norms = session.app.latex[0].value
    session.set("numbers", "unit")
    one = session.app.latex[0].value
    session.set("numbers", "all")
    assert r"\lVert c_t \rVert" in norms and "c_t[2] = " in one and "c_t = (" in session.app.latex[0].value


@pytest.mark.parametrize(
    ("query", "one", "two"),
    [({"cell": "lstm"}, "320,800", "321,600"), ({"cell": "gru"}, "240,600", "241,200"), ({}, "80,200", "80,400")],
    ids=str,
)
def test_parameters_are_counted_with_one_bias_and_with_two(query, one, two):
    session = on("equations", hidden="200", layers="2", steps="4", **query)
    assert f"**{one}**" in text(session) and f"**{two}**" in text(session)


def test_small_nets_show_the_gradients_themselves():
    session = on("equations", cell="gru", at="2")
    assert sum("total, and the local part of it" in element.value for element in session.app.markdown) == 10
    session = on("equations", cell="gru", at="2", hidden="9")
    assert "total, and the local part of it" not in text(session)


# ── exports


def test_a_plate_can_be_exported_as_csv_and_looked_at_as_a_table():
    session = on("credit")
    session.widget("export credit").click().run()
    assert "saved credit" in session.charts
    assert [(len(column), len(table)) for table in session.tables.values() for column in list(table.values())[:1]] == [
        (12, 13)
    ]
