"""Lyapunov exponents: known ones, their sum, and what they promise."""

import numpy as np
import pytest

from cells import run
from cells.analysis import long_jacobians, lyapunov, lyapunov_exponents, step_jacobians
from tests.analysis.nets import FORMS_AND_LAYERS, closed, linear, trace_of, with_parameters
from tests.cells.variants import settings_of


@pytest.mark.parametrize(("init", "layers"), [("gaussian", 1), ("glorot", 2), ("pytorch", 4)])
def test_a_linear_nets_are_the_logs_of_its_eigenvalues(init, layers):
    settings = linear(0.8, 40, hidden=7).replace(init=init, layers=layers)
    eigenvalues = [np.linalg.eigvals(layer.params["W_h"]) for layer in run(settings).layers]
    expected = np.sort(np.log(np.abs(np.concatenate(eigenvalues))))[::-1]
    np.testing.assert_allclose(lyapunov_exponents(settings), expected, rtol=1e-9, atol=1e-9)


def test_qr_converges_to_the_eigenvalues_of_a_linear_net():
    found = lyapunov(run(linear(0.8, 4000, hidden=6).replace(init="gaussian")))
    assert found.constant
    np.testing.assert_allclose(found.history[-1], found.exponents, atol=5e-3)
    assert np.abs(found.history[3] - found.exponents).max() > np.abs(found.history[-1] - found.exponents).max()


@pytest.mark.parametrize("g", [0.25, 1.0, 3.0])
def test_all_are_log_g_for_g_times_an_orthogonal_matrix(g):
    found = lyapunov(run(linear(g, 200, hidden=9)))
    np.testing.assert_allclose(found.exponents, np.log(g), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.history, np.log(g), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_they_sum_to_the_mean_log_determinant(form, layers):
    trace = trace_of(form, layers, steps=12)
    found = lyapunov(trace)
    steps = range(1, 12 - found.aligning + 1)
    logs = [np.linalg.slogdet(step_jacobians(trace, steps, sample))[1].mean() for sample in range(2)]
    np.testing.assert_allclose(found.exponents.sum(), np.mean(logs), rtol=1e-6)
    assert (np.diff(found.exponents) <= 0).all()
    assert found.distances[-1] == len(steps)
    assert found.exponents.shape == (len(trace.layers) * len(trace.top.state_names) * 3,)


def test_the_largest_is_the_growth_of_the_largest_singular_value():
    trace = run(settings_of("rnn", steps=3000, hidden=8, weight_scale=1.5, batch=1))
    grown = long_jacobians(trace, [0]).log10_singular_values[0, 0] / 3000
    np.testing.assert_allclose(lyapunov(trace).log10_per_step, grown, atol=0.02)


def test_a_direction_that_dies_within_a_step_has_minus_infinity():
    settings = settings_of("rnn", activation="relu", hidden=4, steps=20)
    trace = with_parameters(settings, b=np.array([9.0, 9.0, -99.0, -99.0]), W_h=0.1 * np.eye(4))
    np.testing.assert_allclose(lyapunov(trace).exponents, [np.log(0.1)] * 2 + [-np.inf] * 2, rtol=1e-12)


def test_a_closed_time_gate_has_zeros():
    found = lyapunov(run(closed(steps=9)))
    assert found.constant
    np.testing.assert_allclose(found.exponents, 0, atol=1e-13)


def test_the_upper_layers_alone_have_their_own():
    trace = trace_of("gru", 3, steps=10)
    top = lyapunov(trace, lowest=2)
    assert top.exponents.shape == (3,) and top.lowest == 2
    whole = step_jacobians(trace, range(1, 9))[:, -3:, -3:]
    assert top.aligning == 2
    alone = np.linalg.slogdet(whole)[1].mean()
    np.testing.assert_allclose(lyapunov(trace, samples=1, lowest=2).exponents.sum(), alone, rtol=1e-9)


def test_an_exception_in_the_report_cancels():
    def cancel(share):
        raise InterruptedError(share)

    with pytest.raises(InterruptedError):
        lyapunov(trace_of("lstm"), report=cancel)


def test_a_single_unit_has_one_for_each_part():
    trace = trace_of("lstm", hidden=1, batch=1, steps=2)
    assert lyapunov(trace).exponents.shape == (2,)
    assert long_jacobians(trace, [1]).log10_singular_values.shape == (1, 2)
