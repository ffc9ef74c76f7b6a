"""Links: what is written is read back exactly; what cannot be used is changed to the nearest that can, and named."""

import re
from random import Random
from urllib.parse import parse_qs, urlencode

import pytest

from cells import CELLS
from tests.ui.wild import LARGE, hostile_query, values_of
from ui.cost.budget import check_budget
from ui.link.link import LONGEST, left_out, mend, read_link, write_link
from ui.views.fields import DEFAULTS, FIELDS, LISTS, high_of, knob_of, own_knobs, page_view, run_settings

NUMBERS = [n for n, f in FIELDS.items() if n not in LISTS and type(f.default) in (int, float)]
SWITCHES = [name for name, field in FIELDS.items() if isinstance(field.default, bool)]
CHOICES = [name for name, field in FIELDS.items() if isinstance(field.default, str)]
BASES = {  # what a field needs around it to count
    "layer": {"layers": 4},
    "impulse_step": {"steps": 1000},
    "own": {"signal": "own", "steps": 2},
    "loss_steps": {"loss": "chosen"},
} | {name: {"cell": cell} for cell in CELLS for name in own_knobs(cell)}


def through_a_url(values):
    """The values that come out of the link these values make, with its complaints."""
    query = parse_qs(urlencode(write_link(values)), keep_blank_values=True, strict_parsing=bool(write_link(values)))
    return read_link(query)


def read(**texts):
    return read_link({name: [text] for name, text in texts.items()})


def as_text(value):
    return {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def query_around(name, text):
    """A link in which the field counts, without the field itself."""
    base = {other: [as_text(value)] for other, value in BASES.get(name, {}).items()}
    return base | {name: [text]}


def used_by_the_link(values):
    """Values that a link must bring back: all but knobs of other cells and lists nobody asked for."""
    kept = dict(values)
    others = {name for cell in CELLS for name in own_knobs(cell)} - set(own_knobs(values["cell"]))
    asked = {"own": values["signal"] == "own", "loss_steps": values["loss"] == "chosen"}
    asked["timestamps"] = (values["cell"], values["sampling"]) == ("phased_lstm", "own")
    return kept | {name: DEFAULTS[name] for name in [*others, *(name for name, used in asked.items() if not used)]}


# ── there and back


def test_the_default_view_needs_no_query():
    assert write_link(DEFAULTS) == {}
    assert read_link({}) == (DEFAULTS, [])


@pytest.mark.parametrize("cell", CELLS)
def test_random_views_come_back_exactly(cell):
    rng = Random(cell)
    for _ in range(120):
        values = values_of(rng, LARGE, cell=cell)
        assert through_a_url(values) == (used_by_the_link(values), [])


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_of_every_range_come_back(name):
    kind = type(DEFAULTS[name])
    for value in (kind(knob_of(name).low), kind(high_of(name))):
        values = DEFAULTS | BASES.get(name, {}) | {name: value}
        back, complaints = through_a_url(values)
        named = [line for line in complaints if line.startswith(f"{name} ")]
        assert back[name] == value or named, "an end that does not fit the rest must be named"


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in CHOICES for value in knob_of(name).choices])
def test_every_choice_comes_back(name, value):
    around = {"own": ((0.5,),) * 50} if value == "own" else {"loss_steps": (3,)} if value == "chosen" else {}
    around = {"timestamps": tuple(map(float, range(50)))} if (name, value) == ("sampling", "own") else around
    values = DEFAULTS | BASES.get(name, {}) | {name: value} | around
    back, complaints = through_a_url(values)
    assert (back[name], complaints) == (value, [])


@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_comes_back(name):
    values = DEFAULTS | BASES.get(name, {}) | {name: not DEFAULTS[name]}
    assert through_a_url(values) == (values, [])


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-300, 5e-324, 3.9999999999999996, 1 / 3])
def test_floats_come_back_to_the_last_bit(value):
    back, complaints = through_a_url(DEFAULTS | {"weight_scale": value})
    assert (back["weight_scale"], complaints) == (value, [])


