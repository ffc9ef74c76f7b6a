"""What holds for every figure of every cell in both themes."""

import json

import numpy as np
import pytest

from cells.knobs import knobs_of
from viz import FIGURES, PANELS, View, as_figure, flow, panel_figure
from viz.theme import PALETTES


def axes(layout, letter):
    return [axis for name, axis in layout.items() if name.startswith(f"{letter}axis")]


def test_every_axis_is_named(drawing):
    layout = drawing.drawn.figure["layout"]
    assert layout["xaxis"]["title"]["text"].startswith("step t")
    assert all(axis["title"]["text"] for axis in axes(layout, "y"))


def test_the_alt_text_states_a_finding_with_its_numbers(drawing):
    alt = drawing.drawn.alt
    assert drawing.drawn.figure["layout"]["meta"]["alt"] == alt
    assert alt.endswith(".")
    assert any(letter.isdigit() for letter in alt)
    assert not any(mark in alt for mark in ("<", "e-0", "nan", "inf"))


def test_the_caption_names_every_setting(drawing):
    settings = drawing.trace.settings
    for record in (settings, settings.options):
        for field in knobs_of(record).values():
            assert f"{field.metadata['knob'].label}: " in drawing.drawn.caption


def test_there_is_one_time_axis_from_left_to_right(drawing):
    layout = drawing.drawn.figure["layout"]
    assert len(axes(layout, "x")) == 1
    low, high = layout["xaxis"]["range"]
    assert 0 < low < 1 < drawing.trace.settings.steps < high
    assert all(trace.get("xaxis", "x") == "x" for trace in drawing.drawn.figure["data"])


def test_one_crosshair_lists_the_values_of_all_panels(drawing):
    layout = drawing.drawn.figure["layout"]
    assert (layout["hovermode"], layout["hoversubplots"]) == ("x unified", "axis")
    assert layout["xaxis"]["showspikes"]
    assert layout["template"]["layout"]["xaxis"]["spikemode"] == "across"


def test_panels_stand_below_each_other_without_touching(drawing):
    domains = [axis["domain"] for axis in axes(drawing.drawn.figure["layout"], "y")]
    edges = [edge for low, high in domains for edge in (high, low)]
    assert edges == sorted(edges, reverse=True)
    assert edges[0] <= 1
    assert edges[-1] >= 0


def test_nothing_is_drawn_on_a_log_axis_or_by_webgl(drawing):
    figure = drawing.drawn.figure
    assert {trace["type"] for trace in figure["data"]} <= {"scatter", "heatmap"}
    assert not any("type" in axis for axis in axes(figure["layout"], "x") + axes(figure["layout"], "y"))


def test_there_is_no_legend_but_a_label_at_every_line(drawing):
    layout = drawing.drawn.figure["layout"]
    labels = {note["text"] for note in layout["annotations"]}
    lines = [t for t in drawing.drawn.figure["data"] if t["type"] == "scatter" and "hovertemplate" in t]
    assert layout["showlegend"] is False
    assert {line["name"] for line in lines} <= labels


def test_labels_have_the_colours_of_their_lines(drawing):
    colours = {note["text"]: note["font"]["color"] for note in drawing.drawn.figure["layout"]["annotations"]}
    for line in drawing.drawn.figure["data"]:
        if line["type"] == "scatter" and "hovertemplate" in line and "line" in line:
            assert colours[line["name"]] == line["line"]["color"]


def test_a_theme_uses_none_of_the_other_themes_colours(drawing):
    (other,) = PALETTES.keys() - {drawing.theme}
    text = json.dumps(drawing.drawn.figure)
    assert not any(colour in text for colour in PALETTES[other].roles.values())


def test_plotly_accepts_the_figure_as_it_is(drawing):
    made = as_figure(drawing.drawn)
    assert len(made.data) == len(drawing.drawn.figure["data"])
    assert made.layout.meta["alt"] == drawing.drawn.alt


def test_the_figure_is_plain_json_without_nan(drawing):
    assert json.loads(json.dumps(drawing.drawn.figure, allow_nan=False)) == drawing.drawn.figure


def test_drawing_again_gives_the_same_and_shares_nothing_that_a_page_may_change(drawing):
    kind, view = FIGURES[drawing.drawn.name], View(theme=drawing.theme)
    before = json.dumps(drawing.drawn.figure)
    again = kind.draw(drawing.trace, view, ())
    again.figure["layout"]["annotations"].clear()
    again.figure["data"].clear()
    assert json.dumps(drawing.drawn.figure) == before
    assert json.dumps(kind.draw(drawing.trace, view, ()).figure) == before


def test_drawing_changes_nothing_in_the_trace(run_of):
    for cell in ("rnn", "phased_lstm"):
        trace = run_of(cell=cell, seed=1)
        arrays = [*trace.states.values(), *trace.grads.values(), *trace.gates.values(), *trace.params.values()]
        before = [array.copy() for array in arrays]
        for kind in FIGURES.values():
            if kind.fits(trace):
                kind.draw(trace, View(gates="units"), ())
        for array, copy in zip(arrays, before, strict=True):
            np.testing.assert_array_equal(array, copy)


def test_every_extreme_is_drawn_in_full(extreme):
    drawn = flow(extreme, View(also=tuple(PANELS)))
    json.dumps(drawn.figure, allow_nan=False)
    assert {len(column) for column in drawn.columns.values()} == {extreme.settings.steps}


def test_the_time_gate_stands_right_above_the_gradient_it_shapes(run_of):
    layout = flow(run_of(cell="phased_lstm")).figure["layout"]
    titles = [axis["title"]["text"] for axis in axes(layout, "y")]
    assert titles[titles.index("‖dL/dh<sub>t</sub>‖") - 1] == "k"


def test_a_panel_that_is_none_is_named(trace):
    with pytest.raises(ValueError, match="panels = 'fate' is none of strip, "):
        flow(trace, View(panels=("fate",)))


def test_a_panel_the_cell_has_no_data_for_is_named(run_of):
    with pytest.raises(ValueError, match="panels = time_gate: the GRU has none of them"):
        panel_figure("time_gate", run_of(cell="gru"))


def test_a_sample_outside_the_batch_is_named(trace):
    with pytest.raises(ValueError, match=r"sample = 5 is outside \[0, 4\]"):
        flow(trace, View(also=("gradient_units",), sample=5))


def test_a_layer_outside_the_net_is_named(trace):
    with pytest.raises(ValueError, match=r"layer = 1 is outside \[0, 0\]"):
        flow(trace, View(layer=1))


def test_a_network_without_settings_is_drawn_and_described(run_of):
    from cells.engine import solve

    known = run_of(cell="lstm")
    drawn = flow(solve(known.network))
    assert "Hidden units H: 8" in drawn.caption
    assert drawn.figure["data"] == flow(known).figure["data"]
