"""Every knob of the run and of every cell: its range is kept, and a wrong value is named with that range."""

import math
import re
from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest

from cells import CELLS, RunSettings
from cells.knobs import BadValue, knobs_of

HOLDERS = {"the run": RunSettings} | {f"{name}'s own": cell.Options for name, cell in CELLS.items()}
KNOBS = [(holder, f) for holder, kind in HOLDERS.items() for f in knobs_of(kind).values()]
NUMBERS = [
    (holder, f) for holder, f in KNOBS if isinstance(f.default, (int, float)) and not isinstance(f.default, bool)
]
WHOLE = [(holder, f) for holder, f in NUMBERS if type(f.default) is int]
CHOICES = [(holder, f) for holder, f in KNOBS if isinstance(f.default, str)]
SWITCHES = [(holder, f) for holder, f in KNOBS if isinstance(f.default, bool)]

NO_NUMBERS = [
    math.nan,
    math.inf,
    -math.inf,
    None,
    "7",
    b"7",
    True,
    np.True_,
    3j,
    [3],
    np.array([3.0]),
    10**400,
    object(),
]


def ids(cases):
    return [f"{holder} {f.name}" for holder, f in cases]


def make(holder, f, value):
    """Settings with this one value; other fields are set so that they allow it."""
    kind = HOLDERS[holder]
    room = {"steps": {"hidden": 1, "batch": 1}, "hidden": {"batch": 1}, "batch": {"hidden": 1}}
    room |= {"shortest_period": {"longest_period": 10_000.0}, "longest_period": {"shortest_period": 0.001}}
    return kind(**room.get(f.name, {}), **{f.name: value})


def refused(holder, f, value):
    """The sentence that refuses the value."""
    with pytest.raises(BadValue) as caught:
        make(holder, f, value)
    assert caught.value.field == f.name
    assert str(caught.value).startswith(f"{f.name} = ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def range_of(f):
    """The range as sentences write it: no number is shortened."""
    low, high = f.metadata["knob"].low, f.metadata["knob"].high
    return "[" + ", ".join(str(int(end)) if end == int(end) else f"{end:g}" for end in (low, high)) + "]"


@pytest.mark.parametrize(("holder", "f"), NUMBERS, ids=ids(NUMBERS))
def test_both_ends_of_the_range_are_inside(holder, f):
    for end in (f.metadata["knob"].low, f.metadata["knob"].high):
        value = getattr(make(holder, f, end), f.name)
        assert value == end and type(value) is type(f.default)


@pytest.mark.parametrize(("holder", "f"), NUMBERS, ids=ids(NUMBERS))
def test_a_number_below_or_above_is_refused_with_the_range_and_the_nearest_value(holder, f):
    low, high = f.metadata["knob"].low, f.metadata["knob"].high
    apart = 1 if isinstance(f.default, int) else 1e-3
    for value, nearest in ((low - apart, low), (high + apart, high), (-(10**30), low), (1e300, high), (10**400, high)):
        written = repr(value) if value < 1e300 else repr(value)[:57] + "..." * (len(repr(value)) > 60)
        assert refused(holder, f, value) == f"{f.name} = {written} is outside {range_of(f)}"
        with pytest.raises(BadValue) as caught:
            make(holder, f, value)
        assert caught.value.nearest == nearest


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda v: type(v).__name__ + str(v)[:5])
@pytest.mark.parametrize(("holder", "f"), NUMBERS, ids=ids(NUMBERS))
def test_what_is_no_number_is_refused_with_the_range(holder, f, value):
    assert range_of(f) in refused(holder, f, value)


@pytest.mark.parametrize(("holder", "f"), WHOLE, ids=ids(WHOLE))
def test_a_fraction_is_refused_where_whole_numbers_are_asked(holder, f):
    value = f.metadata["knob"].low + 0.5
    assert refused(holder, f, value) == f"{f.name} = {value!r} is not a whole number in {range_of(f)}"


@pytest.mark.parametrize(("holder", "f"), NUMBERS, ids=ids(NUMBERS))
def test_numbers_of_other_types_become_plain_ones(holder, f):
    low = f.metadata["knob"].low
    for value in (np.float64(low), np.float32(low), np.int64(math.ceil(low)), Fraction(math.ceil(low)), -0.0 + low):
        if value >= low:
            found = getattr(make(holder, f, value), f.name)
            assert type(found) is type(f.default) and found == value
            assert math.copysign(1, found) == 1 or found < 0, "minus zero would be another value with the same meaning"


def test_minus_zero_is_zero():
    assert repr(RunSettings(weight_scale=-0.0)) == repr(RunSettings(weight_scale=0.0))


@pytest.mark.parametrize(("holder", "f"), NUMBERS, ids=ids(NUMBERS))
def test_a_refused_numpy_number_reads_like_a_plain_one(holder, f):
    assert refused(holder, f, np.float64(-1e9)) == f"{f.name} = -1000000000.0 is outside {range_of(f)}"


@pytest.mark.parametrize(("holder", "f"), CHOICES, ids=ids(CHOICES))
def test_a_name_that_is_not_among_the_choices_is_refused_with_all_of_them(holder, f):
    for value in ("", "Tanh ", "<script>", None, 3, ["tanh"], {"a": 1}, b"tanh", f.default.upper()):
        sentence = refused(holder, f, value)
        assert sentence == f"{f.name} = {value!r} is none of {', '.join(f.metadata['knob'].choices)}"


@pytest.mark.parametrize(("holder", "f"), SWITCHES, ids=ids(SWITCHES))
def test_a_switch_takes_true_and_false_alone(holder, f):
    for value in ("True", "False", "false", "", 0, 1, 1.0, None, [], np.array([True])):
        assert refused(holder, f, value) == f"{f.name} = {value!r} is neither True nor False"
    for value in (True, False, np.True_, np.False_):
        found = getattr(make(holder, f, value), f.name)
        assert type(found) is bool and found == bool(value)


