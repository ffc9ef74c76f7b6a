"""Figures of runs of the lab: every number is drawn where it belongs, gaps and infinities included."""

import base64
import csv as csv_format
import functools
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from lab import RECIPES
from lab.training import Training, Update
from viz import FIGURES, View, as_figure, csv
from viz.heat import unpacked
from viz.scrub import MOST
from viz.theme import PALETTES
from viz.training import (
    PANEL_TITLES,
    REPLAY,
    TRAINING,
    WRITING,
    TrainingRecord,
    WritingRecord,
    figure_name,
    panels_fitting,
    updates_shown,
)

UPDATES = 4


@functools.cache
def record_of(recipe):
    """The first updates of a recipe's first run, without the evaluation at its end."""
    settings = next(iter(RECIPES[recipe].settings(lecture=True).values()))
    small = {"hidden": min(settings.hidden, 32), "batch": min(settings.batch, 4), "evaluate_every": 100_000}
    training = Training(settings.replace(**small, updates=100_000))
    for event in training.events():
        if not isinstance(event, Update) or event.update == UPDATES:
            break
    history = training.history
    flows = {name: history.flow(name) for name in history.flows}
    return TrainingRecord(history.columns, flows, recipe, f"Task: {settings.task}", settings.layers)


def made(updates=30, **columns):
    """A record of an LSTM with chosen columns."""
    plain = {"loss": np.geomspace(2.0, 0.1, updates), "smooth_loss": np.geomspace(2.0, 0.1, updates)}
    flow = np.linspace(-4, 0, 12)[None] + np.zeros((updates, 1))
    empty = {"half_life": np.full(updates, np.nan), "clip_bit": np.zeros(updates)}
    return TrainingRecord(plain | empty | columns, {"h1": flow, "c1": flow - 1}, "made", "Task: made")


def draw(record, name=TRAINING, theme="light", **view):
    return FIGURES[name].draw(record, View(theme=theme, **view), ())


def named(drawn, name):
    return [trace for trace in drawn.figure["data"] if trace.get("name") == name]


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_drawn_in_both_themes_with_its_words_and_numbers(recipe):
    record = record_of(recipe)
    for theme in PALETTES:
        drawn = draw(record, theme=theme)
        json.dumps(drawn.figure, allow_nan=False)
        as_figure(drawn)
        assert drawn.alt.endswith(".") and not any(mark in drawn.alt for mark in ("<", "nan", "inf ", "None"))
        assert len(drawn.figure["layout"]["yaxis"]["title"]["text"]) > 0
    rows = list(csv_format.DictReader(io.StringIO(csv(drawn))))
    assert [float(row["loss"]) for row in rows] == record.columns["loss"].tolist()


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_panel_stands_alone_under_the_name_of_the_registry(recipe):
    record = record_of(recipe)
    fitting = panels_fitting(record)
    assert {"loss", "flow_h", "gradient", "ratio"} <= set(fitting) <= set(PANEL_TITLES)
    for name in fitting:
        drawn = draw(record, figure_name(name))
        assert drawn.name == figure_name(name) and record.label in drawn.title
        assert drawn.alt in draw(record).alt


def test_a_panel_without_numbers_is_refused_by_name():
    with pytest.raises(ValueError, match="panels = perplexity: the run made has nothing for it"):
        draw(made(), "training_perplexity")


def test_the_heatmap_shows_the_flow_of_each_update_from_the_first_step_upwards():
    flow = np.arange(60.0).reshape(5, 12) / 60
    record = TrainingRecord(made(5).columns, {"h1": flow}, "made", "")
    (heat,) = named(draw(record, "training_flow_h"), "‖dL/dh<sub>t</sub>‖")
    np.testing.assert_allclose(unpacked(heat["z"]), flow.T, rtol=1e-6)
    assert (heat["x0"], heat["dx"], heat["y0"], heat["dy"]) == (1, 1, 1, 1)


def test_the_dots_on_the_heatmap_lie_the_half_life_before_the_last_step():
    half = np.array([2.0, 5.5, np.inf, 40.0, np.nan, 1.0])
    (line,) = named(draw(made(6, half_life=half)), "half is left")
    assert line["y"] == [10.0, 6.5, None, None, None, 11.0]


