"""The credit matrix: each row is a run of its own, and the rows together are the total gradient."""

import numpy as np
import pytest

from cells import run
from cells.activations import ACTIVATIONS
from cells.analysis import credit, credit_matrix, log10_mean
from cells.analysis.gradient.credit import step_gradients
from cells.analysis.gradient.vjp import backpropagate, only
from cells.scaled import Scaled
from tests.analysis.nets import FORMS_AND_LAYERS, linear, trace_of
from tests.cells.closeness import assert_rows_close
from tests.cells.variants import FORMS, settings_of


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_a_row_is_the_run_with_the_loss_on_that_step_alone(form, layers):
    settings = settings_of(form, layers=layers, steps=11, loss="all")
    for layer in range(layers):
        matrix = credit_matrix(settings, layer)
        for step in range(1, 12):
            alone = run(settings.replace(loss="chosen", loss_steps=(step,))).layer(layer)
            expected = log10_mean(alone.log10_grad_norms["h"])[1:]
            np.testing.assert_allclose(matrix[step - 1, :step], expected[:step], rtol=1e-12)
            assert np.isneginf(matrix[step - 1, step:]).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("form", "layers"), [(form, 1 + k % 4) for k, form in enumerate(FORMS)])
def test_rows_sum_as_vectors_to_the_total_gradient(form, layers, activation):
    trace = trace_of(form, layers, loss="all", activation=activation, loss_reduction="sum")
    rows = [backpropagate(trace, only(step_gradients(trace), step)) for step in range(1, len(trace.inputs) + 1)]
    for index, layer in enumerate(trace.layers):
        vectors = np.array([one[index].grads["h"] for one in rows])
        assert_rows_close(vectors.sum(axis=0)[1:], layer.grads["h"][1:], 1e-12)
        norms = log10_mean(Scaled(vectors[:, 1:]).log10_norms())
        np.testing.assert_allclose(10.0 ** credit(trace, index).log10, 10.0**norms, rtol=1e-10, atol=0)


def test_the_far_corner_is_dark_where_the_total_looks_healthy():
    trace = trace_of("rnn", steps=60, hidden=16, loss="all", loss_reduction="sum")
    matrix, total = credit(trace).log10, log10_mean(trace.log10_grad_norms["h"])
    assert abs(total[1] - total[-1]) < 1.5
    assert matrix[-1, 0] < matrix[-1, -1] - 4


@pytest.mark.parametrize("g", [0.3, 3.0])
def test_rows_are_right_far_outside_float64(g):
    matrix = credit_matrix(linear(g, 900, batch=1, hidden=3))
    s, t = np.tril_indices(900)
    expected = matrix[s, s] + (s - t) * np.log10(g)
    assert np.abs(expected).max() > 400
    np.testing.assert_allclose(matrix[s, t], expected, rtol=1e-11, atol=1e-9)


def test_weights_are_those_of_the_loss():
    trace = trace_of("gru", loss="chosen", loss_steps=(2, 4), loss_reduction="mean")
    assert credit(trace).weights.tolist() == [0, 0.5, 0, 0.5, 0]
    assert credit(trace).row(4).tolist() == credit(trace).log10[3].tolist()


def test_reports_rise_to_one_and_an_exception_cancels():
    trace, seen = trace_of("lstm", steps=40, hidden=64, batch=100), []
    credit(trace, report=seen.append)
    assert len(seen) > 2 and seen == sorted(seen) and seen[-1] == 1

    def cancel(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        credit(trace, report=cancel)


@pytest.mark.parametrize(("layers", "layer"), [(1, -1), (1, 1), (3, 3)])
def test_a_layer_that_is_not_there_is_named(layers, layer):
    with pytest.raises(ValueError, match=f"layer = {layer} is outside"):
        credit(trace_of("rnn", layers), layer)
