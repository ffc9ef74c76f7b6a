"""The numbers each chart draws are its record's, and what it says of them is true."""

import csv as csv_format
import io

import numpy as np
import pytest

from tests.viz.test_analysis import plate_of, record_of
from viz import csv
from viz.analysis import CHARTS, Look
from viz.analysis.paths import mean_shares
from viz.analysis.xy_axes import MOST, thinned
from viz.heat import unpacked

HALF_DIGIT = 0.6e-4  # lines carry four decimals of log10


def named(chart, name):
    """y of the trace of that name, NaN where it is broken."""
    found = next(trace for trace in chart.figure["data"] if trace.get("name") == name and len(trace["y"]))
    return np.array([np.nan if y is None else y for y in found["y"]])


def maps(chart):
    return [trace for trace in chart.figure["data"] if trace["type"] == "heatmap"]


# ── credit


def test_the_credit_matrix_is_drawn_entry_by_entry_with_nothing_after_the_loss():
    record, chart = record_of("credit", cell="lstm"), plate_of("credit", cell="lstm")
    shown = unpacked(maps(chart)[0]["z"])
    below = np.tri(len(shown), dtype=bool)
    np.testing.assert_allclose(shown[below], record.log10[below], rtol=1e-6)
    assert np.isnan(shown[~below]).all()


def test_the_far_corner_of_a_vanishing_net_is_told_beside_the_step_s_own_loss():
    log10 = record_of("credit").log10
    assert log10[-1, 0] - log10[-1, -1] < -1
    finding = plate_of("credit").finding
    assert finding.startswith("Step 1 gets ") and finding.endswith("a loss on all steps hides that.")


def test_growing_and_even_credit_are_told_apart():
    grows = plate_of("credit", activation="identity", weight_scale=1.6).finding
    assert "credit grows on its way back" in grows
    even = plate_of("credit", activation="identity", init="orthogonal").finding
    assert "credit keeps its size up to the far corner, over 49 steps" in even


def test_exact_zeros_have_a_colour_and_a_word_of_their_own():
    chart = plate_of("credit", weight_scale=0.0, activation="relu")
    zero = record_of("credit", weight_scale=0.0, activation="relu").log10
    cover = unpacked(maps(chart)[1]["z"])
    np.testing.assert_array_equal(cover == 1, np.isneginf(zero) & np.tri(50, dtype=bool))
    assert "exactly 0" in chart.figure["layout"]["annotations"][0]["text"]


def test_the_chosen_row_is_marked_and_drawn_and_can_be_clicked():
    look = Look(loss_step=20)
    (mark,) = plate_of("credit", look).figure["layout"]["shapes"]
    assert (mark["y0"], mark["y1"]) == (19.5, 20.5)
    assert plate_of("credit", look).figure["layout"]["meta"]["clicks"]
    row = named(plate_of("credit_row", look), "loss of step 20")[:20]
    np.testing.assert_allclose(row, record_of("credit").row(20)[:20], atol=HALF_DIGIT)
    diagonal = named(plate_of("credit_row", look), "own loss")
    np.testing.assert_allclose(diagonal, np.diagonal(record_of("credit").log10), atol=HALF_DIGIT)


def test_the_first_loss_has_no_earlier_state():
    assert "there is no earlier one" in plate_of("credit_row", Look(loss_step=1)).finding


@pytest.mark.parametrize("count", [1, MOST, MOST + 1, 1000, 999])
def test_a_thinned_matrix_keeps_its_last_row(count):
    kept = thinned(count)
    assert kept[-1] == count - 1 and kept[0] >= 0 and len(kept) <= MOST
    assert len(set(np.diff(kept))) <= 1


# ── parts and shares


def test_the_direct_part_of_the_last_loss_is_dead_at_all_other_steps():
    assert "At 49 of 50 steps" in plate_of("parts", cell="lstm").finding
    assert "retain_grad()" in plate_of("parts", cell="lstm").finding


def test_below_the_top_layer_nothing_is_claimed_of_pytorch():
    chart = plate_of("parts", layer=0, layers=3, cell="lstm", loss="all")
    assert "retain_grad" not in chart.alt
    assert "the direct part alone shows " in chart.finding


def test_parts_are_drawn_for_every_part_of_the_state():
    chart = plate_of("parts", cell="lstm", loss="all")
    for part, split in zip(("h", "c"), record_of("parts", cell="lstm", loss="all"), strict=True):
        column = chart.columns[f"log10 norm recurrent dL/d{part}"]
        np.testing.assert_array_equal(column, split.means()["recurrent"][1:])


@pytest.mark.parametrize(("group", "names"), [("W_h", "ozrifgn"), ("b", "")])
def test_shares_are_drawn_gate_by_gate(group, names):
    chart = plate_of("shares", Look(shares_of=group), cell="lstm")
    shown = [column for column in chart.columns if column.startswith("log10")]
    assert len(shown) == 4 and all(f"dL/d{group}" in column for column in shown)


def test_what_cancels_is_what_the_record_says():
    chart = plate_of("cancellation", cell="gru", loss="all")
    kept = {one.name: one.kept for one in record_of("shares", cell="gru", loss="all")}
    assert dict(zip(chart.columns["parameter"], chart.columns["kept"], strict=True)) == kept
    assert min(kept, key=kept.get) in chart.finding


# ── Jacobians


def test_the_unit_circle_is_a_unit_circle_and_the_points_are_the_eigenvalues():
    look = Look(step=9)
    record, chart = record_of("step_jacobian", look), plate_of("eigenvalues", look)
    circle, _, points = chart.figure["data"]
    np.testing.assert_allclose(np.hypot(circle["x"], circle["y"]), 1, atol=1e-4)
    shown = np.array(points["x"]) + 1j * np.array(points["y"])
    np.testing.assert_allclose(shown, record.eigenvalues, atol=1e-4)
    assert chart.figure["layout"]["yaxis"]["scaleanchor"] == "x"


