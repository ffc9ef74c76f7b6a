"""The loops inside PyTorch's graph: gradients against autograd's in both precisions, and the norms on the way."""

from itertools import product

import numpy as np
import pytest
import torch

from cells.activations import ACTIVATIONS
from cells.engine import solve
from cells.scaled import Scaled
from cells.vanilla import Vanilla
from lab.model import RecurrentNet
from tests.cells.closeness import assert_rows_close, assert_whole_close
from tests.cells.reference import COLUMNS, Reference
from tests.cells.variants import FORMS, combinations, network_of, settings_of

torch.set_num_threads(1)
RTOL = {torch.float64: 1e-10, torch.float32: 1e-5}
FORMS_AND_ACTIVATIONS = list(product(FORMS, ACTIVATIONS))


def backward(network, dtype, truncate=0):
    """A net of our own with these parameters, after a backward pass of Σ_b L_b."""
    net = RecurrentNet(network.cell, network.layers, network.readout).to(dtype)
    net.truncate = truncate
    state = tuple(tuple(torch.tensor(part, dtype=dtype) for part in start.values()) for start in network.start)
    outputs = net.read_out(net(torch.tensor(network.x, dtype=dtype), network.times, state).h)
    slope = torch.from_numpy(slope_of(network)).to(dtype)
    (outputs * slope).sum().backward()
    return net


def slope_of(network):
    """dΣ_b L_b/d(output), from float64: what is compared is the way back, not the loss."""
    slope = network.loss.slope(Scaled(np.asarray(solve(network).outputs)), network.targets).plain()
    return slope * network.weights[:, None, None]


def by_gates(grads, columns):
    """Fused arrays cut into their gates, as autograd's reference names them."""
    found = {}
    for name, grad in grads.items():
        if name not in ("W_x", "W_h", "b"):
            found[name] = grad
            continue
        for gate, part in zip(columns, np.split(grad, len(columns), axis=-1), strict=True):
            found[f"b_{gate}" if name == "b" else name + gate] = part
    return found


def one_of(form, activation):
    """One of the combinations, another for each form and activation, so that all starts and depths are among them."""
    found = combinations(form, activation)
    return found[(5 * list(FORMS).index(form) + 7 * list(ACTIVATIONS).index(activation)) % len(found)]


def check(settings, dtype):
    """Every parameter of every layer, and every norm."""
    network = network_of(settings)
    net, truth = backward(network, dtype), Reference(network, settings)
    norms = net.log10_norms()
    for k, layer in enumerate(net.layers):
        ours = by_gates({name: p.grad.numpy() for name, p in layer.named_parameters()}, COLUMNS[settings.cell])
        for name, grad in truth.param_grads(k).items():
            if grad.any() or ours[name].any():
                what = f"{name} of layer {k} in {settings}"
                assert_whole_close(ours[name], grad * network.divisor, RTOL[dtype], what)
        for part in network.cell.state_names:
            with np.errstate(divide="ignore"):
                expected = np.log10(np.linalg.norm(truth.layers[k].grads(part)[1:], axis=-1))
            np.testing.assert_allclose(norms[f"{part}{k + 1}"], expected, rtol=0, atol=100 * RTOL[dtype])


@pytest.mark.parametrize(("form", "activation"), FORMS_AND_ACTIVATIONS)
def test_parameter_gradients_equal_autograd(form, activation):
    check(one_of(form, activation), torch.float64)


@pytest.mark.parametrize("form", FORMS)
def test_parameter_gradients_equal_autograd_in_float32(form):
    check(one_of(form, "tanh"), torch.float32)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize(("form", "activation"), FORMS_AND_ACTIVATIONS)
def test_parameter_gradients_equal_autograd_for_every_start_and_depth(form, activation, dtype):
    for settings in combinations(form, activation):
        check(settings, dtype)


def test_the_check_catches_a_gradient_wrong_by_a_thousandth(monkeypatch):
    def wrong(self, params, tape, x, h, delta):
        grads = right(self, params, tape, x, h, delta)
        return grads | {"W_h": 1.001 * grads["W_h"]}

    right = Vanilla.param_grads
    monkeypatch.setattr(Vanilla, "param_grads", wrong)
    with pytest.raises(AssertionError, match="W_hu of layer 0"):
        check(settings_of("rnn"), torch.float32)


def test_float32_keeps_the_digits_of_a_gradient_far_below_its_range():
    settings = settings_of("rnn", steps=120, weight_scale=0.3)
    network = network_of(settings)
    single, double = (backward(network, dtype).log10_norms()["h1"] for dtype in (torch.float32, torch.float64))
    assert double.min() < -50
    np.testing.assert_allclose(single, double, rtol=0, atol=1e-3)


def test_truncation_stops_the_gradient_and_leaves_the_states():
    network = network_of(settings_of("lstm", steps=10))
    whole, cut = backward(network, torch.float64), backward(network, torch.float64, truncate=4)
    norms = cut.log10_norms()["h1"]
    assert np.isneginf(norms[:8]).all() and np.isfinite(norms[8:]).all()
    assert_rows_close(norms[8:, None], whole.log10_norms()["h1"][8:, None])


def test_gradients_have_the_type_of_their_parameters():
    network = network_of(settings_of("gru", layers=2))
    for dtype in RTOL:
        for parameter in backward(network, dtype).parameters():
            assert parameter.grad.dtype == dtype
