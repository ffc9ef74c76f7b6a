"""Far outside float64: norms against decimal arithmetic, and inside float64 the same bits as without exponents."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from cells import RunSettings, run
from cells.engine import solve
from tests.cells.exact import ExactLSTM, ExactRNN
from tests.cells.variants import FORMS, network_of, settings_of

LONG = {"cell": "rnn", "activation": "identity", "steps": 10_000, "hidden": 2, "batch": 2, "seed": 3}
SHORTER = LONG | {"steps": 1_500}
RELU = SHORTER | {"activation": "relu"}
ROTATION = {"init": "orthogonal", "scale_inputs": True}
IMPULSE = {"signal": "impulse", "loss": "all"}
RESIDUAL = {"options": {"residual": True}}
NETS = {
    "linear, factor 0.3": SHORTER | {"init": "orthogonal", "weight_scale": 0.3},
    "linear, factor 3": LONG | {"init": "orthogonal", "weight_scale": 3.0},
    "linear and not normal, vanishing": SHORTER | {"hidden": 3, "weight_scale": 0.3, "seed": 4},
    "linear and not normal, exploding": SHORTER | {"weight_scale": 3.0},
    "two layers, every step adds to what explodes": LONG | {"weight_scale": 1.4, "layers": 2, "loss": "all"},
    "two layers, every step outweighs what vanishes": SHORTER | {"weight_scale": 0.4, "layers": 2, "loss": "all"},
    "an impulse long ago": SHORTER | IMPULSE | {"weight_scale": 0.3, "impulse_step": 2},
    "it vanishes between two losses": SHORTER | {"weight_scale": 0.1, "loss": "chosen", "loss_steps": (700, 1_490)},
    "ReLU": RELU | {"weight_scale": 3.0, "layers": 2, "hidden": 3, "init": "he"},
    "leaky ReLU": SHORTER | {"activation": "leaky_relu", "weight_scale": 2.0, "layers": 2, "hidden": 3},
    "residual": SHORTER | RESIDUAL | {"weight_scale": 2.0, "loss": "all"},
    "a factor beyond 2^-90 a step": SHORTER | {"weight_scale": 1e-30, "init": "orthogonal"},
    "a dead layer that something far away reaches": RELU
    | ROTATION
    | {"weight_scale": 0.3, "layers": 3, "hidden": 3, "seed": 243845},
    "a state that dies after it exploded": RELU | {"weight_scale": 4.0, "layers": 3, "seed": 721318},
    "a state beside a sum that exploded and was cut": RELU
    | ROTATION
    | IMPULSE
    | RESIDUAL
    | {"weight_scale": 2.5, "layers": 2, "impulse_step": 1164, "seed": 561551},
}


def assert_logs_close(got, expected):
    """To 1e-9, and -inf (an exact 0) in the same places."""
    assert_array_equal(np.isneginf(got), np.isneginf(expected))
    gaps = np.abs(np.where(np.isneginf(got), 0, got) - np.where(np.isneginf(expected), 0, expected))
    assert gaps.max() < 1e-9, f"log10 off by {gaps.max():.1e} at {np.unravel_index(gaps.argmax(), gaps.shape)}"


SHORTENED = [net for net, fields in NETS.items() if fields.items() >= SHORTER.items()]


@pytest.mark.parametrize(
    ("net", "steps"),
    [(net, NETS[net]["steps"]) for net in NETS]
    + [pytest.param(net, LONG["steps"], marks=pytest.mark.slow) for net in SHORTENED if net.startswith("linear")],
)
def test_norms_of_states_and_gradients_are_right_at_any_magnitude(net, steps):
    settings = RunSettings(**NETS[net] | {"steps": steps})
    network = network_of(settings)
    trace = solve(network, settings)
    exact = ExactRNN(network, settings.activation, settings.options.residual)
    for k, layer in enumerate(trace.layers):
        assert_logs_close(layer.log10_grad_norms["h"][:, 0], exact.log10_grad_norms[k])
        assert_logs_close(layer.log10_state_norms["h"][:, 0], exact.log10_state_norms[k])


def test_an_lstm_that_forgets_fast_keeps_its_vanished_gradient():
    settings = RunSettings(cell="lstm", steps=5_000, hidden=2, batch=1, options={"forget_bias": -4.0})
    network = network_of(settings)
    trace, exact = solve(network, settings), ExactLSTM(network)
    for part in ("h", "c"):
        assert exact.log10_grad_norms[part][0] < -4_000
        assert_logs_close(trace.log10_grad_norms[part][:, 0], exact.log10_grad_norms[part])


@pytest.mark.parametrize("factor", [0.3, 0.5, 2.0, 3.0])
@pytest.mark.parametrize("layers", [1, 2])
def test_an_orthogonal_linear_net_changes_the_norm_by_the_same_factor_every_step(factor, layers):
    settings = RunSettings(**LONG | {"init": "orthogonal", "weight_scale": factor, "hidden": 8, "layers": layers})
    logs = run(settings).log10_grad_norms["h"]
    expected = logs[-1] + np.log10(factor) * np.arange(10_000, -1, -1)[:, None]
    assert np.abs(logs - expected).max() < 1e-9


def test_where_float64_ends_gradients_become_0_or_inf_and_their_exponents_remain():
    for factor, end in ((0.3, 0.0), (3.0, np.inf)):
        trace = run(RunSettings(**LONG | {"init": "orthogonal", "weight_scale": factor}))
        assert (np.abs(trace.grads["h"][0]) == end).all()
        assert (np.abs(trace.grad_exponents["h"][0]) > 5_000).all()
        logs = np.log10(np.linalg.norm(trace.grad_mantissas["h"][0], axis=-1))
        logs += np.log10(2) * trace.grad_exponents["h"][0]
        assert np.abs(logs - trace.log10_grad_norms["h"][0]).max() < 1e-9


def every_array(trace):
    """Name -> array, of all that the loops and the parameter gradients leave in plain float64."""
    found = {"outputs": trace.outputs, "losses": trace.step_losses}
    for k, layer in enumerate(trace.layers):
        groups = (layer.states, layer.grads, layer.direct_grads, layer.pre_activations, layer.gates, layer.param_grads)
        found |= {(k, n, name): array for n, group in enumerate(groups) for name, array in group.items()}
    return found


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("loss", ["last", "all"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu", "identity"])
@pytest.mark.parametrize("form", FORMS)
def test_inside_float64_exponents_change_no_bit(monkeypatch, form, activation, loss, layers):
    scale = 0.4 if layers == 1 else 1.3
    settings = settings_of(form, activation=activation, layers=layers, loss=loss, steps=20, weight_scale=scale)
    plain = solve(network_of(settings), settings)
    monkeypatch.setattr("cells.scaled.SAFE", 1)  # now rows outside [1/2, 2] get an exponent, at nearly every step
    monkeypatch.setattr("cells.forward.SAFE", 1)
    scaled = solve(network_of(settings), settings)
    assert not any(layer.grad_exponents["h"].any() for layer in plain.layers)
    assert scaled.grad_exponents["h"].any()
    ours = every_array(scaled)
    for name, array in every_array(plain).items():
        assert_array_equal(ours[name], array, err_msg=str(name))


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
@pytest.mark.parametrize("form", FORMS)
def test_a_net_that_leaves_float64_for_good_still_gives_a_trace(form, activation):
    settings = settings_of(form, activation=activation, steps=600, weight_scale=4.0, layers=2, loss="all", hidden=8)
    trace = run(settings)
    for layer in trace.layers:
        assert layer.log10_grad_norms["h"].shape == (601, 2)
        assert set(layer.param_grads) >= {"W_x", "W_h", "b"}
    assert trace.loss >= 0 or np.isnan(trace.loss)