def test_a_half_life_without_loss_stands_on_a_rail_of_its_own_and_is_no_overflow():
    drawn = draw(made(4, half_life=np.array([3.0, np.inf, 5.0, np.inf])))
    (axis,) = [a for n, a in drawn.figure["layout"].items() if n.startswith("yaxis") and a["title"]["text"] == "steps"]
    ticks = " ".join(axis["ticktext"])
    assert "none lost" in ticks and "overflow" not in ticks
    assert "no gradient is lost" in drawn.alt


def test_validation_is_drawn_at_the_updates_it_was_measured_at_and_nowhere_else():
    values = np.full(30, np.nan)
    values[[9, 19, 29]] = 1.0, 0.1, 0.01
    drawn = draw(made(30, validation_loss=values), "training_loss")
    lines = [trace for trace in named(drawn, "validation") if trace["mode"].startswith("lines")]
    assert [(trace["x"], trace["y"]) for trace in lines] == [([10, 20, 30], [0.0, -1.0, -2.0])]
    np.testing.assert_array_equal(drawn.columns["validation_loss"], values)


def test_how_often_clipping_bit_is_told():
    bit = np.zeros(30)
    bit[:12] = 1
    norms = {"grad_norm": np.full(30, 3.0), "clipped_norm": np.where(bit, 1.0, 3.0), "clip_bit": bit}
    drawn = draw(made(30, **norms), "training_gradient")
    assert "clipped in 40 % of updates" in drawn.figure["layout"]["annotations"][0]["text"]
    assert "Clipping changed it in 40 % of the updates." in drawn.alt


@pytest.mark.parametrize("updates", [1, 2, 999, 1001, 12_345])
def test_any_number_of_updates_is_drawn_and_thinning_is_said(updates):
    drawn = draw(made(updates, loss=np.linspace(2, 1, updates)))
    (loss,) = [trace for trace in named(drawn, "this batch") if "lines" in trace["mode"] and "line" in trace][:1]
    assert len(loss["x"]) <= 1001 and (loss["x"][0], loss["x"][-1]) == (1, updates)
    assert ("update drawn" in drawn.figure["layout"]["annotations"][0]["text"]) == (updates > 1000)
    assert len(drawn.columns["loss"]) == updates


def test_the_view_chooses_panels():
    headings = [note["text"] for note in draw(made(), panels=("flow_c",)).figure["layout"]["annotations"]]
    assert any("dL/dc" in text for text in headings) and not any("loss" in text for text in headings)


def test_other_runs_are_drawn_beside_it_each_in_its_colour_to_its_own_length():
    long, short = made(50, validation_loss=np.linspace(2, 1, 50)), made(20, validation_loss=np.linspace(3, 2, 20))
    other = TrainingRecord(short.columns, short.flows, "other", "Task: made · Cell: GRU")
    drawn = FIGURES[TRAINING].draw(long, View(), (other,))
    (line,) = [t for t in named(drawn, "other") if "lines" in t["mode"] and t["yaxis"] == "y"]
    assert line["line"]["color"] == PALETTES["light"].of("pin1") and line["x"][-1] == 20
    np.testing.assert_allclose(line["y"], np.log10(short.columns["validation_loss"]), atol=1e-4)
    assert len(named(drawn, "‖dL/dh<sub>t</sub>‖")) == 2
    assert drawn.caption.endswith("other: Cell: GRU")
    rows = list(csv_format.DictReader(io.StringIO(csv(drawn))))
    assert len(rows) == 50 and float(rows[19]["validation_loss, other"]) == 2.0
    longer = FIGURES[TRAINING].draw(other, View(), (long,)).figure["layout"]["xaxis"]["range"]
    assert longer[1] >= 50


def test_a_run_beside_a_shorter_one_is_a_line_and_no_row_of_dots():
    drawn = FIGURES[TRAINING].draw(made(1), View(), (replace(made(50), label="other"),))
    assert {trace["mode"] for trace in named(drawn, "other")} == {"lines"}


def test_a_run_of_one_update_beside_a_long_one_is_a_dot():
    long, short = made(50, validation_loss=np.linspace(2, 1, 50)), replace(made(1), label="other")
    drawn = FIGURES[TRAINING].draw(long, View(), (short,))
    (dot,) = [trace for trace in drawn.figure["data"] if trace.get("mode") == "markers" and trace["yaxis"] == "y"]
    assert dot["x"] == [1] and dot["marker"]["size"] == 7


