"""Pinned runs: curves that stay, names, links, tables; and the classic pairs."""

import csv
import io
from random import Random
from urllib.parse import parse_qs, urlencode

import numpy as np
import pytest

import viz
from cells import CELLS, run
from tests.ui.sessions import Session, plain
from tests.ui.wild import values_of
from tests.viz.test_layout import end_labels
from ui import compute
from ui.export.dialog import page_html
from ui.flow.flow_exportables import flow_exportables
from ui.flow.pairs import PAIRS
from ui.link.link import LONGEST, left_out, read_link, write_link
from ui.link.link_parser import applies
from ui.link.pins import LETTERS, MOST, Pin, added, clean, differing, pin_of, pins_from_text, run_fields, text_of_pins
from ui.views.fields import DEFAULTS, page_view, run_settings
from viz.labels import LINE_PX, SLACK_PX
from viz.theme import PALETTES

SMALL = {"steps": 20, "hidden": 5, "batch": 3}
RELU = pin_of(DEFAULTS | SMALL | {"activation": "relu"}, "ReLU")
SHORT = pin_of(DEFAULTS | SMALL | {"steps": 12, "cell": "lstm"}, "short")
LONG = pin_of(DEFAULTS | SMALL | {"steps": 31, "cell": "gru"}, "long")


def through_a_url(values):
    query = parse_qs(urlencode(write_link(values)), keep_blank_values=True)
    return read_link(query)


def drawn_of(values, name="flow", theme="light"):
    return compute.drawn_of(name, run_settings(values), page_view(values), theme)


# ── links


def test_pins_come_back_from_their_link():
    values = DEFAULTS | {"pins": (RELU, SHORT, LONG)}
    assert write_link(values)["pins"].startswith("ReLU~activation-relu~steps-20~hidden-5~batch-3~~short~cell-lstm")
    assert through_a_url(values) == (values, [])


@pytest.mark.parametrize("cell", CELLS)
def test_random_runs_come_back_as_pins(cell):
    rng = Random(cell)
    for _ in range(60):
        values = values_of(rng, cell=cell)
        pin = pin_of(values)
        used = {name: value if applies(name, values) else DEFAULTS[name] for name, value in values.items()}
        assert pin.settings == run_settings(used)
        assert pins_from_text(text_of_pins([pin])) == ((pin,), [])


def test_a_pin_is_what_differs_from_the_defaults():
    assert pin_of(DEFAULTS).changes == ()
    assert dict(RELU.changes) == SMALL | {"activation": "relu"}
    assert pin_of(DEFAULTS | {"forget_bias": 3.0}).changes == (), "the RNN has no forget gate"
    assert not {"gates", "layer", "both_losses", "scrub", "pins"} & set(run_fields())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A~fate-3", ["in pins 'A': 'fate' is no setting of a run and was ignored."]),
        ("A~gates-units", ["in pins 'A': 'gates' is no setting of a run and was ignored."]),
        ("A~steps-99999", ["in pins 'A': steps = '99999' is outside [2, 1000]; 1000 is used instead."]),
        ("A~forget_bias-3", ["in pins 'A': forget_bias goes with cell = lstm or phased_lstm only and was ignored."]),
        ("A~chrono-x~cell-lstm", ["in pins 'A': chrono = 'x' is neither on nor off; off is used instead."]),
        ("<b>A", ["in pins '<b>A': its name is written '‹b›A'."]),
        ("~cell-gru", ["in pins '': its name is written 'GRU'."]),
        ("~~".join("ABCDEFGH"), ["pins holds 8 runs, outside [0, 6]; the first 6 are used."]),
    ],
)  # fmt: skip
def test_what_a_link_has_wrong_about_pins_is_named(text, sentences):
    pins, told = pins_from_text(text)
    assert told == sentences
    assert 1 <= len(pins) <= MOST
    assert pins_from_text(text_of_pins(pins)) == (pins, [])


def test_pins_that_stand_twice_in_a_link_are_named():
    values, told = read_link({"pins": ["A~cell-gru", "B"]})
    assert [pin.name for pin in values["pins"]] == ["B"]
    assert told == ["pins stands 2 times in the link; the last one is used."]


def test_pins_too_long_for_a_link_are_left_out_by_name():
    rows = tuple((k / 7,) for k in range(20))
    pins = tuple(pin_of(DEFAULTS | {"signal": "own", "own": rows, "steps": 20, "seed": k}, f"p{k}") for k in range(6))
    values = DEFAULTS | {"pins": pins}
    assert "pins" not in write_link(values)
    assert left_out(values) == ["pins has 6 entries, too many for a link: pin them again there."]
    values, told = read_link({"pins": [text_of_pins(pins)]})
    assert values["pins"] == ()
    assert told == [f"pins has {len(text_of_pins(pins))} characters, more than the {LONGEST} a link carries."]