def test_an_own_sequence_comes_back_and_one_too_long_is_left_out_by_name():
    short = DEFAULTS | {"signal": "own", "own": ((0.1, -2.0), (3e-7, 1e6)), "steps": 2}
    assert through_a_url(short) == (short, [])
    assert left_out(short) == []
    long = DEFAULTS | {"signal": "own", "own": ((0.123456789,),) * 1000}
    assert "own" not in write_link(long)
    assert left_out(long) == ["own has 1000 entries, too many for a link: load it again there."]


# ── strictness


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "text",
    *[
        [
            "",
            " ",
            "x",
            "nan",
            "inf",
            "-inf",
            "NaN",
            "1e",
            "0x10",
            "1_0",
            "٣",
            "１",
            "½",
            "1 ",
            "\n1",
            "1\x00",
            "--1",
            "1,5",
        ]
    ],
)
def test_what_is_no_number_gives_the_default_and_is_named(name, text):
    values, complaints = read_link(query_around(name, text))
    assert values[name] == DEFAULTS[name]
    assert [line for line in complaints if line.startswith(f"{name} = ") and "is no" in line]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_outside_gives_the_nearest_end_and_both_are_named(name):
    low, high = knob_of(name).low, high_of(name)
    for text, nearest in ((f"{high * 10 + 1:.0f}", high), (f"{low - 1000:.0f}", low)):
        values, complaints = read_link(query_around(name, text))
        line = next(line for line in complaints if line.startswith(f"{name} = "))
        assert f"is outside [{low:g}, {high:g}]" in line
        assert values[name] == nearest or len(complaints) > 1, "a second complaint says why the end did not fit either"


@pytest.mark.parametrize("text", ["2.5", "2.0", "1e1"])
def test_a_whole_number_is_whole(text):
    values, complaints = read(steps=text)
    assert values["steps"] == DEFAULTS["steps"]
    assert complaints == [f"steps = '{text}' is no whole number in [2, 1000]; 50 is used instead."]


@pytest.mark.parametrize("text", ["9" * 13, "1e999", "-1e999", "9" * 4000, "0." + "0" * 4000 + "1"])
@pytest.mark.parametrize("name", ["steps", "weight_scale", "seed"])
def test_numbers_of_any_length_are_refused_or_bounded(name, text):
    values, complaints = read_link({name: [text]})
    assert knob_of(name).low <= values[name] <= high_of(name)
    assert len(complaints) == 1 and len(complaints[0]) < 200


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("text", ["", "1", "true", "True", "ON", "on ", "yes", "оn"])  # the last o is Cyrillic
def test_a_switch_is_on_or_off(name, text):
    values, complaints = read_link(query_around(name, text))
    assert values[name] == DEFAULTS[name]
    assert complaints == [
        f"{name} = {text!r} is neither on nor off; {as_text(DEFAULTS[name])} is used instead.",
    ]


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("text", ["", "x", "RNN", " rnn", "rnn\x00", "a" * 100_000, "![](http://example.org/a.png)"])
def test_a_choice_is_one_of_those_there_are(name, text):
    values, complaints = read_link(query_around(name, text))
    assert values[name] == DEFAULTS[name]
    line = next(line for line in complaints if line.startswith(f"{name} = "))
    assert "is none of" in line and len(line) < 600


def test_unknown_names_are_ignored_by_name():
    values, complaints = read(stpes="3", options="{}", complaints="[]")
    assert values == DEFAULTS
    assert complaints == [
        f"'{name}' is no setting of this page and was ignored." for name in ("stpes", "options", "complaints")
    ]


def test_of_a_doubled_name_the_last_counts():
    values, complaints = read_link({"steps": ["10", "20", "30"]})
    assert values["steps"] == 30
    assert complaints == ["steps stands 3 times in the link; the last one is used."]


def test_control_characters_are_shown_and_not_sent():
    _, complaints = read(**{"a\x00\x1b[31m\n\u202e": "1", "cell": "\r\nSet-Cookie: x"})
    assert all(line.isprintable() for line in complaints)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"forget_bias": "2"}, "forget_bias goes with cell = lstm or phased_lstm only and was ignored."),
        ({"cell": "gru", "residual": "on"}, "residual goes with cell = rnn only and was ignored."),
        ({"loss_steps": "3"}, "loss_steps goes with loss = chosen only and was ignored."),
        ({"own": "1;2"}, "own goes with signal = own only and was ignored."),
    ],
)
def test_what_the_view_does_not_use_is_named_and_forgotten(query, sentence):
    values, complaints = read(**query)
    assert complaints == [sentence]
    name = list(query)[-1]
    assert values[name] == DEFAULTS[name]


