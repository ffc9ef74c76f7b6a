"""One step opened: its gradients by parameter, its graph walked through, equations with their numbers, the softmax."""

import numpy as np
import pytest

from tests.viz.test_analysis import plate_of, record_of
from tests.viz.test_charts import maps
from viz import csv
from viz.analysis import Look
from viz.analysis.latex import backward_equations, forward_equations, power_of_ten, signed
from viz.analysis.stepping import positions_of, stage_of
from viz.analysis.symbols import html, plain
from viz.heat import unpacked


def test_the_gradient_by_parameter_has_a_row_each():
    look = Look(step=2)
    record, chart = record_of("exercise", look, cell="gru"), plate_of("exercise", look, cell="gru")
    assert chart.figure["layout"]["yaxis"]["ticktext"][0] == "W<sub>xr</sub>"
    assert chart.columns["parameter"].tolist() == [one.name for one in record.parameters]
    row = chart.columns["parameter"].tolist().index("W_xn")
    assert chart.columns["log10 norm total"][row] == record["W_xn"].log10_total
    assert csv(chart).splitlines()[1].startswith("W_xr,1 × 8,")


def test_at_the_first_step_all_is_local():
    assert plate_of("exercise", Look(step=1), cell="gru").finding.startswith("At step 1 all of the gradient is local")


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "phased_lstm"])
def test_stepping_reveals_one_node_after_the_other_forward_then_backward(cell):
    record = record_of("graph", cell=cell)
    count = len(record.nodes)
    assert positions_of(record) == 2 * count
    for place in range(1, 2 * count + 1):
        stage = stage_of(record, place)
        valued = [node for node in record.nodes if stage.has_value(node.name)]
        graded = [node for node in record.nodes if stage.has_gradient(node.name)]
        assert (len(valued), len(graded)) == (min(place, count), max(0, place - count))
        chart = plate_of("graph", Look(node=place), cell=cell)
        numbers = [note for note in chart.figure["layout"]["annotations"] if "bgcolor" in note]
        assert len(numbers) == len(valued) + len(graded)
        assert chart.finding.startswith(f"{place} of {2 * count}, {'forward' if place <= count else 'backward'}: ")


def test_everything_is_shown_at_position_0_and_beyond_the_last_it_is_the_last():
    record = record_of("graph", cell="gru")
    assert stage_of(record, 0).graded == stage_of(record, 999).graded == {node.name for node in record.nodes}


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "phased_lstm"])
def test_every_equation_has_its_number(cell):
    record = record_of("graph", cell=cell)
    look = Look()
    forward, backward = forward_equations(record, look), backward_equations(record, look)
    computed = [node for node in record.nodes if node.forward]
    assert forward.count(r"\lVert") == len(computed)
    assert backward.count(r"\lVert") == len(record.nodes)
    for node in computed:
        assert power_of_ten(node.log10_value) in forward


def test_the_present_equation_is_boxed():
    record = record_of("graph", cell="gru")
    assert forward_equations(record, Look(node=4)).count(r"\boxed") == 1
    assert backward_equations(record, Look(node=4)).count(r"\boxed") == 0
    assert backward_equations(record, Look(node=15)).count(r"\boxed") == 1


def test_values_of_one_unit_and_of_all_are_the_nodes_own():
    record = record_of("graph", cell="gru")
    value = record["z"].value
    assert f"z_t[3] = {signed(value[2])}" in forward_equations(record, Look(unit=3, numbers="unit"))
    assert f"z_t = ({signed(value[0])}" in forward_equations(record, Look(numbers="all"))


@pytest.mark.parametrize(
    ("log10", "text"),
    [(0.0, "1.00"), (-1.5, "0.0316"), (3.2, "1585"), (-400.25, r"5.62 \cdot 10^{-401}"), (-np.inf, "0")],
)
def test_numbers_in_latex_at_any_magnitude(log10, text):
    assert power_of_ten(log10) == text


def test_symbols_are_written_for_figures_and_for_speech():
    assert html("a^f_t") == "a<sup>f</sup><sub>t</sub>" and plain("a^f_t") == "a^f_t"
    assert html("h_{t-1}") == "h<sub>t−1</sub>" and plain("h_{t-1}") == "h_t−1"
    assert html(r"\tilde c_t") == "c\u0303<sub>t</sub>"


def test_the_softmax_is_drawn_where_there_is_one():
    settings = {"signal": "tokens", "steps": 12, "cell": "lstm"}
    record, chart = record_of("softmax", Look(step=3), **settings), plate_of("softmax", Look(step=3), **settings)
    np.testing.assert_allclose(unpacked(maps(chart)[0]["z"]), record.jacobian, rtol=1e-6)
    np.testing.assert_allclose(record.jacobian.sum(axis=0), 0, atol=1e-15)