# ── names


def test_a_seventh_pin_takes_the_place_of_the_first():
    pins = ()
    for seed in range(8):
        pins = added(pins, pin_of(DEFAULTS | {"seed": seed}, f"p{seed}"))
    assert [pin.name for pin in pins] == ["p2", "p3", "p4", "p5", "p6", "p7"]


def test_a_run_is_pinned_once_and_names_are_never_the_same():
    pins = added(added((RELU,), pin_of(RELU.values, "again")), Pin("again"))
    assert [pin.name for pin in pins] == ["again", "again 2"]


@pytest.mark.parametrize("name", ["<a href='javascript:x'>y</a>", "a~b~~c", "x" * 90, "\n\t", "&lt;", "\u202ea", "💥"])
def test_a_name_is_a_word_and_nothing_else(name):
    made = clean(name)
    assert len(made) <= LETTERS
    assert not set(made) & set("<>&~\n\t\u202e")
    assert clean(made) == made


def test_a_name_says_what_the_run_is():
    assert pin_of(DEFAULTS).name == "RNN"
    assert pin_of(DEFAULTS | {"activation": "relu", "weight_scale": 1.8}).name == "RNN, ReLU"
    assert pin_of(DEFAULTS | {"cell": "lstm"}).name == "LSTM"


# ── figures


@pytest.mark.parametrize("name", ["gradient", "states", "gates"])
def test_a_pin_is_drawn_in_its_own_colour_over_every_panel_that_has_the_same(name):
    values = DEFAULTS | SMALL | {"cell": "lstm", "pins": (RELU, SHORT)}
    lines = {t["name"]: t for t in drawn_of(values, name).figure["data"] if t.get("mode") == "lines+markers"}
    roles = PALETTES["light"].roles
    expected = {"short (T 12)": roles["pin2"]} | ({} if name == "gates" else {"ReLU": roles["pin1"]})
    for label, colour in expected.items():
        assert lines[label]["line"]["color"] == colour
        assert lines[label]["line"]["dash"] != "solid"
    assert ("ReLU" in lines) == (name != "gates"), "an RNN has no gates"


def test_the_curves_of_a_pin_are_those_of_its_run():
    values = DEFAULTS | SMALL | {"cell": "lstm", "pins": (RELU, SHORT)}
    columns, trace = drawn_of(values).columns, run(SHORT.settings)
    norms = np.linalg.norm(trace.grads["h"][1:], axis=-1).mean(axis=1)
    np.testing.assert_allclose(columns["log10 norm dL/dh, short"], np.log10(norms), rtol=1e-12)
    np.testing.assert_allclose(columns["gate f, short"], trace.gates["f"].mean(axis=(1, 2)), rtol=1e-12)
    norms = np.linalg.norm(trace.states["c"][1:], axis=-1).mean(axis=1)
    np.testing.assert_allclose(
        columns["log10 norm c, short"] if "log10 norm c, short" in columns else np.log10(columns["norm c, short"]),
        np.log10(norms),
        rtol=1e-9,
    )


def test_runs_of_other_lengths_stand_step_above_step():
    values = DEFAULTS | SMALL | {"pins": (SHORT, LONG)}
    drawn = drawn_of(values)
    lengths = {t["name"]: t["x"] for t in drawn.figure["data"] if t.get("name", "").startswith(("short", "long"))}
    assert lengths["short (T 12)"] == list(range(1, 13))
    assert lengths["long (T 31)"] == list(range(1, 32))
    low, high = drawn.figure["layout"]["xaxis"]["range"]
    assert low < 1 < 31 < high
    rows = list(csv.DictReader(io.StringIO(viz.csv(drawn))))
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 32)]
    assert rows[12]["log10 norm dL/dh, short"] == "" != rows[11]["log10 norm dL/dh, short"]
    assert rows[20]["log10 norm dL/dh"] == "" != rows[30]["log10 norm dL/dh, long"]
    assert {len(column) for column in viz.table(drawn).values()} == {31}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_six_pins_have_labels_that_do_not_overlap(cell, theme):
    pins = ()
    for k, other in enumerate([*CELLS, "lstm", "phased_lstm"]):
        pins = added(pins, pin_of(DEFAULTS | SMALL | {"cell": other, "seed": k, "steps": 20 + k}, f"a long name {k}"))
    drawn = drawn_of(DEFAULTS | SMALL | {"cell": cell, "pins": pins}, theme=theme)
    for height, centres in end_labels(drawn.figure).values():
        assert (
            np.diff(sorted(centres)).min(initial=99)
            >= min(LINE_PX, (height + 2 * SLACK_PX) / (len(centres) - 1 or 1)) - 1
        )
        assert np.diff(sorted(centres)).min(initial=99) >= LINE_PX - 5


