"""The oracle: it agrees with a right backward pass, catches a wrong one, and knows when it cannot judge."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cells import RunSettings, run
from cells.activations import ACTIVATIONS
from cells.analysis.gradcheck.autograd import AUTOGRAD, FUNCTIONS, checks, settings_from, to_json
from cells.engine import solve
from cells.network import build
from cells.vanilla import Vanilla
from tests.analysis.nets import FORMS_AND_LAYERS, linear, trace_of
from tests.cells.variants import FORMS, settings_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_every_cell_agrees(form, layers):
    found = list(checks(run(settings_of(form, layers=layers, loss="all", weight_scale=1.3))))
    assert {check.oracle for check in found} == {AUTOGRAD}
    assert [check.unfit for check in found if check.unfit] == []
    assert max(check.difference for check in found) < 1e-11


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_and_the_softmax_agree(activation):
    assert set(FUNCTIONS) == set(ACTIVATIONS)
    found = list(checks(run(settings_of("lstm", activation=activation, signal="tokens"))))
    assert max(check.difference for check in found) < 1e-11


def test_digits_are_kept_where_units_are_saturated():
    found = list(checks(run(settings_of("rnn", weight_scale=4.0, steps=9))))
    assert max(check.difference for check in found) < 1e-9


class Wrong(Vanilla):
    """A step back that is wrong by a thousandth."""

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        super().backward_step(params, derivatives, d_next, d_prev, delta)
        d_prev[0][...] *= 1.001


def test_a_step_wrong_by_a_thousandth_is_caught(monkeypatch):
    settings = settings_of("rnn", steps=9)
    broken = replace(build(settings), cell=Wrong(settings.options, ACTIVATIONS["tanh"]))
    monkeypatch.setattr("cells.analysis.gradcheck.autograd.wiring", lambda cell: _wiring_of_a_right_one(settings))
    found = {check.quantity: check.difference for check in checks(solve(broken, settings))}
    assert found["dL/dh at step 9"] < 1e-12  # nothing has gone back yet
    assert found["dL/dh at step 1"] == pytest.approx(1 - 1.001**-8, rel=1e-6)


def _wiring_of_a_right_one(settings):
    from cells.analysis.step_graph.cell_graphs import wiring

    return wiring(run(settings).top.cell)


def test_a_vanished_gradient_is_beyond_it():
    found = {check.quantity: check for check in checks(run(linear(0.2, 900, signal="constant")))}
    assert "it has no exponents, and the gradient is about" in found["dL/dh at step 1"].unfit
    assert found["dL/dh at step 900"].difference < 1e-12


def test_states_beyond_float64_are_beyond_it():
    (only,) = checks(run(linear(4.0, 900, signal="constant")))
    assert only.unfit == "the states leave what float64 can hold"


def test_what_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr("cells.analysis.gradcheck.autograd.GIGABYTES", 1e-6)
    (only,) = checks(trace_of("lstm"))
    assert "GB of intermediates" in only.unfit


@pytest.mark.parametrize("form", FORMS)
def test_settings_survive_the_way_to_the_process(form):
    settings = settings_of(form, signal="own", loss="chosen", loss_steps=(2, 3))
    assert settings_from(to_json(settings)) == settings


def test_the_process_answers_in_json():
    asked = to_json(RunSettings(steps=5, hidden=3, batch=2))
    command = [sys.executable, "-m", "cells.analysis.gradcheck.autograd"]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, cwd=ROOT, check=True, timeout=120)
    found = json.loads(done.stdout)
    assert max(check["difference"] for check in found) < 1e-12
    assert "dL/dW_h" in {check["quantity"] for check in found}
