"""Trust: the oracles agree with a right backward pass, catch a wrong one, and know when they cannot judge."""

from dataclasses import replace

import numpy as np
import pytest

from cells.activations import ACTIVATIONS
from cells.analysis import Check, check_gradients, check_trace_gradients
from cells.analysis.gradcheck.oracles import COMPLEX, QUOTIENT
from cells.engine import solve
from cells.network import build
from cells.vanilla import Vanilla
from tests.analysis.nets import FORMS_AND_LAYERS, linear, trace_of
from tests.cells.variants import settings_of


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_every_cell_can_be_trusted(form, layers):
    found = check_trace_gradients(trace_of(form, layers, loss="all"))
    assert found.worst(COMPLEX) < 1e-11
    assert found.worst(QUOTIENT) < 1e-3
    assert len([check for check in found.checks if not check.unfit]) > 0.7 * len(found.checks)
    assert {check.oracle for check in found.checks} == {COMPLEX, QUOTIENT}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_can_be_trusted(activation):
    found = check_gradients(settings_of("lstm", activation=activation, signal="tokens"))
    assert found.worst(COMPLEX) < 1e-11


class Wrong(Vanilla):
    """A step back that is wrong by a thousandth."""

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        super().backward_step(params, derivatives, d_next, d_prev, delta)
        d_prev[0][...] *= 1.001


class Turned(Vanilla):
    """A step back that keeps the size and loses the direction a little."""

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        super().backward_step(params, derivatives, d_next, d_prev, delta)
        d_prev[0][..., 0] *= 1.01


@pytest.mark.parametrize("kind", [Wrong, Turned])
def test_a_backward_pass_that_is_a_little_wrong_is_caught(kind):
    settings = settings_of("rnn", steps=9)
    broken = replace(build(settings), cell=kind(settings.options, ACTIVATIONS["tanh"]))
    found = check_trace_gradients(solve(broken, settings))
    assert found.worst(COMPLEX) > 5e-4 and found.worst(QUOTIENT) > 5e-4
    right = [check for check in found.checks if check.quantity == "dL/dh at step 9" and check.oracle == COMPLEX]
    assert right[0].difference < 1e-12  # nothing has gone back yet


def test_a_difference_quotient_cannot_judge_a_vanished_gradient():
    found = check_gradients(settings_of("rnn", weight_scale=0.05, steps=40))
    first = {check.oracle: check for check in found.checks if check.quantity == "dL/dh at step 1"}
    assert first[COMPLEX].difference < 1e-11
    assert np.isnan(first[QUOTIENT].difference)
    assert "which float64 rounds away beside a loss of" in first[QUOTIENT].unfit
    assert f"elsewhere it cannot judge: {first[QUOTIENT].unfit}." in found.sentence


def test_beyond_float64_no_oracle_can_judge():
    found = check_gradients(linear(0.2, 900, signal="constant"))
    first = [check for check in found.checks if check.quantity == "dL/dh at step 1"]
    assert all(check.unfit for check in first)
    assert any("beyond what plain float64 can carry" in check.unfit for check in first)
    grown = check_gradients(linear(4.0, 900, signal="constant"))
    assert all("leave what float64 can hold" in check.unfit for check in grown.checks)
    assert np.isnan(grown.worst(COMPLEX)) and grown.sentence.startswith("The complex step cannot judge: the states")


def test_a_corner_in_the_way_of_the_difference_is_seen():
    settings = settings_of("rnn", activation="relu", hidden=1, batch=1, loss="chosen", loss_steps=(1,))
    network = build(settings)
    just_open = 1e-7 - network.x[0, 0] @ network.layers[0]["W_x"]
    params = network.layers[0] | {"b": just_open}
    found = check_trace_gradients(solve(replace(network, layers=(params,)), settings))
    reasons = {check.unfit for check in found.checks}
    assert "the function has a corner within the difference taken" in reasons
    assert found.worst(COMPLEX) < 1e-11


def test_further_oracles_are_asked_and_the_report_rises_to_one():
    seen = []
    found = check_gradients(settings_of("gru"), [lambda trace: [Check("autograd", "dL/dW_h", 2e-15)]], seen.append)
    assert found.oracles == (COMPLEX, QUOTIENT, "autograd") and found.worst("autograd") == 2e-15
    assert "The autograd agrees to 2·10⁻¹⁵ in 1 of 1 places." in found.sentence
    assert seen == sorted(seen) and 0.5 < seen[-1] <= 1


def test_an_exception_in_the_report_cancels():
    def cancel(share):
        raise InterruptedError(share)

    with pytest.raises(InterruptedError):
        check_gradients(settings_of("rnn"), report=cancel)
