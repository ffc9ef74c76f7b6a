"""Every cell's gradients against two oracles that know nothing of backpropagation: autograd and the complex step."""

from itertools import product

import numpy as np
import pytest
import torch

from cells import CELLS
from cells.activations import ACTIVATIONS
from cells.engine import solve
from tests.cells.closeness import assert_rows_close, assert_whole_close
from tests.cells.complex_step import along_parameter, along_start
from tests.cells.reference import COLUMNS, Reference, values
from tests.cells.variants import FORMS, combinations, full_cross, network_of, settings_of

torch.set_num_threads(1)
FORMS_AND_ACTIVATIONS = list(product(FORMS, ACTIVATIONS))


def check_against_autograd(settings):
    """All that a trace promises, for every layer and step."""
    network = network_of(settings)
    trace, reference = solve(network, settings), Reference(network, settings)
    assert_rows_close(trace.outputs, reference.outputs.detach(), what="outputs")
    assert_rows_close(trace.step_losses, reference.step_losses.detach(), what="step losses")
    for k in range(settings.layers):
        check_layer(trace.layer(k), reference.layers[k], f"layer {k} of {settings}")
        check_param_grads(trace.layer(k), reference.param_grads(k), COLUMNS[settings.cell], f"layer {k} of {settings}")


def check_layer(ours, theirs, where):
    for part in ours.state_names:
        assert_rows_close(ours.states[part], values(theirs.states[part]), what=f"{part} in {where}")
        assert_rows_close(ours.grads[part], theirs.grads(part), what=f"grads of {part} in {where}")
        assert_rows_close(ours.direct_grads[part][1:], theirs.direct_grads(part), what=f"direct {part} in {where}")
        assert not ours.direct_grads[part][0].any()
    for gate in theirs.gates[0]:
        opened = values([gates[gate] for gates in theirs.gates])
        assert_rows_close(ours.gates[gate], opened, what=f"gate {gate} in {where}")


def check_param_grads(ours, theirs, columns, where):
    """Gate by gate, and the fused arrays whose blocks are the gates'."""
    for name, grad in theirs.items():
        assert_whole_close(ours.param_grads[name], grad, what=f"grad of {name} in {where}")
    for name, block in (("W_x", "W_x{}"), ("W_h", "W_h{}"), ("b", "b_{}")):
        fused = np.concatenate([theirs[block.format(gate)] for gate in columns], axis=-1)
        assert_whole_close(ours.param_grads[name], fused, what=f"grad of {name} in {where}")


def share(form, activation, of):
    """Every fourth (eighth …) combination; those that one activation leaves out, another takes."""
    return combinations(form, activation)[list(ACTIVATIONS).index(activation) % of :: of]


def test_every_cell_has_a_form():
    assert {cell for cell, _ in FORMS.values()} == set(CELLS)


@pytest.mark.parametrize(("form", "activation"), FORMS_AND_ACTIVATIONS)
def test_gradients_equal_autograd(form, activation):
    for settings in share(form, activation, 4):
        check_against_autograd(settings)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "activation"), FORMS_AND_ACTIVATIONS)
def test_gradients_equal_autograd_for_everything_with_everything(form, activation):
    for settings in full_cross(form, activation):
        check_against_autograd(settings)


def check_against_complex_step(settings, rtol=1e-11):
    """A random direction in every parameter and every initial state."""
    network = network_of(settings)
    trace, rng = solve(network, settings), np.random.default_rng(settings.seed)
    for k, layer in enumerate(trace.layers):
        for name, parameter in network.layers[k].items():
            if name not in network.cell.constants:
                direction = alike(layer.param_grads[name], rng)
                truth = along_parameter(network, k, name, direction)
                got = (layer.param_grads[name] * direction).sum()
                assert_whole_close([got], [truth], rtol, f"{name} of layer {k} in {settings}")
            assert parameter.shape == layer.params[name].shape
        for part in layer.state_names:
            direction = alike(layer.grads[part][0], rng)
            truth = along_start(network, k, part, direction)
            got = (layer.grads[part][0] * direction).sum(axis=-1)
            assert_rows_close(got[:, None], truth[:, None], rtol, f"{part}_0 of layer {k} in {settings}")


def alike(gradient, rng):
    """A direction with the gradient's signs, so that the derivative along it is a sum without cancellation."""
    return np.where(gradient < 0, -1, 1) * rng.uniform(0.5, 1.5, gradient.shape)


@pytest.mark.parametrize(("form", "activation"), FORMS_AND_ACTIVATIONS)
def test_gradients_equal_the_complex_step(form, activation):
    for settings in share(form, activation, 8):
        check_against_complex_step(settings)


@pytest.mark.parametrize("form", FORMS)
def test_a_vanished_gradient_is_still_exact(form):
    vanishing = {"forget_bias": -4.0} if "lstm" in FORMS[form][0] else {}
    settings = settings_of(form, steps=150, weight_scale=0.3, impulse_step=1).replace(**vanishing)
    check_against_complex_step(settings, rtol=1e-10)
