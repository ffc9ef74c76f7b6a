"""Steps' shares of dL/dW, and the gradient by parameter at one step, term by term against autograd."""

from dataclasses import replace

import numpy as np
import pytest

from cells import RunSettings, run
from cells.analysis import grads_at_step, parameter_counts, shares, step_shares
from cells.analysis.gradient.step_shares import all_shares, share_of_steps, sums_over
from cells.engine import solve
from tests.analysis.nets import FORMS_AND_LAYERS, cut, linear, states_at, trace_of
from tests.cells.closeness import assert_whole_close
from tests.cells.reference import Reference
from tests.cells.variants import FORMS, network_of, settings_of


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_shares_sum_to_the_parameters_gradient(form, layers):
    trace = trace_of(form, layers, loss="all", steps=7)
    for index, layer in enumerate(trace.layers):
        together = sums_over(layer, slice(0, 7))
        for name, grad in layer.param_grads.items():
            values, exponents = share_of_steps(layer, name, slice(0, 7))
            alone = np.ldexp(values, exponents.astype(np.int32).reshape(-1, *[1] * grad.ndim))
            assert_whole_close(alone.sum(axis=0), grad, 1e-11, f"{name} of layer {index}")
            assert_whole_close(together[name].plain(), grad, 1e-11, name)
            norms = np.linalg.norm(alone.reshape(7, -1), axis=1)
            np.testing.assert_allclose(step_shares(trace, name, index), norms, rtol=1e-11, atol=0)


@pytest.mark.parametrize("form", FORMS)
def test_what_cancels_is_the_norm_of_the_sum_against_the_sum_of_norms(form):
    trace = trace_of(form, loss="all", steps=7)
    for name, grad in trace.param_grads.items():
        found = shares(trace, name)
        with np.errstate(divide="ignore"):  # a gate frozen open has no gradient by its clock
            expected = np.log10(np.linalg.norm(np.ravel(grad)))
        np.testing.assert_allclose(found.log10_sum, expected, rtol=1e-10)
        np.testing.assert_allclose(10.0**found.log10_sum_of_norms, step_shares(trace, name).sum(), rtol=1e-11)
        assert 0 < found.kept <= 1 or not np.any(grad)


@pytest.mark.parametrize("form", FORMS)
def test_all_shares_at_once_are_those_one_by_one(form):
    trace, told = trace_of(form, loss="all", steps=7), []
    found = all_shares(trace, report=told.append)
    assert set(found) == set(trace.param_grads) and told[-1] == 1
    for name, together in found.items():
        alone = shares(trace, name)
        np.testing.assert_array_equal(together.log10_norms, alone.log10_norms)
        np.testing.assert_array_equal((together.log10_sum, together.kept), (alone.log10_sum, alone.kept))


@pytest.mark.parametrize(("g", "sign"), [(0.2, -1), (4.0, 1)])
def test_shares_are_right_far_outside_float64(g, sign):
    """h_0 = 0 and one constant input: ‖share of W_x at t‖ = g^(T-t) times that of step T."""
    trace = run(linear(g, 900, signal="constant", batch=1))
    logs = shares(trace, "W_x").log10_norms
    np.testing.assert_allclose(logs, logs[-1] + np.log10(g) * np.arange(899, -1, -1), rtol=1e-10)
    assert sign * (logs[0] - logs[-1]) > 500


def test_a_name_the_layer_does_not_have_is_listed():
    with pytest.raises(ValueError, match=r"name = 'W_hn' is none of W_x, W_h, b"):
        step_shares(trace_of("lstm"), "W_hn")


def by_autograd(settings, trace, first, last):
    """Gradients of the loss at step `last`, walking back no further than step `first`."""
    network = cut(trace.network, first, last, states_at(trace, first - 1))
    return Reference(network, settings)


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_the_exercise_agrees_with_autograd_term_by_term(form, layers):
    """Local: a net of one step entered with the true earlier state. Total: the whole way from the first step."""
    step = 5 if layers == 1 else 2
    settings = settings_of(form, layers=layers, weight_scale=1.3, loss="all")
    trace = solve(network_of(settings), settings)
    local, total = (by_autograd(settings, trace, first, step) for first in (step, 1))
    for index in range(layers):
        found, near, whole = grads_at_step(trace, step, index), local.param_grads(index), total.param_grads(index)
        for parameter in found.parameters:
            name = {"W_x": "W_xu", "W_h": "W_hu", "b": "b_u"}.get(parameter.name, parameter.name)
            assert_whole_close(parameter.local, near[name], 1e-10, f"local {name}")
            assert_whole_close(parameter.total, whole[name], 1e-10, f"total {name}")
            assert_whole_close(parameter.local + parameter.through, parameter.total, 1e-12, name)
            assert parameter.total.shape == trace.layer(index).params[parameter.name].shape


def test_the_grus_six_matrices_at_step_2_are_all_there():
    found = grads_at_step(trace_of("gru", loss="all"), 2)
    names = [p.name for p in found.parameters]
    assert set(names) >= {"W_xz", "W_hz", "W_xn", "W_hn", "W_xr", "W_hr", "b_hn"}
    assert not grads_at_step(trace_of("gru", loss="all"), 1)["W_hn"].through.any()
    for name in names:
        assert np.isfinite([found[name].log10_total, found[name].log10_local, found[name].log10_through]).all()


def test_an_exercise_wrong_by_a_thousandth_is_caught():
    settings = settings_of("gru", loss="all")
    trace = solve(network_of(settings), settings)
    wrong = {name: 1.001 * p for name, p in trace.network.layers[0].items()}
    other = solve(replace(trace.network, layers=(wrong,)), settings)
    truth = by_autograd(settings, trace, 1, 2).param_grads(0)["W_hn"]
    with pytest.raises(AssertionError):
        assert_whole_close(grads_at_step(other, 2)["W_hn"].total, truth, 1e-10)


def test_the_exercise_is_right_where_the_gradient_left_float64():
    found = grads_at_step(run(linear(0.2, 900, signal="constant", batch=1, loss="last")), 900)["W_x"]
    assert found.log10_total == pytest.approx(found.log10_local, abs=0.5)
    far = grads_at_step(run(linear(0.2, 900, signal="impulse", impulse_step=1, batch=1)), 900)["W_x"]
    assert far.log10_local == -np.inf and far.log10_total < -600 and not far.total.any()


def test_a_step_outside_the_run_is_named():
    with pytest.raises(ValueError, match=r"step = 0 is outside \[1, 5\]"):
        grads_at_step(trace_of("rnn"), 0)


@pytest.mark.parametrize(
    ("cell", "options", "one", "two"),
    [
        ("rnn", {}, 80_200, 80_400),
        ("lstm", {}, 320_800, 321_600),
        ("lstm", {"peepholes": True}, 321_400, 322_200),
        ("gru", {}, 240_600, 241_200),
        ("phased_lstm", {}, 321_400, 322_200),
    ],
)
def test_counts_with_one_and_with_two_biases(cell, options, one, two):
    (counts,) = parameter_counts(RunSettings(cell=cell, options=options, inputs=200, hidden=200))
    assert (counts.one_bias, counts.two_biases) == (one, two)


@pytest.mark.parametrize("form", FORMS)
def test_counts_are_those_of_the_parameters(form):
    settings = settings_of(form, layers=3)
    for counts, layer in zip(parameter_counts(settings), run(settings).layers, strict=True):
        sizes = {name: p.size for name, p in layer.record.params.items() if name != "b_hn"}
        assert counts.one_bias + counts.constants == sum(sizes.values())