def test_one_colour_is_one_size_of_gradient_in_all_runs_that_are_compared():
    other = replace(made(20), flows={"h1": made(20).flows["h1"] * 3}, label="other")
    heats = named(FIGURES[TRAINING].draw(made(), View(), (other,)), "‖dL/dh<sub>t</sub>‖")
    assert [(heat["zmin"], heat["zmax"]) for heat in heats] == [(-12.0, 0.0)] * 2


def test_a_run_too_short_to_be_seen_has_no_empty_panel_and_keeps_its_numbers():
    short, long = replace(made(1), label="short"), replace(made(300), label="long")
    for own, other in ((short, long), (long, short)):
        drawn = FIGURES[TRAINING].draw(own, View(panels=("flow_h",)), (other,))
        (heat,) = named(drawn, "‖dL/dh<sub>t</sub>‖")
        assert unpacked(heat["z"]).shape == (12, 300)
        assert drawn.figure["layout"]["annotations"][0]["text"].startswith("long: ")
        assert len([name for name in drawn.columns if "step t 12" in name]) == 2


@pytest.mark.parametrize("theme", PALETTES)
def test_where_a_run_exploded_stands_a_line_that_is_named(theme):
    record, other = replace(made(3), halted=4), replace(made(9), halted=7, label="other")
    alone = draw(record, theme=theme)
    assert lines_across(alone) == [4] and alone.figure["layout"]["xaxis"]["range"][1] > 4
    assert "┆ exploded" in alone.figure["layout"]["annotations"][0]["text"]
    assert alone.alt.endswith("It exploded at update 4.")
    both = FIGURES[TRAINING].draw(record, View(theme=theme), (other,))
    assert lines_across(both) == [4, 7] and both.alt.endswith("other exploded at update 7.")
    assert "┆ other exploded" in both.figure["layout"]["annotations"][0]["text"]
    assert lines_across(draw(made())) == []


def lines_across(drawn) -> list[int]:
    """Where upright lines run through all panels."""
    lines = [shape for shape in drawn.figure["layout"]["shapes"] if str(shape.get("yref")).endswith(" domain")]
    panels = sum(name.startswith("yaxis") for name in drawn.figure["layout"])
    assert len(lines) % panels == 0
    return [shape["x0"] for shape in lines[::panels]]


def test_a_panel_with_nothing_on_its_axis_is_no_higher_than_its_rails():
    lost = draw(made(half_life=np.full(30, np.inf)), "training_half_life").figure["layout"]
    known = draw(made(half_life=np.full(30, 3.0)), "training_half_life").figure["layout"]
    assert lost["height"] < known["height"] - 80
    assert len(lost["yaxis"]["ticktext"]) == 1 and "none lost" in lost["yaxis"]["ticktext"][0]


def test_dots_are_named_where_there_are_some():
    texts = [draw(made(30, half_life=np.full(30, lost)), "training_flow_h") for lost in (2.0, np.inf)]
    headings = [drawn.figure["layout"]["annotations"][0]["text"] for drawn in texts]
    assert ["half of it is left" in heading for heading in headings] == [True, False]


def test_the_norm_that_clipping_left_alone_is_drawn_once_in_the_colour_of_its_label():
    norms = np.linspace(1.0, 3.0, 30)
    drawn = draw(made(30, grad_norm=norms, clipped_norm=np.minimum(norms, 2.0)), "training_gradient")
    after, before = (trace for trace in drawn.figure["data"] if "lines" in trace["mode"])
    assert (after["name"], before["name"]) == ("after clipping", "before clipping")  # the later one lies on top
    assert {after["line"]["dash"], before["line"]["dash"]} == {"solid"}


def test_large_numbers_of_updates_are_written_as_everywhere_else():
    assert draw(made(1392)).figure["layout"]["xaxis"]["ticktext"][-1] == "1,392"