def test_exports_name_every_pin_and_its_settings():
    values = DEFAULTS | SMALL | {"pins": (RELU, SHORT)}
    assert "Pinned ReLU: Activation: ReLU, Sequence length T: 20" in drawn_of(values).caption
    page = page_html(flow_exportables(run_settings(values), page_view(values))[:1], "", "")
    assert "Pinned short: Cell: LSTM" in page
    assert "short (T 12)" in page


def test_without_pins_and_scrubber_a_figure_is_what_it_was():
    values = DEFAULTS | SMALL
    assert drawn_of(values).figure == viz.flow(run(run_settings(values))).figure


# ── what differs


def test_only_what_differs_is_named():
    assert differing([DEFAULTS | SMALL, RELU.values]) == ["activation"]
    assert differing([DEFAULTS, DEFAULTS | {"cell": "lstm"}]) == ["cell"]
    assert differing([DEFAULTS, DEFAULTS | {"cell": "lstm", "forget_bias": 3.0}]) == ["cell", "forget_bias"]
    assert differing([DEFAULTS | {"forget_bias": 3.0}, DEFAULTS]) == [], "no RNN has a forget bias"


def test_the_table_has_what_differs_and_every_verdict():
    session = Session(steps="12", hidden="4", pins="ReLU~activation-relu~steps-12~hidden-4")
    (table,) = session.tables.values()
    assert list(table) == ["Run", "Activation", "Verdict"]
    assert table["Run"] == ["present run", "ReLU"]
    assert table["Activation"] == ["tanh", "ReLU"]
    assert all(verdict.endswith(".") for verdict in table["Verdict"])
    assert plain(table["Verdict"][0]).partition(":")[0] in session.verdict


# ── the page


def test_a_pin_stays_while_the_settings_change_and_goes_when_removed():
    session = Session(steps="12", hidden="4", batch="2")
    session.press("pin")
    session.set("activation", "relu")
    names = {trace.get("name") for trace in session.charts["chart"]["figure"]["data"]}
    assert "RNN, hidden 4" in names or session.value("pins")[0].name in names
    session.set("pin_name0", "before")
    assert session.query["pins"] == "before~steps-12~hidden-4~batch-2"
    assert "before" in {trace.get("name") for trace in session.charts["chart"]["figure"]["data"]}
    session.press("pin_use0")
    assert session.value("activation") == "tanh"
    session.press("pin_remove0")
    assert session.value("pins") == ()
    assert "pins" not in session.query


def test_presets_keep_pins_and_reset_does_not():
    session = Session(pins="A~cell-gru~steps-12~hidden-4", steps="12", hidden="4")
    session.press("ReLU explodes")
    assert [pin.name for pin in session.value("pins")] == ["A"]
    session.press("reset")
    assert session.value("pins") == ()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
@pytest.mark.parametrize("cell", CELLS)
def test_a_pair_is_two_runs_that_differ_in_one_thing(pair, cell):
    chosen = pair.chosen(DEFAULTS | {"cell": cell, "weight_scale": 1.3})
    (pin,) = chosen["pins"]
    assert pin.name == pair.stays[0]
    assert differing([chosen, pin.values]) == list(pair.comes[1])
    assert chosen["weight_scale"] == pin.values["weight_scale"] == 1.3
    (again,) = pair.chosen(chosen)["pins"]
    assert again == pin, "once more changes nothing"


def test_a_pair_replaces_another_pair_and_leaves_other_pins():
    values = DEFAULTS | {"pins": (RELU,)}
    for pair in PAIRS:
        values = pair.chosen(values)
    assert [pin.name for pin in values["pins"]] == ["ReLU", PAIRS[-1].stays[0]]


def test_one_click_compares_a_pair():
    session = Session(steps="12", hidden="4", batch="2")
    session.press("pair RNN / LSTM")
    assert session.value("cell") == "lstm"
    assert [pin.name for pin in session.value("pins")] == ["RNN"]
    assert session.query["pins"] == "RNN~steps-12~hidden-4~batch-2"


def test_a_gate_that_is_off_is_a_plain_lstm_with_the_same_weights():
    chosen = PAIRS[-1].chosen(DEFAULTS | SMALL)
    on, off = run(run_settings(chosen)), run(chosen["pins"][0].settings)
    for name in ("W_h", "W_x", "b"):
        np.testing.assert_array_equal(on.params[name], off.params[name])
