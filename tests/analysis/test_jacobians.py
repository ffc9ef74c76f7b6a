"""Jacobians of one step against complex steps through the forward equations; of many against the plain product."""

from dataclasses import replace

import numpy as np
import pytest

from cells import run
from cells.activations import ACTIVATIONS
from cells.analysis import DoesNotApply, long_jacobian, long_jacobians, step_jacobian, step_jacobians
from cells.analysis.gradient.direct_and_recurrent import from_later
from cells.engine import solve
from cells.forward import forward
from cells.network import build
from tests.analysis.nets import FORMS_AND_LAYERS, closed, cut, linear, states_at, trace_of, with_parameters
from tests.cells.closeness import assert_whole_close
from tests.cells.variants import FORMS, settings_of

TINY = 1e-40


def by_complex_step(trace, step, sample):
    """∂s_t/∂s_{t-1}: every entry of the state before the step is moved along the imaginary axis, one at a time."""
    states, columns = states_at(trace, step - 1), []
    for layer, parts in enumerate(states):
        for part in parts:
            for unit in range(parts[part].shape[-1]):
                moved = [{p: rows.astype(complex) for p, rows in one.items()} for one in states]
                moved[layer][part][:, unit] += 1j * TINY
                network = cut(trace.network, step, step, moved)
                tapes, _ = forward(replace(network, x=network.x.astype(complex)))
                new = [tape[p][-1, sample] for tape, one in zip(tapes, moved, strict=True) for p in one]
                columns.append(np.concatenate(new).imag / TINY)
    return np.array(columns).T


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_a_step_jacobian_equals_complex_steps(form, layers):
    for k, activation in enumerate(ACTIVATIONS):
        trace = trace_of(form, layers, activation=activation, seed=k)
        for step, sample in ((1, 0), (4, 1)):
            found = step_jacobian(trace, step, sample)
            assert_whole_close(found.matrix, by_complex_step(trace, step, sample), 1e-12)
            assert len(found.blocks) * 3 == len(found.matrix)


@pytest.mark.parametrize("form", FORMS)
def test_the_checker_sees_a_jacobian_that_is_wrong_by_a_thousandth(form):
    trace = trace_of(form)
    wrong = step_jacobian(trace, 2).matrix * 1.001
    with pytest.raises(AssertionError):
        assert_whole_close(wrong, by_complex_step(trace, 2, 0), 1e-12)


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_all_steps_at_once_equal_one_by_one(form, layers):
    trace = trace_of(form, layers)
    together = step_jacobians(trace, [1, 2, 5], sample=1)
    for matrix, step in zip(together, (1, 2, 5), strict=True):
        assert_whole_close(matrix, step_jacobian(trace, step, 1).matrix, 1e-14)


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_the_long_jacobian_has_the_singular_values_of_the_plain_product(form, layers):
    trace = trace_of(form, layers, steps=9)
    found = long_jacobians(trace, range(9), sample=1)
    product = np.eye(found.log10_singular_values.shape[1])
    matrices = step_jacobians(trace, range(1, 10), sample=1)
    for t, logs in zip(found.states, found.log10_singular_values, strict=True):
        product = product @ matrices[t]
        plain = np.linalg.svd(product, compute_uv=False)
        clear = plain > 1e-8 * plain[0]  # the plain product knows no more
        np.testing.assert_allclose(logs[clear], np.log10(plain[clear]), rtol=0, atol=1e-7)
        assert (np.diff(logs) <= 1e-12).all()


@pytest.mark.parametrize("form", FORMS)
def test_one_long_jacobian_equals_its_place_among_all(form):
    settings = settings_of(form, steps=8)
    every = long_jacobians(run(settings), range(8))
    for k, t in enumerate(every.states):
        alone = long_jacobian(settings, int(t))
        np.testing.assert_allclose(alone, every.log10_singular_values[k], rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("g", [0.3, 3.0])
def test_an_orthogonal_net_stretches_all_directions_alike(g):
    found = long_jacobians(run(linear(g, 1000, hidden=5)), [0, 400, 999])
    distance = found.steps - found.states
    np.testing.assert_allclose(found.log10_singular_values, np.log10(g) * distance[:, None] * np.ones(5), rtol=1e-12)
    np.testing.assert_allclose(found.log10_condition, 0, atol=1e-9)


def test_singular_values_stay_exact_hundreds_of_decades_apart():
    """A symmetric matrix: those of its powers are powers of its eigenvalues."""
    sizes = np.array([1.2, 1.15, 1.0, 0.999, 0.3, 0.01])
    Q = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))[0]
    settings = linear(1.0, 400, hidden=6)
    found = long_jacobians(with_parameters(settings, W_h=Q * sizes @ Q.T), [0, 200])
    for t, logs in zip(found.states, found.log10_singular_values, strict=True):
        np.testing.assert_allclose(logs, (400 - t) * np.log10(sizes), rtol=1e-11, atol=1e-9)
    assert found.log10_condition[-1] > 800


def test_a_closed_time_gate_is_the_identity():
    trace = run(closed(steps=9))
    assert_whole_close(step_jacobian(trace, 3).matrix, np.eye(6), 1e-14)
    np.testing.assert_allclose(long_jacobians(trace, [0]).log10_singular_values, 0, atol=1e-13)


def test_directions_that_die_are_exactly_zero():
    settings = linear(1.0, 30)
    dead = with_parameters(settings, W_h=np.diag([0.5, 0.25, 0.0, 0.0]))
    logs = long_jacobians(dead, [0]).log10_singular_values[0]
    np.testing.assert_allclose(logs[:2], 30 * np.log10([0.5, 0.25]), rtol=1e-12)
    assert np.isneginf(logs[2:]).all()


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_a_step_back_is_a_product_with_the_jacobian_of_the_whole_state(form, layers):
    trace = trace_of(form, layers, loss="last")
    blocks = {(k, part): np.zeros(3) for k, layer in enumerate(trace.layers) for part in layer.state_names}
    blocks[layers - 1, "h"] = trace.direct_grads["h"][5, 0]
    before = np.concatenate(list(blocks.values())) @ step_jacobian(trace, 5).matrix
    ours = [from_later(layer)[part].mantissa[4, 0] for layer in trace.layers for part in layer.state_names]
    assert_whole_close(before, np.concatenate(ours), 1e-12)


def test_what_is_outside_the_run_is_named():
    trace = trace_of("gru")
    with pytest.raises(ValueError, match=r"step = 6 is outside \[1, 5\]"):
        step_jacobian(trace, 6)
    with pytest.raises(ValueError, match=r"sample = 2 is outside \[0, 1\]"):
        step_jacobian(trace, 1, sample=2)
    with pytest.raises(ValueError, match=r"step = 6 is outside"):
        long_jacobian(trace.settings, 5)


def test_a_state_that_overflowed_has_no_jacobian():
    settings = settings_of("lstm", activation="identity")
    network = build(settings)
    broken = {name: 1e200 * p for name, p in network.layers[0].items()}
    trace = solve(replace(network, layers=(broken,)), settings)
    with pytest.raises(DoesNotApply, match="overflowed"):
        step_jacobians(trace, [1, 2, 3, 4, 5])
    with pytest.raises(DoesNotApply, match="overflowed"):
        long_jacobians(trace, [0])
