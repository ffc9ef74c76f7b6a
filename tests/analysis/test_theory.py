"""Theory beside the measurement: what must hold exactly holds, and what does not apply says so."""

import numpy as np
import pytest

from cells import RunSettings, run
from cells.activations import ACTIVATIONS
from cells.analysis import (
    DoesNotApply,
    closed_form,
    eigenvalue_slope,
    lyapunov,
    lyapunov_slope,
    measured_credit,
    pascanu_bound,
    softmax_at,
)
from cells.words import from_log10, number, percent, steps
from tests.analysis.nets import linear, trace_of, with_parameters
from tests.cells.closeness import assert_rows_close
from tests.cells.variants import FORMS, LOSSES, settings_of


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize(("form", "layers"), [("rnn", 1), ("rnn residual", 1), ("rnn", 3)])
def test_a_linear_net_follows_the_powers_of_its_matrix(form, layers, loss):
    trace = trace_of(form, layers, activation="identity", **loss)
    found = closed_form(trace)
    last = np.flatnonzero(trace.loss_weights)[-1] + 1
    np.testing.assert_allclose(found.curve[: last + 1], found.measured[: last + 1], rtol=1e-12, atol=1e-13)
    assert np.isnan(found.curve[last + 1 :]).all() and np.isnan(found.measured[last + 1 :]).all()


@pytest.mark.parametrize("scale", [0.2, 1.0, 3.5])
def test_it_does_so_far_outside_float64(scale):
    settings = linear(scale, 2500, hidden=5).replace(init="gaussian")
    found = closed_form(run(settings))
    assert scale == 1.0 or abs(found.curve[0]) > 400
    np.testing.assert_allclose(found.curve, found.measured, rtol=1e-12, atol=1e-10)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("residual", [False, True])
def test_pascanus_bound_holds(activation, residual):
    for scale in (0.4, 1.0, 2.5):
        settings = RunSettings(activation=activation, weight_scale=scale, options={"residual": residual}, hidden=12)
        found = pascanu_bound(run(settings))
        assert (found.measured <= found.curve + 1e-10).all()
        assert found.curve[-1] == found.measured[-1]
        np.testing.assert_allclose(np.diff(found.curve), -found.per_step, rtol=1e-9)


def test_the_bound_is_tight_for_an_orthogonal_linear_net():
    found = pascanu_bound(run(linear(0.7, 300)))
    np.testing.assert_allclose(found.curve, found.measured, rtol=1e-11, atol=1e-11)
    assert found.per_step == pytest.approx(np.log10(0.7))


def test_a_matrix_that_is_not_normal_grows_first_and_follows_its_eigenvalue_then():
    W = np.array([[0.5, 60.0], [0.0, 0.4]])
    trace = with_parameters(linear(1.0, 80, hidden=2, batch=1), W_h=W)
    found = eigenvalue_slope(trace)
    assert found.per_step == pytest.approx(np.log10(0.5))
    assert (found.measured - found.curve).max() > 1
    np.testing.assert_allclose(np.diff(found.measured[:20]), -np.log10(0.5), rtol=1e-6)


def test_the_largest_exponent_predicts_the_slope():
    trace = run(RunSettings(hidden=20, steps=400, weight_scale=1.2))
    found = lyapunov_slope(trace, lyapunov(trace))
    slope = (found.measured[0] - found.measured[-1]) / 400
    assert slope == pytest.approx(found.per_step, abs=0.02)
    assert found.curve[0] == pytest.approx(found.measured[0], abs=8)


@pytest.mark.parametrize("form", [form for form in FORMS if not form.startswith("rnn")])
def test_gated_cells_have_neither_bound_nor_closed_form(form):
    trace = trace_of(form)
    for theory in (pascanu_bound, closed_form, eigenvalue_slope):
        with pytest.raises(DoesNotApply, match="is more than that"):
            theory(trace)
    assert np.isfinite(measured_credit(trace)).all()


def test_a_curved_activation_has_no_closed_form():
    with pytest.raises(DoesNotApply, match="choose the activation identity"):
        closed_form(trace_of("rnn"))


def test_the_softmax_jacobian_is_that_of_complex_steps():
    trace = run(settings_of("gru", signal="tokens"))
    found = softmax_at(trace, 4, sample=1)
    logits = trace.outputs[3, 1]
    for j in range(len(logits)):
        moved = logits + 1e-40j * (np.arange(len(logits)) == j)
        column = (np.exp(moved) / np.exp(moved).sum()).imag / 1e-40
        assert_rows_close(found.jacobian[:, j], column, 1e-12)
    assert_rows_close(found.d_logits, found.probabilities - trace.targets[3, 1], 1e-14)
    np.testing.assert_allclose(found.probabilities.sum(), 1, rtol=1e-14)
    np.testing.assert_allclose(found.jacobian.sum(axis=0), 0, atol=1e-16)


def test_a_squared_error_has_no_softmax():
    with pytest.raises(DoesNotApply, match="squared error"):
        softmax_at(trace_of("rnn"), 1)
    with pytest.raises(ValueError, match="step = 9"):
        softmax_at(run(settings_of("rnn", signal="tokens")), 9)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (from_log10(-4.69897), "2·10⁻⁵"),
        (from_log10(-4000.0), "10⁻⁴⁰⁰⁰"),
        (from_log10(-2.0018), "0.01"),
        (from_log10(5.2), "1.6·10⁵"),
        (from_log10(-np.inf), "exactly 0"),
        (from_log10(np.inf), "overflow"),
        (from_log10(np.nan), "NaN"),
        (number(-0.25), "−0.25"),
        (number(0.0), "0"),
        (percent(0.81), "81 %"),
        (percent(0.9997), "99.97 %"),
        (percent(0.999), "99.9 %"),
        (percent(0.052), "5.2 %"),
        (percent(1.39), "139 %"),
        (percent(2e-5), "2·10⁻³ %"),
        (percent(0.0), "0 %"),
        (percent(1.0), "100 %"),
        (steps(1.0), "1 step"),
        (steps(3.31), "3.3 steps"),
    ],
)
def test_numbers_in_words(said, expected):
    assert said == expected
