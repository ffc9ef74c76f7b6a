"""Truncation cuts the way back as `detach()` does, in every cell, and leaves the forward pass as it was."""

import numpy as np
import pytest

from cells import RunSettings, run, sweep
from cells.engine import solve
from cells.truncation import walls, window_of
from tests.analysis.nets import linear
from tests.cells.closeness import assert_rows_close, assert_whole_close
from tests.cells.test_gradients import check_against_autograd
from tests.cells.variants import FORMS, LOSSES, network_of, settings_of

FORMS_AND_WINDOWS = [(form, K) for form in FORMS for K in (1, 3, 5)]


@pytest.mark.parametrize(("form", "K"), FORMS_AND_WINDOWS)
def test_gradients_are_those_of_autograd_with_detach(form, K):
    loss = LOSSES[K % 4]
    check_against_autograd(settings_of(form, steps=8, layers=1 + K % 3, truncation=K, weight_scale=1.2, **loss))


@pytest.mark.parametrize(
    ("form", "K"),
    [
        pytest.param(form, K, marks=[] if (k + turn) % 3 == 0 and k % 2 else pytest.mark.slow)
        for k, form in enumerate(FORMS)
        for turn, K in enumerate((5, 16, 33))
    ],
)
def test_long_runs_too(form, K):
    steps = {"loss": "chosen", "loss_steps": (1, 16, 17, 33, 50, 66)} if K == 33 else {"loss": "all"}
    check_against_autograd(settings_of(form, steps=70, truncation=K, own=((0.5, 0.1),) * 70, **steps))


@pytest.mark.parametrize("form", FORMS)
def test_a_wall_that_is_moved_by_one_step_is_noticed(form):
    settings = settings_of(form, steps=8, truncation=3, loss="all")
    ours, other = (solve(network_of(s), s) for s in (settings, settings.replace(truncation=4)))
    with pytest.raises(AssertionError, match="relative gap"):
        assert_rows_close(ours.grads["h"], other.grads["h"])


@pytest.mark.parametrize("form", FORMS)
def test_nothing_forward_changes_and_windows_as_long_as_the_sequence_cut_nothing(form):
    whole = run(settings_of(form, loss="all"))
    for K in (1, 2, whole.settings.steps, 20_000):
        cut = run(whole.settings.replace(truncation=K))
        assert all(np.array_equal(cut.states[part], whole.states[part]) for part in whole.state_names)
        assert cut.loss == whole.loss
        same = [np.array_equal(cut.grads[part], whole.grads[part]) for part in whole.state_names]
        assert all(same) == (whole.settings.steps <= K)


@pytest.mark.parametrize("form", FORMS)
def test_with_the_loss_on_step_t_only_its_window_has_a_gradient(form):
    trace = run(settings_of(form, steps=8, truncation=3, layers=2))
    for layer in trace.layers:
        assert not layer.grads["h"][:7].any() and layer.grads["h"][7].any()


def test_windows_and_walls_as_the_docstring_says():
    assert list(walls(10, 35)) == [10, 20, 30] and list(walls(10, 30)) == [10, 20]
    assert list(walls(0, 30)) == [] == list(walls(30, 30))
    assert window_of(30, 10, 35) == range(21, 31) and window_of(31, 10, 35) == range(31, 36)
    assert window_of(7, 0, 35) == range(1, 36)


@pytest.mark.parametrize("g", [0.2, 4.0])
def test_windows_far_outside_float64(g):
    trace = run(linear(g, 900, truncation=400, loss="all", loss_reduction="sum", signal="impulse", impulse_step=900))
    norms, direct = trace.log10_grad_norms["h"], trace.log10_direct_norms["h"]
    assert np.array_equal(norms[[400, 800, 900]], direct[[400, 800, 900]])
    whole = run(trace.settings.replace(truncation=0)).log10_grad_norms["h"]
    np.testing.assert_allclose(norms[801:], whole[801:], rtol=1e-12)


@pytest.mark.parametrize("g", [0.2, 4.0])
def test_a_window_that_got_exponents_leaves_none_to_the_next(g):
    chosen = {"loss": "chosen", "loss_steps": (400, 900), "truncation": 400}
    trace = run(linear(g, 900, signal="impulse", impulse_step=900, **chosen))
    norms = trace.log10_grad_norms["h"][:, 0]
    expected = norms[400] + (400 - np.arange(401)) * np.log10(g)
    np.testing.assert_allclose(norms[:401], expected, rtol=1e-9, atol=1e-9)
    assert np.isneginf(norms[401:801]).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_sweep_over_windows_is_its_single_runs(form):
    grid = sweep(settings_of(form, loss="all"), truncation=[0, 1, 3], seed=[0, 1])
    for k, K in enumerate(grid.axes["truncation"]):
        alone = run(grid.settings.replace(truncation=K, seed=1))
        np.testing.assert_array_equal(grid.log10_grad_norms["h"][k, 1], alone.log10_grad_norms["h"])


def test_parameter_gradients_are_the_sum_of_the_windows_own():
    whole = RunSettings(cell="gru", hidden=4, batch=3, steps=10, loss="all", truncation=4)
    for name, grad in run(whole).param_grads.items():
        parts = [run(whole.replace(loss="chosen", loss_steps=tuple(w))) for w in ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10))]
        total = sum(part.param_grads[name] * n / 10 for part, n in zip(parts, (4, 4, 2), strict=True))
        assert_whole_close(total, grad, 1e-12, name)


@pytest.mark.parametrize("value", [-1, 20_001, 1.5, "all"])
def test_a_window_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match=r"truncation = .* \[0, 20000\]"):
        RunSettings(truncation=value)
