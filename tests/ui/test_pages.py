"""Every page in real sessions: every cell, every preset, bad settings, and values that stay."""

from dataclasses import fields
from random import Random

import pytest

from cells import CELLS, RunSettings, run
from tests.ui.sessions import PAGES, Session
from tests.ui.wild import values_of
from ui import traces
from ui.cost import budget
from ui.link.link import write_link
from ui.shell.presets import PRESETS
from ui.views.fields import BROUGHT, DEFAULTS, FIELDS, own_knobs, run_settings

MAIN = ("cell", "activation", "steps", "weight_scale", "loss")
FAULTS = [  # (link that is good, knob to turn, value that does not go with it, words, value the button gives)
    (
        {"signal": "impulse", "impulse_step": "30"},
        "steps",
        20,
        "impulse_step = 30 is outside [1, 20]",
        ("impulse_step", 20),
    ),
    (
        {"loss": "chosen", "loss_steps": "10,40"},
        "steps",
        30,
        "loss_steps = 40 is outside [1, 30]",
        ("loss_steps", (10,)),
    ),
    ({"signal": "own", "own": "1;2;3", "steps": "3"}, "steps", 9, "steps = 9 is outside [2, 3]", ("steps", 3)),
    (
        {"cell": "phased_lstm"},
        "shortest_period",
        450.0,
        "shortest_period = 450 is outside",
        ("shortest_period", 403.428793492735),
    ),
]


def changed(values):
    """What differs from the defaults."""
    return {name: value for name, value in values.items() if value != DEFAULTS[name]}


# ── what is shown


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("cell", CELLS)
def test_every_page_draws_every_cell(page, cell):
    session = Session(cell=cell, steps="20", hidden="8")
    session.go(page)
    charts = session.until_drawn()
    assert charts
    assert all(body["figure"]["data"] and body["alt"].strip() for body in charts.values())
    assert session.query == {"steps": "20", "hidden": "8"} | ({} if cell == "rnn" else {"cell": cell})


def test_the_main_page_shows_verdict_metrics_and_main_controls():
    session = Session()
    assert session.verdict.startswith("Vanishing: each step back keeps")
    assert sum(element.proto.body.count("<dt>") for element in session.app.get("html")) == 5
    assert all(session.shows(name) for name in MAIN)
    assert session.faults == session.complaints == []


@pytest.mark.parametrize("cell", CELLS)
def test_the_sidebar_shows_the_knobs_of_this_cell_and_of_no_other(cell):
    session = Session(cell=cell)
    others = {name for other in CELLS for name in own_knobs(other)} - set(own_knobs(cell))
    assert all(session.shows(name) for name in own_knobs(cell))
    assert [name for name in others if session.shows(name)] == []


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.name for preset in PRESETS])
def test_every_preset_sets_its_values_and_nothing_else(preset):
    session = Session(steps="9", cell="gru", layers="2", layer="1", gates="units")
    session.press(preset.name)
    assert changed(session.values) == changed(DEFAULTS | preset.values)
    assert session.query == write_link(DEFAULTS | preset.values)
    assert session.charts["chart"]["alt"]
    assert session.faults == []


def test_presets_make_different_pictures():
    session, alts = Session(), set()
    for preset in PRESETS:
        session.press(preset.name)
        alts.add(session.charts["chart"]["alt"])
    assert len(alts) == len(PRESETS)


@pytest.mark.parametrize("name", [f.name for f in fields(RunSettings) if f.name in FIELDS and f.name not in BROUGHT])
def test_every_setting_can_be_turned_on_the_page(name):
    needs = {"impulse_step": {"signal": "impulse"}, "tokens": {"signal": "tokens"}, "loss_reduction": {"loss": "all"}}
    keys = {"loss_steps": "loss_steps_text", "own": "own_text"}
    session = Session(**needs.get(name, {"loss_steps": {"loss": "chosen"}, "own": {"signal": "own"}}.get(name, {})))
    if name == "own":
        session.set("signal", "own")
    assert session.shows(keys.get(name, name))