@pytest.mark.parametrize(
    "steps", [5, None, "12", "one", [1.5], [math.nan], [math.inf], [None], [[1]], [10**400], [True]]
)
def test_loss_steps_that_are_no_list_of_whole_numbers_are_refused(steps):
    with pytest.raises(BadValue, match=r"^loss_steps = .*(is no list of whole numbers|is outside \[1, 50\])"):
        RunSettings(loss="chosen", loss_steps=steps)


@pytest.mark.parametrize(("steps", "bad"), [([0], "0"), ([51], "51"), ([1, -3], "-3"), ([], "nothing")])
def test_loss_steps_outside_the_sequence_are_refused(steps, bad):
    with pytest.raises(BadValue, match=rf"^loss_steps = {bad} is outside \[1, 50\]$"):
        RunSettings(loss="chosen", loss_steps=steps)


def test_loss_steps_come_in_order_and_once():
    assert RunSettings(loss="chosen", loss_steps=[np.int64(9), 3, 9, 4.0]).loss_steps == (3, 4, 9)


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        (5, "own = 5 is no sequence"),
        (None, "own = None is no sequence"),
        ("1, 2", "own holds rows of different lengths, or values that are no numbers"),
        ([1.0, "x"], "own holds rows of different lengths, or values that are no numbers"),
        ([[1.0], [1.0, 2.0]], "own holds rows of different lengths, or values that are no numbers"),
        ([1.0, 10**400], "own holds rows of different lengths, or values that are no numbers"),
        ([1.0, 2j], "own holds rows of different lengths, or values that are no numbers"),
        ([1.0], "own has shape (1, 1); it takes [2, 20000] steps of [1, 64] values"),
        ([[[1.0]], [[2.0]]], "own has shape (2, 1, 1); it takes [2, 20000] steps of [1, 64] values"),
        ([[0.0] * 65] * 3, "own has shape (3, 65); it takes [2, 20000] steps of [1, 64] values"),
        ([[], []], "own has shape (2, 0); it takes [2, 20000] steps of [1, 64] values"),
        ([1.0, math.nan], "own = nan at step 2 is outside [-1e6, 1e6]"),
        ([1.0, 2.0, -math.inf], "own = -inf at step 3 is outside [-1e6, 1e6]"),
        ([2e6, 1.0], "own = 2000000.0 at step 1 is outside [-1e6, 1e6]"),
    ],
)
def test_an_own_sequence_that_cannot_be_read_is_refused(own, sentence):
    with pytest.raises(BadValue, match=f"^{re.escape(sentence)}$"):
        RunSettings(signal="own", steps=2, own=own)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"signal": "own"}, "own = () holds no sequence; give [2, 20000] steps"),
        ({"signal": "own", "own": (1.0, 2.0)}, "steps = 50 is outside [2, 2], the length of your own sequence"),
        ({"signal": "impulse", "impulse_step": 51}, "impulse_step = 51 is outside [1, 50], the steps there are"),
        ({"cell": "lstm", "options": {"residual": True}}, "options has 'residual', the cell lstm knows "),
        ({"cell": "lstm", "options": CELLS["gru"].Options()}, "options = GRU.Options("),
        ({"cell": "lstm", "options": 7}, "options = 7 does not belong to the cell lstm"),
        ({"cell": "lstm", "options": {"forget_bias": 7}}, "forget_bias = 7 is outside [-4, 6]"),
        ({"steps": 20_000, "hidden": 512, "batch": 256}, "steps = 20000 would take "),
    ],
)
def test_values_that_do_not_go_together_are_refused(settings, sentence):
    with pytest.raises(BadValue, match="^" + re.escape(sentence)):
        RunSettings(**settings)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"residual": True, "cell": "lstm"}, "residual is no field of RunSettings, nor a knob of the cell lstm"),
        ({"forget_bias": 1.0}, "forget_bias is no field of RunSettings, nor a knob of the cell rnn"),
        ({"__class__": 1}, "__class__ is no field of RunSettings, nor a knob of the cell rnn"),
        ({"cell": ["rnn"]}, "cell = ['rnn'] is none of rnn, gru, lstm, phased_lstm"),
        ({"cell": "nope", "forget_bias": 1.0}, "cell = 'nope' is none of rnn, gru, lstm, phased_lstm"),
    ],
)
def test_a_change_of_what_is_not_there_is_refused_by_name(changes, sentence):
    with pytest.raises(BadValue, match=f"^{re.escape(sentence)}$"):
        RunSettings().replace(**changes)


def test_a_refusal_by_cost_names_steps_that_fit():
    with pytest.raises(BadValue) as caught:
        RunSettings(cell="lstm", steps=20_000, hidden=512, batch=64)
    assert 2 <= caught.value.nearest < 20_000
    assert f"at most {caught.value.nearest} steps fit" in str(caught.value)
    RunSettings(cell="lstm", steps=caught.value.nearest, hidden=512, batch=64)


@pytest.mark.parametrize("cell", CELLS)
def test_equal_settings_are_one_key(cell):
    one, two = RunSettings(cell=cell), RunSettings(cell=cell, options=CELLS[cell].Options(), steps=np.int32(50))
    assert one == two and hash(one) == hash(two) and repr(one) == repr(two)
    for other in set(CELLS) - {cell}:
        assert RunSettings(cell=other) != one


def test_settings_cannot_be_changed_in_place():
    settings = RunSettings()
    for f in fields(settings):
        with pytest.raises(AttributeError):
            setattr(settings, f.name, getattr(settings, f.name))