# ── values that do not go together


@pytest.mark.parametrize(
    ("query", "changed", "words"),
    [
        ({"signal": "impulse", "impulse_step": "80"}, {"impulse_step": 50}, "outside [1, 50]"),
        ({"loss": "chosen"}, {"loss_steps": (50,)}, "outside [1, 50]"),
        ({"loss": "chosen", "loss_steps": "3,700"}, {"loss_steps": (3,)}, "700 is outside [1, 50]"),
        ({"loss": "chosen", "loss_steps": "0"}, {"loss_steps": (50,)}, "0 is outside"),
        ({"loss": "chosen", "loss_steps": "3,x"}, {"loss_steps": (50,)}, "'x', which is no whole number"),
        ({"signal": "own"}, {"signal": "running_average"}, "no sequence"),
        ({"signal": "own", "own": "1;2,3"}, {"signal": "running_average"}, "different lengths"),
        ({"signal": "own", "own": "1;2;3"}, {"steps": 3}, "outside [2, 3]"),
        ({"signal": "own", "own": "1;1e300"}, {"signal": "running_average"}, "outside [-1e6, 1e6]"),
        ({"signal": "own", "own": ";".join(["1"] * 5000)}, {"signal": "running_average"}, "more than the 1500"),
        ({"layer": "4", "layers": "2"}, {"layer": 2}, "outside [0, 2]"),
        (
            {"cell": "phased_lstm", "shortest_period": "300", "longest_period": "20"},
            {"shortest_period": 20.0},
            "shortest_period = 300 is outside",
        ),
        ({"steps": "1000", "hidden": "256", "batch": "256", "layers": "4", "cell": "lstm"}, {}, "this page allows"),
    ],
    ids=str,
)
def test_values_that_do_not_go_together_are_mended_by_name(query, changed, words):
    values, complaints = read(**query)
    assert {name: values[name] for name in changed} == changed
    assert any(words in line for line in complaints)
    check_budget(run_settings(values))


def test_every_sentence_of_a_link_is_one_sentence():
    _, complaints = read(cell="x", steps="x", own="1;x", signal="own", nothing="1", loss="chosen")
    assert all(line.endswith(".") and "\n" not in line for line in complaints)
    assert len(complaints) == 6


def test_mending_leaves_good_values_alone():
    values = dict(DEFAULTS)
    assert mend(values) == []
    assert values == DEFAULTS


def test_hostile_links_give_a_view_that_can_be_drawn_and_name_what_they_lost():
    rng = Random(7)
    for _ in range(400):
        query = hostile_query(rng)
        values, complaints = read_link(query)
        check_budget(run_settings(values))
        page_view(values)
        text = "\n".join(complaints)
        assert through_a_url(values) == (values, []), query
        for name in [name for name in query if name in FIELDS and not re.search(rf"\b{name} ", text)]:
            if name in (
                "scrub",
                "pins",
                "map_x",
                "map_y",
            ):  # written again as they were read
                assert write_link(values).get(name, "") == query[name][-1], (name, query)
                continue
            assert as_text(values[name]) == as_text(type(DEFAULTS[name])(plain(query[name][-1], name))), (name, query)
        assert text.count("is no setting of this page and") == sum(name not in FIELDS for name in query)
        assert all(len(line) <= LONGEST for line in complaints)


def plain(text, name):
    """What a text says, read by other means than the link's."""
    default = DEFAULTS[name]
    if name == "loss_steps":
        return sorted({int(part) for part in text.split(",")})
    if name == "timestamps":
        return [float(part) for part in text.split(",")]
    if name == "own":
        return [tuple(map(float, row.split(","))) for row in text.split(";")]
    return text == "on" if isinstance(default, bool) else text
