"""Figures of what runs have come to: answers against answers, accuracy by length, many runs side by side."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lab import LabSettings
from lab.scoring import class_accuracies, confusion
from lab.training import Training
from tests.lab.small import settings_of
from tests.viz.test_training import made
from viz import FIGURES, View, as_figure, csv
from viz.heat import unpacked
from viz.theme import PALETTES
from viz.training import (
    BY_LENGTH,
    CONFUSION,
    MULTIPLES,
    ConfusionRecord,
    LengthPoint,
    LengthRecord,
    MultiplesRecord,
    quantities_of,
)
from viz.training.multiples import MOST
from viz.training.small_pictures import WIDTHS, across, small

COUNTS = np.array([[8, 2, 0], [5, 5, 0], [0, 0, 0]])
ANSWERS = ConfusionRecord(COUNTS, ("Czech", "Slovak", "Irish"), "made", "Task: made")
LENGTHS = LengthRecord(
    [
        LengthPoint("RNN", 5, 0.99, 4.0),
        LengthPoint("LSTM", 30, 0.97, np.inf),
        LengthPoint("RNN", 30, 0.15, 6.5),
        LengthPoint("LSTM", 5, 1.0, np.inf),
    ],
    "made",
    "Task: made",
)


def several(count=6, quantity="loss"):
    found = [replace(made(20 + k), label=f"run {k}") for k in range(count)]
    return MultiplesRecord(found, quantity, "made", "Task: made")


RECORDS = {CONFUSION: ANSWERS, BY_LENGTH: LENGTHS, MULTIPLES: several()}


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("name", RECORDS)
def test_they_are_figures_like_all_others(name, theme):
    drawn = FIGURES[name].draw(RECORDS[name], View(theme=theme), ())
    json.dumps(drawn.figure, allow_nan=False)
    as_figure(drawn)
    assert drawn.alt.endswith(".") and "nan" not in drawn.alt and drawn.caption == "Task: made"
    assert drawn.figure["layout"]["meta"]["title"] == drawn.title and csv(drawn).count("\n") > 2


def test_answers_are_shares_of_their_right_ones_and_the_worst_is_named():
    drawn = FIGURES[CONFUSION].draw(ANSWERS, None, ())
    shares = unpacked(drawn.figure["data"][0]["z"])
    np.testing.assert_allclose(shares[:2], [[0.8, 0.2, 0], [0.5, 0.5, 0]], atol=1e-6)
    assert np.isnan(shares[2]).all()  # nobody asked for it
    assert drawn.alt.startswith("Of 20 answers on the test data 65 % are right.")
    assert "Most often mistaken: Slovak as Czech (50 %)" in drawn.alt


@pytest.mark.parametrize("task", ["palindrome", "surnames", "parity"])
def test_answers_are_counted_where_something_is_asked(task):
    training = Training(settings_of(task, updates=1))
    *_, end = training.events()
    counts = training.confusion
    assert counts.shape == (training.task.outputs,) * 2 == (len(training.task.classes),) * 2
    right, asked = class_accuracies(training.net, training.task)
    np.testing.assert_array_equal(asked, counts.sum(axis=1))
    np.testing.assert_allclose(right * np.maximum(asked, 1), np.diag(counts))
    if task != "surnames":  # its loss weighs the classes
        assert end.metrics["accuracy"] == pytest.approx(np.trace(counts) / counts.sum())


def test_numbers_and_long_lists_of_words_are_no_classes():
    for task in ("adding", "names"):
        training = Training(settings_of(task))
        assert confusion(training.net, training.task) is None


def test_each_cell_has_its_line_and_its_half_life():
    drawn = FIGURES[BY_LENGTH].draw(LENGTHS, None, ())
    rnn, lstm = drawn.figure["data"]
    assert (rnn["x"], rnn["y"]) == ([5, 30], [0.99, 0.15]) and lstm["y"] == [1.0, 0.97]
    (line,) = drawn.figure["layout"]["shapes"]  # an infinite half-life has no place on the axis
    assert line["x0"] == 6.5
    assert "RNN: from 99 % at 5 to 15 % at 30, half-life 6.5 steps." in drawn.alt and "no gradient is lost" in drawn.alt


def test_runs_side_by_side_share_their_axes():
    drawn = FIGURES[MULTIPLES].draw(several(), None, ())
    layout = drawn.figure["layout"]
    axes = [layout[name] for name in layout if name.startswith("yaxis")]
    assert len(axes) == 6 and len({tuple(axis["range"]) for axis in axes}) == 1
    for axis in axes:
        assert 0 <= axis["domain"][0] < axis["domain"][1] <= 1
    key, *headings = (note["text"] for note in layout["annotations"])
    assert headings == [f"run {k}" for k in range(6)] and key.startswith("loss: ") and "this batch" in key


def test_rows_of_pictures_are_filled_as_well_as_three_to_five_in_a_row_can():
    for count in range(6, MOST + 1):
        assert -count % across(count) == min(-count % width for width in WIDTHS)
    assert [across(count) for count in (1, 3, 5, 6, 7, 8, 9, 10, 36)] == [1, 3, 5, 3, 4, 4, 3, 5, 4]


def test_six_pictures_stand_in_two_full_rows():
    layout = FIGURES[MULTIPLES].draw(several(6), None, ()).figure["layout"]
    places = [(layout[f"xaxis{n}"]["domain"][0], layout[f"yaxis{n}"]["domain"][1]) for n in ("", 2, 3, 4, 5, 6)]
    assert len({x for x, _ in places}) == 3 and len({y for _, y in places}) == 2
    assert [layout[f"yaxis{n}"]["showticklabels"] for n in ("", 2, 3, 4, 5, 6)] == [True, False, False] * 2


@pytest.mark.parametrize("quantity", ["loss", "flow_h"])
def test_nothing_moves_when_further_runs_begin(quantity):
    def places(begun):
        names = [f"run {k}" for k in range(begun, 6)]
        drawn = FIGURES[MULTIPLES].draw(replace(several(begun, quantity), waiting=names), None, ())
        layout = drawn.figure["layout"]
        domains = {name: axis["domain"] for name, axis in layout.items() if name[1:5] == "axis"}
        return domains, layout["height"], [note["text"].split(":")[0] for note in layout["annotations"][1:]]

    assert places(2) == places(4) == places(6)


@pytest.mark.parametrize("theme", PALETTES)
def test_the_gradients_way_through_many_runs_has_the_same_colours_everywhere(theme):
    record = several(5, "flow_h")
    far = replace(record.runs[1], flows={"h1": record.runs[1].flows["h1"] * 3})
    drawn = FIGURES[MULTIPLES].draw(
        replace(record, runs=[record.runs[0], far, *record.runs[2:]]), View(theme=theme), ()
    )
    as_figure(drawn)
    heats = drawn.figure["data"]
    assert {(heat["zmin"], heat["zmax"]) for heat in heats} == {(-12.0, 0.0)}
    assert [heat["showscale"] for heat in heats] == [True, False, False, False, False]
    assert drawn.alt.startswith("5 runs; of the last step's gradient on h step 1 receives least in run 1")


def test_a_small_picture_of_a_long_run_shows_every_so_many_updates_and_its_table_says_which():
    long = made(1000)
    long.flows["h1"][:] += np.arange(1000)[:, None]
    once = small(long)
    assert once.flows["h1"].shape == (143, 12) and small(once).flows["h1"] is once.flows["h1"]
    drawn = FIGURES[MULTIPLES].draw(MultiplesRecord([once], "flow_h", "made", "Task: made"), None, ())
    (heat,) = drawn.figure["data"]
    assert (heat["x0"], heat["dx"]) == (1, 7)
    column = drawn.columns["made, log10 ‖dL/dh‖, step 12"]
    assert len(column) == 1000 and column[7] == 7.0 and np.isnan(column[8])


@pytest.mark.parametrize(("name", "record", "says"), [
    (BY_LENGTH, LengthRecord(LENGTHS.points[:1], "", ""), "lengths = 1: runs of at least 2 lengths are compared"),
    (MULTIPLES, replace(several(), quantity="accuracy"), "quantity = 'accuracy' is none that all runs have: loss"),
    (MULTIPLES, several(37), r"runs = 37 is outside \[1, 36\]"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_named(name, record, says):
    with pytest.raises(ValueError, match=says):
        FIGURES[name].draw(record, None, ())


def test_only_quantities_that_every_run_has_are_offered():
    more = made(20, accuracy=np.linspace(0, 1, 20))
    assert "accuracy" in quantities_of([more]) and "accuracy" not in quantities_of([more, made(20)])


def test_the_languages_name_the_answers():
    settings = LabSettings(task="surnames", length=40)
    assert settings.task_class(settings).classes[:2] == ["Croatian", "Czech"]