def test_eigenvalues_outside_the_circle_are_counted():
    grows = plate_of("eigenvalues", activation="identity", init="orthogonal", weight_scale=1.2)
    assert grows.finding == "8 of 8 eigenvalues lie outside the unit circle, with |λ| up to 1.2."
    shrinks = plate_of("eigenvalues", activation="identity", init="orthogonal", weight_scale=0.5)
    assert shrinks.finding == "All 8 eigenvalues lie inside the unit circle, with |λ| up to 0.5."
    keeps = plate_of("eigenvalues", activation="identity", init="orthogonal")
    assert keeps.finding == "All 8 eigenvalues lie on the unit circle or inside it, with |λ| up to 1."


def test_the_matrix_is_drawn_with_rows_downwards():
    record, chart = record_of("step_jacobian", cell="lstm"), plate_of("jacobian", cell="lstm")
    np.testing.assert_allclose(unpacked(maps(chart)[0]["z"]), record.matrix, rtol=1e-6)
    low, high = chart.figure["layout"]["yaxis"]["range"]
    assert low > high


def test_a_lost_direction_is_said_to_be_lost():
    chart = plate_of("jacobian", weight_scale=0.0)
    assert "exactly 0" in chart.finding


def test_the_long_way_is_in_order_of_time_and_ends_with_the_identity():
    record, chart = record_of("long_jacobian", cell="lstm"), plate_of("long_jacobian", cell="lstm")
    largest = named(chart, "largest")
    np.testing.assert_allclose(largest[:-1], record.log10_singular_values[::-1, 0], atol=HALF_DIGIT)
    assert largest[-1] == 0
    steps = chart.columns["step"][~np.isnan(chart.columns["log10 sigma_1"])]
    assert steps.tolist() == [*record.states[::-1].tolist(), 50]


def test_an_orthogonal_linear_net_loses_nothing_on_the_long_way():
    finding = plate_of("long_jacobian", activation="identity", init="orthogonal").finding
    assert finding == "From step 50 back to step 1 the best direction is multiplied by 1, the worst by 1: " + (
        "condition number 1."
    )


# ── growth


def test_measured_and_predicted_are_on_one_chart_where_they_apply():
    linear = plate_of("prediction", activation="identity")
    assert {"measured", "exp(λ₁ (T−t))"} <= {trace.get("name") for trace in linear.figure["data"]}
    theory = record_of("growth", activation="identity")
    assert {one.name for one in theory.predictions} == {"lyapunov", "bound", "eigenvalue", "closed_form"}
    closed = next(one for one in theory.predictions if one.name == "closed_form")
    np.testing.assert_allclose(closed.curve, theory.measured, atol=1e-9)


@pytest.mark.parametrize("cell", ["gru", "lstm", "phased_lstm"])
def test_what_does_not_apply_to_a_gated_cell_is_said(cell):
    assert {one.name for one in record_of("growth", cell=cell).predictions} == {"lyapunov"}
    assert "a step of the" in plate_of("prediction", cell=cell).alt


def test_below_the_top_layer_only_the_exponent_predicts():
    chart = plate_of("prediction", layer=0, layers=3)
    assert "layer 1 is shown" in chart.alt
    assert {one.name for one in record_of("growth", layer=0, layers=3).predictions} == {"lyapunov"}


def test_one_jacobian_for_all_steps_gives_exact_exponents():
    finding = plate_of("lyapunov", activation="identity", init="orthogonal", weight_scale=0.5).finding
    assert finding.startswith("Every step has the same Jacobian") and "by 0.5" in finding


# ── paths and saturation


@pytest.mark.parametrize("settings", [{"cell": "lstm"}, {"cell": "gru"}, {"cell": "phased_lstm", "loss": "all"}])
def test_the_areas_fill_the_panel_where_there_is_a_gradient(settings):
    chart, record = plate_of("paths", **settings), record_of("paths", **settings)
    for split in record:
        areas = [np.array(trace["y"]) for trace in chart.figure["data"] if trace.get("stackgroup") == split.part]
        alive = ~np.isnan(next(iter(split.shares.values())))
        np.testing.assert_allclose(sum(areas)[alive], 1, atol=1e-3)


def test_the_way_past_every_matrix_is_told():
    lstm = plate_of("paths", cell="lstm").finding
    assert "takes the forget gate, past every matrix" in lstm
    assert "0 % takes a way around it" in plate_of("paths").finding
    (split, _) = record_of("paths", cell="lstm")
    assert sum(mean_shares(split).values()) == pytest.approx(1)


def test_saturation_shows_the_quantity_asked_for():
    for quantity in ("slope", "pre-activation", "gate"):
        chart = plate_of("saturation", Look(spread_of=quantity), cell="lstm")
        assert all(column.startswith((f"flat share of {quantity}", quantity, "step")) for column in chart.columns)


def test_a_saturated_net_is_called_so():
    finding = plate_of("saturation", weight_scale=4.0).finding
    share = float(finding.split(" %")[0])
    measured = record_of("saturation", weight_scale=4.0)[1].flat.mean()
    assert share == pytest.approx(100 * measured, rel=0.05)


# ── tables


@pytest.mark.parametrize("name", sorted(set(CHARTS) - {"softmax"}))
def test_csv_reads_back_as_the_very_numbers(name):
    chart = plate_of(name, cell="phased_lstm")
    rows = list(csv_format.reader(io.StringIO(csv(chart))))
    for column, values in zip(zip(*rows[1:], strict=True), chart.columns.values(), strict=True):
        if values.dtype.kind == "f":
            np.testing.assert_array_equal(np.array(column, float), values)