def test_the_history_is_dragged_update_by_update_and_ends_where_the_run_is():
    flow = np.linspace(-4, 0, 12)[None] * np.linspace(1, 2, 300)[:, None]
    record = replace(made(300), flows={"h1": flow}, kept=tuple(range(0, 301, 16)))
    drawn = draw(record, REPLAY)
    at = updates_shown(record)
    assert at[0] == 1 and at[-1] == 300 and len(at) <= MOST and set(record.kept) - {0} <= set(at)
    assert drawn.scrub["values"] == [str(update) for update in at] and drawn.scrub["keep"]
    ((_, _, column),) = [change for change in drawn.scrub["changes"]["data"] if change[1] == "y"]
    rows = np.split(np.frombuffer(base64.b64decode(column["bdata"]), "<f4"), column["ends"])
    for update, row in zip(at, rows, strict=False):
        np.testing.assert_allclose(row, flow[update - 1], atol=1e-4)
    assert drawn.scrub["said"][0]["rest"] == " step 1 receives 10⁻⁴ times the gradient of the last step."
    json.dumps([drawn.figure, drawn.scrub], allow_nan=False)


def test_short_sequences_and_runs_of_other_lengths_are_drawn_as_far_as_they_go():
    flow = made(30).flows["h1"].copy()
    flow[::2, 7:] = np.nan
    record = replace(made(30), flows={"h1": flow, "c1": flow})
    drawn = FIGURES[REPLAY].draw(record, View(), (replace(made(20), label="other"),))
    assert "nan" not in str(drawn.figure["layout"]["annotations"]).lower()
    assert {trace["name"] for trace in drawn.figure["data"]} == {"made", "other"}  # each run by its name, h alone
    assert {"dL/dh<sub>t</sub>", "dL/dc<sub>t</sub>"} <= {
        trace["name"] for trace in draw(record, REPLAY).figure["data"]
    }


def test_what_comes_later_changes_nothing_of_a_history_that_is_drawn():
    long, short = made(90), made(90).until(40)
    assert json.dumps(draw(long.until(40), REPLAY).scrub) == json.dumps(draw(short, REPLAY).scrub)
    assert not draw(short, REPLAY).scrub["keep"]


def test_a_run_of_one_update_has_no_history_to_drag_through():
    with pytest.raises(ValueError, match="updates = 1: the run made has no gradient to drag through"):
        draw(made(1), REPLAY)


def written(count=12, cells="abcdefghijkl"):
    """A text of which every letter sends back 10^-(distance)."""
    distance = np.arange(count)[:, None] - np.arange(count)
    flow = np.where(distance >= 0, -distance.astype(float), np.nan)
    likeliest = [(("a", 0.5), ("b", 0.25))] * count
    return WritingRecord(cells[:count], 2, np.log(np.linspace(0.1, 0.9, count)), likeliest, flow, "made", "Task: made")


@pytest.mark.parametrize("theme", PALETTES)
def test_a_text_is_dragged_letter_by_letter_with_its_probability_and_what_it_sends_back(theme):
    drawn = draw(written(), WRITING, theme)
    said = drawn.scrub["said"]
    assert len(said) == 12 and not drawn.scrub["keep"]
    assert said[0]["rest"].startswith(" as the first letter, given by the prompt, has a probability of 10 %")
    assert (said[-1]["first"], said[-1]["rest"]) == ("“l”", " after “abcdefghijk” has a probability of 90 %.")
    assert said[-1]["more"] == "Step 1 receives 10⁻¹¹ times the gradient of its own step."
    assert drawn.figure["layout"]["xaxis"]["ticktext"] == list("abcdefghijkl")
    json.dumps([drawn.figure, drawn.scrub], allow_nan=False)
    as_figure(drawn)
    assert csv(drawn).splitlines()[1].startswith("a,0.1")


def test_few_letters_are_as_large_as_other_words():
    sizes = [
        draw(written(count, "ab" * 40), WRITING).figure["layout"]["xaxis"]["tickfont"]["size"] for count in (12, 70)
    ]
    assert sizes == [15, 12]


def test_a_gradient_that_is_gone_on_its_way_is_told_as_exactly_0():
    record = written()
    flow = np.where(record.flow < -5, -np.inf, record.flow)
    assert draw(replace(record, flow=flow), WRITING).scrub["said"][-1]["more"].startswith("Exactly 0 of its gradient")


def test_a_text_of_one_letter_is_refused_by_its_length():
    with pytest.raises(ValueError, match=r"letters = 1 is outside \[2, 81\]"):
        draw(written(1), WRITING)