@pytest.mark.parametrize("name", ["both_losses", "gradient_units", "state_units"])
def test_more_is_drawn_on_request(name):
    session = Session()
    before = len(session.charts["chart"]["figure"]["data"])
    session.set(name, True)
    assert len(session.charts["chart"]["figure"]["data"]) > before
    assert session.query == {name: "on"}


def test_the_precision_lens_adds_a_curve():
    session = Session(steps="200", precision="float16")
    names = [trace.get("name", "") for trace in session.charts["chart"]["figure"]["data"]]
    assert any("float16" in name for name in names)


def test_a_layer_that_is_gone_gives_way_to_the_top_one():
    session = Session(layers="3", layer="2")
    session.set("layers", 1)
    assert session.value("layer") == 0
    assert session.query == {}


def test_a_residual_net_has_no_critical_scale_to_mark():
    session = Session()
    assert any("ρ(W_h) = 1" in button.label for button in session.app.button)
    session.set("residual", True)
    assert not any("ρ(W_h) = 1" in button.label for button in session.app.button)


def test_a_mark_sets_the_weight_scale():
    session = Session()
    button = next(button for button in session.app.button if "ρ(W_h)" in button.label)
    session.press(button.key)
    assert session.value("weight_scale") == float(button.label.split(":")[0])
    assert session.verdict != Session().verdict


# ── values that do not go together


@pytest.mark.parametrize(("query", "knob", "value", "words", "mended"), FAULTS, ids=[fault[1] for fault in FAULTS])
def test_a_fault_is_one_sentence_and_the_view_stays(query, knob, value, words, mended):
    session = Session(**query)
    before = (session.verdict, session.charts, session.query)
    session.set(knob, value)
    assert len(session.faults) == 1 and words in session.faults[0]
    assert (session.verdict, session.charts, session.query) == before
    session.press("mend")
    name, nearest = mended
    assert session.faults == []
    assert session.value(name) == nearest
    assert session.charts != before[1] or name == knob
    run_settings(session.values)


def test_a_run_too_large_is_refused_before_it_is_made_and_the_offer_fits(monkeypatch):
    monkeypatch.setattr(budget, "MEGABYTES", 5.0)
    session = Session(steps="100")
    made = []
    monkeypatch.setattr(traces, "run", lambda settings: made.append(settings.batch) or run(settings))
    session.set("batch", 256)
    assert session.faults[0].startswith("steps = 100 would take about") and made == []
    session.press("mend")
    assert session.faults == [] and set(made) == {256}
    assert 2 <= session.value("steps") < 100


def test_a_fault_is_gone_when_the_value_is_turned_back():
    session = Session(signal="impulse", impulse_step="30")
    session.set("steps", 20)
    session.set("steps", 40)
    assert session.faults == []
    assert session.query["steps"] == "40"


def test_choosing_steps_begins_with_two_of_them():
    session = Session()
    session.set("loss", "chosen")
    assert session.faults == []
    assert session.value("loss_steps") == (25, 50)
    session.set("loss_steps_text", "7, 50")
    assert session.value("loss_steps") == (7, 50)
    assert session.query == {"loss": "chosen", "loss_steps": "7,50"}


def test_a_word_among_the_steps_is_named_and_the_steps_stay():
    session = Session(loss="chosen", loss_steps="7,50")
    session.set("loss_steps_text", "7, [x](y)")
    assert session.faults == ["loss_steps = '[x](y)' is no whole number in [1, 50]"]
    assert session.value("loss_steps") == (7, 50)


# ── an own sequence


def test_an_own_sequence_is_pasted_and_sets_the_length():
    session = Session()
    session.set("signal", "own")
    assert [box.value[:16] for box in session.app.info] == ["Paste a sequence"]
    session.set("own_text", "0.1, 0.2, 0.5, -1, 2")
    assert session.value("own") == ((0.1,), (0.2,), (0.5,), (-1.0,), (2.0,))
    assert session.query == {"signal": "own", "own": "0.1;0.2;0.5;-1;2", "steps": "5"}
    assert not session.app.info


