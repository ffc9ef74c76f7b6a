"""Exports carry every number in full, every setting in words, and ask nothing of the outside."""

import csv as csv_format
import io
import re

import numpy as np
import pytest

from viz import FIGURES, View, config, csv, flow, framed, panel_figure, table
from viz.theme import PALETTES

LINK = "https://example.org/?cell=lstm&steps=50"


def read_back(text):
    """Columns of a CSV as arrays."""
    header, *rows = csv_format.reader(io.StringIO(text))
    return {name: np.array([float(row[place]) for row in rows]) for place, name in enumerate(header)}


def test_the_csv_reads_back_as_the_very_numbers(drawing):
    columns = read_back(csv(drawing.drawn))
    assert list(columns) == list(table(drawing.drawn))
    for name, column in table(drawing.drawn).items():
        np.testing.assert_array_equal(columns[name], column, err_msg=name)


def test_the_csv_of_extremes_reads_back_with_its_infinities(extreme):
    columns = read_back(csv(flow(extreme)))
    for name, column in table(flow(extreme)).items():
        np.testing.assert_array_equal(columns[name], column, err_msg=name)


def test_the_table_is_not_rounded_as_the_screen_is(run_of):
    trace = run_of(cell="lstm")
    column = table(flow(trace))["log10 norm dL/dh"]
    sizes = np.linalg.norm(trace.grads["h"][1:], axis=-1).mean(axis=1)
    np.testing.assert_allclose(10.0**column, sizes, rtol=1e-13)


def test_an_exact_zero_stays_minus_infinity_in_the_table(run_of):
    column = table(flow(run_of(cell="rnn")))["log10 norm direct dL/dh"]
    assert np.isneginf(column[:-1]).all()
    assert np.isfinite(column[-1])


def test_a_gradient_of_ten_to_the_minus_thousands_is_not_floored(run_of):
    column = table(flow(run_of(cell="rnn", steps=2000, weight_scale=0.01, activation="identity", hidden=4)))
    assert -8000 < column["log10 norm dL/dh"][0] < -3000


def test_the_table_of_a_heatmap_has_a_column_for_every_unit(run_of):
    trace = run_of(cell="gru")
    columns = table(panel_figure("state_units", trace))
    np.testing.assert_array_equal(columns["h, unit 8"], trace.states["h"][1:, 0, 7])
    assert len(columns) == 1 + 8


def test_columns_of_one_name_are_kept_apart(run_of):
    from viz import Curve

    twice = [Curve("same", "same", "other", np.full(50, -float(n))) for n in (1, 2)]
    columns = table(flow(run_of(cell="rnn"), extra=twice))
    assert columns["log10 same"][0] == -1
    assert columns["log10 same (2)"][0] == -2


def caption_of(figure):
    return figure["layout"]["annotations"][-1]["text"].replace("<br>", " ").replace("\N{NO-BREAK SPACE}", " ")


def test_a_framed_figure_names_all_settings_version_and_link(drawing):
    figure = framed(drawing.drawn, drawing.theme, LINK, "1.2.3")
    assert drawing.drawn.caption in caption_of(figure)
    assert f"Backflow 1.2.3 · {LINK}" in caption_of(figure)
    assert figure["layout"]["title"]["text"] == drawing.drawn.title


def test_a_framed_figure_stands_on_solid_ground_and_leaves_the_first_as_it_was(drawing):
    before = drawing.drawn.figure["layout"]["height"]
    figure = framed(drawing.drawn, drawing.theme)
    assert figure["layout"]["paper_bgcolor"] == PALETTES[drawing.theme].paper
    assert figure["layout"]["width"] == 1000
    assert figure["layout"]["height"] > before == drawing.drawn.figure["layout"]["height"]


def test_a_framed_caption_fits_its_lines(drawing):
    lines = framed(drawing.drawn, drawing.theme, LINK)["layout"]["annotations"][-1]["text"].split("<br>")
    assert max(len(line) for line in lines) <= 145
    assert not any(line.startswith("·") for line in lines)


def test_the_caption_names_chosen_steps_and_stays_short(run_of):
    few = flow(run_of(cell="rnn", loss="chosen", loss_steps=(3, 17, 40))).caption
    many = flow(run_of(cell="rnn", steps=300, loss="chosen", loss_steps=tuple(range(1, 200)))).caption
    assert "Loss at steps: 3, 17, 40 ·" in few
    assert "(199 in all)" in many
    assert len(many) < 1000


def test_the_caption_names_the_layer_shown(run_of):
    trace = run_of(cell="gru", layers=3)
    assert flow(trace).caption.endswith("Layer shown: 3")
    assert flow(trace, View(layer=0)).caption.endswith("Layer shown: 1")


@pytest.mark.parametrize("image", ["svg", "png"])
def test_the_camera_saves_what_is_asked_for_and_no_button_leads_outside(trace, image):
    made = config(flow(trace), image)
    assert made["toImageButtonOptions"]["format"] == image
    assert made["displaylogo"] is False
    assert re.fullmatch(r"[a-z_-]+", made["toImageButtonOptions"]["filename"])


def test_every_figure_is_called_by_its_name_in_the_registry(drawing):
    assert FIGURES[drawing.drawn.name].title == drawing.drawn.title
