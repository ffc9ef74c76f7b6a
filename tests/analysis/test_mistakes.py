"""Every mistake of the museum is caught: complex steps, which know no backward pass, agree with the right curve."""

import numpy as np
import pytest

from cells import run
from cells.analysis.errors import DoesNotApply
from cells.analysis.gradcheck.oracles import TINY
from cells.analysis.gradcheck.perturb import moved_parameter, moved_state
from cells.analysis.mistakes import wrong_updates
from cells.analysis.mistakes.exhibit import UPDATE
from cells.analysis.mistakes.museum import MISTAKES
from ui.views.exhibits import BY_NAME, EXHIBITS
from ui.views.fields import DEFAULTS, run_settings
from viz.analysis import CHARTS, Look
from viz.panel import Scene

AGREES, WRONG = 1e-6, 0.1  # relative: a right curve is nearer than that, a wrong one is farther off
SMALL = {"hidden": 4, "batch": 2, "steps": 24}
MORE = {
    "floor": {"steps": 60, "weight_scale": 0.6},
    "float16": {"steps": 60, "weight_scale": 0.6},
    "clipping": {"steps": 12, "hidden": 3, "activation": "identity", "weight_scale": 1.8},
    "closed_gate": {"unit": 2},
}
UNIT = 2


def trace_of(name, **changed):
    """A small run of the kind that shows the mistake."""
    return run(run_settings(DEFAULTS | BY_NAME[name].values | SMALL | MORE.get(name, {}) | changed))


def exhibit_of(name, trace):
    return MISTAKES[name].compute(trace, 0, UNIT)


def state_gradient(trace, step):
    """dL_b/dh at a step, (B, H), from the forward equations alone."""
    found = []
    for unit in np.eye(trace.states["h"].shape[-1]):
        move = 1j * TINY * np.broadcast_to(unit, trace.states["h"][step].shape)
        found.append(np.imag(moved_state(trace, 0, step, "h", move)) / TINY)
    return np.stack(found, axis=-1)


def by_complex_steps(name, trace):
    """What the right curve has to be at a few places, and the places, from 0."""
    steps = np.unique(np.linspace(1, len(trace.inputs), 6).round().astype(int))
    grads = np.stack([state_gradient(trace, step) for step in steps])
    if name == "closed_gate":
        return np.abs(grads[..., UNIT - 1]), steps - 1
    return np.linalg.norm(grads, axis=-1), steps - 1


def parameter_norm(trace):
    """‖dL/dW‖ over the recurrent parameters, from the forward equations alone."""
    total = 0.0
    for name, values in trace.network.layers[0].items():
        for unit in np.eye(values.size):
            move = 1j * TINY * unit.reshape(values.shape)
            total += (np.imag(moved_parameter(trace, 0, name, move)).item() / TINY) ** 2
    return total**0.5


def clipped_by_complex_steps(trace):
    """The norm of what each update may use; the run is trained as its own gradients say, which are checked first."""
    return np.array([[min(1.0, parameter_norm(one))] for one in trained(trace)]), np.arange(2)


def trained(trace):
    """The run before the first update and before the second."""
    grads = wrong_updates.grads_of(trace)
    rate = wrong_updates.RATE * min(1.0, wrong_updates.LIMIT / wrong_updates.norm_of(grads))
    return trace, wrong_updates.solve(wrong_updates.updated(trace.network, grads, rate))


def distance(curve, truth, places):
    """The largest relative difference; 1 where a number is missing."""
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(10.0 ** curve[places] - truth) / truth
    return float(np.nan_to_num(gap, nan=1.0, posinf=np.inf).max())


@pytest.mark.parametrize("name", MISTAKES)
def test_the_checks_catch_the_wrong_curve_and_pass_the_right_one(name):
    trace = trace_of(name)
    found = exhibit_of(name, trace)
    oracle = clipped_by_complex_steps if found.over == UPDATE else lambda trace: by_complex_steps(name, trace)
    truth, places = oracle(trace)
    assert (truth > 0).all()
    assert distance(found.right, truth, places) < AGREES
    assert distance(found.wrong, truth, places) > WRONG


def right_slope(self, u, v, out=None):
    return np.subtract(1, np.multiply(v, v, out=out), out=out)


MISTAKEN = "cells.analysis.mistakes.wrong_"
MENDED = {  # where each wrong formula stands, and the right one in its place
    "detached": ("passes.EVERY", 0),
    "slope": ("passes.TanhOfItself.slope", right_slope),
    "no_matrix": ("passes.np.eye", lambda size: trace_of("no_matrix").params["W_h"]),
    "floor": ("readings.FLOOR", 0.0),
    "float16": ("readings.COARSE", "float64"),
    "clipping": ("updates.NO_LIMIT", wrong_updates.LIMIT),
    "mean": ("networks.mean_weights", lambda weights: weights),
    "fmod": ("networks.np.fmod", np.mod),
}


@pytest.mark.parametrize("name", MENDED)
def test_with_the_formula_mended_the_two_curves_are_one(name, monkeypatch):
    trace, (place, right) = trace_of(name), MENDED[name]
    monkeypatch.setattr(MISTAKEN + place, right)
    found = exhibit_of(name, trace)
    np.testing.assert_allclose(found.wrong, found.right, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("no_matrix", {"cell": "lstm"}, "choose the RNN"),
        ("slope", {"activation": "relu"}, "this run has ReLU"),
        ("detached", {"steps": 12}, "this run has 12"),
        ("detached", {"truncation": 5}, "truncated by choice"),
        ("mean", {"loss": "last"}, "attach the loss to all steps"),
        ("mean", {"loss_reduction": "mean"}, "a mean already"),
        ("closed_gate", {"cell": "gru"}, "no time gate"),
        ("fmod", {"gate": "open"}, "by the clock"),
    ],
)
def test_where_a_mistake_cannot_be_made_a_sentence_says_why(name, changed, words):
    with pytest.raises(DoesNotApply, match=words):
        exhibit_of(name, trace_of(name, **changed))


def test_every_exhibit_has_its_mistake_and_four_lines_of_code():
    assert [exhibit.name for exhibit in EXHIBITS] == list(MISTAKES)
    assert {exhibit.name: exhibit.code.count("\n") + 1 for exhibit in EXHIBITS} == dict.fromkeys(MISTAKES, 4)
    lines = [line for exhibit in EXHIBITS for code in (exhibit.code, exhibit.mended) for line in code.split("\n")]
    assert [line for line in lines if len(line) > 36] == [], "it would break beside the other one"


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=[exhibit.name for exhibit in EXHIBITS])
def test_the_chosen_run_shows_the_mistake(exhibit):
    trace = run(run_settings(DEFAULTS | exhibit.values))
    record = MISTAKES[exhibit.name].compute(trace, 0, exhibit.values.get("unit", 1))
    finding = CHARTS["exhibit"].draw(record, Scene(trace), Look(exhibit=exhibit.name)).finding
    assert "does not show" not in finding and ("wrong curve" in finding)