@pytest.mark.parametrize(
    ("content", "rows", "words"),
    [
        (b"a,b\n1,2\n3,4\n5,6\n", 3, ""),
        (b"1\nx\n", 0, "own = 'x' in line 2 is no number"),
        (b"\xff\xfe1\x00", 0, "own = a file that is not UTF-8 text: byte 0 cannot be read"),
        (b"1\n" * 25_000_000, 0, "own = a file of 50.0 MB is outside [0, 10] MB"),
    ],
    ids=["good", "text", "encoding", "50 MB"],
)
def test_a_file_is_read_or_refused(content, rows, words):
    session = Session()
    session.set("signal", "own")
    session.set("own_file", ("sequence.csv", content, "text/csv"))
    assert len(session.value("own")) == rows
    assert len(session.faults) == bool(words)
    assert all(words in sentence for sentence in session.faults)


def test_a_bad_text_leaves_the_good_sequence_alone():
    session = Session(signal="own", own="1;2;3", steps="3")
    session.set("own_text", "1, nan")
    assert session.faults == ["own = 'nan' in line 2 is no number in [-1e6, 1e6]"]
    assert session.value("own") == ((1.0,), (2.0,), (3.0,))


def test_a_sequence_too_long_for_a_link_is_said_to_be():
    session = Session()
    session.set("signal", "own")
    session.set("own_text", " ".join(["0.123456"] * 300))
    assert "own" not in session.query
    assert any("too many for a link" in caption.value for caption in session.app.caption)


# ── values that stay


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "rnn"])
def test_knobs_of_a_cell_are_as_they_were_when_it_comes_back(cell):
    session = Session(**write_link(values_of(Random(cell), cell=cell, signal="sines", loss="all", layer=0)))
    before, query = session.values, session.query
    session.set("cell", "rnn")
    assert not any(name in session.query for name in own_knobs(cell) if name not in own_knobs("rnn"))
    session.set("cell", cell)
    assert (session.values, session.query) == (before, query)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "flow"])
def test_a_walk_through_the_pages_keeps_every_value(page):
    session = Session(**write_link(values_of(Random(page), cell="lstm", layer=0)))
    before = (session.values, session.query, session.charts)
    session.go(page)
    assert (session.values, session.query) == before[:2]
    session.go("flow")
    assert (session.values, session.query, session.charts) == before


def test_a_number_turned_on_another_page_counts_on_all():
    session = Session()
    session.go(next(page for page in PAGES if page != "flow"))
    session.set("steps", 33)
    session.go("flow")
    assert session.value("steps") == 33
    assert "step 33 gets" in session.verdict


def test_reset_brings_the_default_view_and_keeps_an_own_sequence():
    session = Session(signal="own", own="1;2;3", steps="3", cell="lstm", forget_bias="3", state_units="on")
    session.press("reset")
    assert changed(session.values) == {"own": ((1.0,), (2.0,), (3.0,))}
    assert session.query == {}


def test_equal_links_show_equal_views_and_other_values_others():
    query = write_link(values_of(Random(5)))
    first, second = Session(**query), Session(**query)
    assert (first.values, first.charts, first.verdict) == (second.values, second.charts, second.verdict)
    second.set("seed", first.value("seed") + 1)
    assert first.charts != second.charts


# ── what a link had wrong


def test_complaints_stand_until_they_are_read():
    session = Session(steps="99999", cell="transformer", nothing="1")
    assert session.complaints == [
        "steps = '99999' is outside [2, 1000]; 1000 is used instead.",
        "cell = 'transformer' is none of rnn, gru, lstm, phased_lstm; rnn is used instead.",
        "'nothing' is no setting of this page and was ignored.",
    ]
    session.set("steps", 60)
    assert len(session.complaints) == 3
    session.press("dismiss")
    assert session.complaints == []


@pytest.mark.parametrize(
    "text", ["![](http://example.org/x.png)", "[x](http://example.org)", "$x$", ":red[x]", "`x`", "<b>x</b>"]
)
def test_what_a_link_says_stays_text(text):
    shown = Session(cell=text).app.warning[0].value
    assert text not in shown, "unescaped, it would be read as Markdown"
    assert repr(text) in Session(cell=text).complaints[0]
