"""The verdict: its numbers are the curve's, its words are true, and both hold far outside float64."""

from dataclasses import replace

import numpy as np
import pytest

from cells import RunSettings, run
from cells.analysis import log10_mean, verdict
from cells.engine import solve
from cells.network import build
from tests.analysis.nets import FORMS_AND_LAYERS, closed, linear, trace_of, with_parameters


def judged(**fields):
    return verdict(run(RunSettings(**fields)))


@pytest.mark.parametrize(
    ("g", "kind"), [(0.3, "vanishing"), (0.97, "vanishing"), (1.04, "exploding"), (3.0, "exploding")]
)
def test_a_constant_factor_is_found_at_any_length(g, kind):
    for steps in (200, 10_000):
        found = verdict(run(linear(g, steps, batch=1, hidden=2)))
        assert found.kind == kind
        assert found.decay_per_step == pytest.approx(g, rel=1e-9)
        assert found.log10_ratio == pytest.approx((steps - 1) * np.log10(g), rel=1e-9)
        assert min(found.half_life, found.doubling) == pytest.approx(np.log(2) / abs(np.log(g)), rel=1e-9)
        assert np.inf in (found.half_life, found.doubling)


def test_the_sentence_of_a_vanishing_gradient_has_its_numbers():
    found = verdict(run(linear(0.81, 50)))
    assert found.sentence == (
        "Vanishing: each step back keeps 81 %; half is gone after 3.3 steps; step 1 gets 3.3·10⁻⁵ of what step 50 gets."
    )


def test_the_sentence_at_ten_thousand_steps():
    said = verdict(run(linear(0.3, 10_000, batch=1, hidden=2))).sentence
    assert "each step back keeps 30 %" in said and "·10⁻⁵²²⁹ of what step 10000 gets" in said


def test_the_sentence_of_an_exploding_gradient_has_its_numbers():
    found = verdict(run(linear(2.0, 11)))
    assert found.sentence == (
        "Exploding: each step back multiplies the gradient by 2; it doubles every 1 step; "
        "step 1 gets 1024 times what step 11 gets."
    )


def test_an_orthogonal_net_is_stable_and_an_identity_copies():
    assert verdict(run(linear(1.0, 300))).kind == "stable"
    copied = judged(activation="identity", init="identity", steps=300)
    assert copied.kind == "copied" and copied.copied == 1
    assert copied.sentence.startswith("Copied unchanged: every step hands the gradient on bit for bit")


def test_closed_time_gates_copy_the_memory_bit_for_bit():
    options = {"leak": 0.0, "open_ratio": 0.2}
    found = judged(cell="phased_lstm", options=options, steps=80)
    assert 0.5 < found.copied < 1
    share = f"{100 * found.copied:.0f} % of the time a unit hands its gradient on bit for bit."
    assert share in found.sentence
    assert verdict(run(closed(steps=6))).kind == "copied"


def test_loss_on_all_steps_is_judged_by_the_credit_of_the_last():
    last = judged(loss="last", weight_scale=0.5)
    every = judged(loss="all", weight_scale=0.5)
    assert every.kind == "vanishing" and every.total.kind == "stable" and every.masked and not last.masked
    assert every.log10_ratio == pytest.approx(last.log10_ratio, rel=1e-12)
    assert every.sentence.startswith("Looks healthy, with the loss on every step: step 1 gets ")
    assert "but the credit of step 50's loss alone is vanishing: each step back keeps 40 %" in every.sentence


def test_chosen_steps_are_measured_from_the_last_of_them():
    found = judged(loss="chosen", loss_steps=(10, 40))
    assert (found.credit.last, found.attached) == (40, 2)
    assert "with the loss on 2 steps" in found.sentence and "what step 40 gets" in found.sentence
    alone = judged(loss="chosen", loss_steps=(40,))
    assert alone.log10_ratio == pytest.approx(found.log10_ratio, rel=1e-12)


def test_a_loss_on_the_first_step_has_nowhere_to_go():
    found = judged(loss="chosen", loss_steps=(1,))
    assert (
        found.kind == "single"
        and found.sentence == "At its source: the loss sits on step 1 and has no step to travel back."
    )


def test_two_steps_have_one_factor():
    found = judged(steps=2)
    grads = run(RunSettings(steps=2)).log10_grad_norms["h"]
    assert found.log10_ratio == pytest.approx(float(np.diff(log10_mean(grads[1:]))[0] * -1), rel=1e-12)
    assert found.decay_per_step == pytest.approx(10**found.log10_ratio, rel=1e-12)


def test_a_dead_gradient_is_exactly_0_in_words():
    found = judged(weight_scale=0.0)
    assert found.kind == "zero" and found.log10_ratio == -np.inf and found.credit.reach == 50
    assert found.sentence == "Dead: the gradient is exactly 0 at step 49 and at every step before it."


def test_a_loss_without_a_slope_is_dead_at_its_source():
    network = build(linear(1.0, 5))
    readout = {"W_y": 0 * network.readout["W_y"], "b_y": network.readout["b_y"]}
    dead = verdict(solve(replace(network, readout=readout)))
    assert dead.kind == "zero" and dead.sentence == "Dead: the loss at step 5 has a gradient of exactly 0."


def test_samples_that_died_are_counted():
    found = judged(activation="relu", hidden=2, seed=3)
    assert 0 < found.dead_samples < 1
    assert f"In {100 * found.dead_samples:.0f} % of the samples step 1 gets exactly 0." in found.sentence


def test_not_a_number_is_said_with_its_step():
    network = build(RunSettings(cell="lstm", activation="identity", steps=9, hidden=3, batch=2))
    broken = {name: 1e200 * p for name, p in network.layers[0].items()}
    found = verdict(solve(replace(network, layers=(broken,))))
    assert found.kind in ("nan", "overflow") and np.isnan(found.log10_ratio)
    assert "NaN" not in found.sentence and found.sentence.endswith(".")


def test_a_curve_that_rises_before_it_falls_says_so():
    W = np.array([[0.5, 60.0], [0.0, 0.5]])  # not normal: it grows first
    found = verdict(with_parameters(linear(1.0, 40, hidden=2, batch=1), W_h=W))
    assert found.kind == "vanishing" and found.credit.log10_peak > 1 and found.credit.peak_step < 40
    assert f"on the way it rises to {10**found.credit.log10_peak:.0f} times that, at step" in found.sentence


def test_the_impulse_and_the_layer_are_named():
    found = verdict(run(RunSettings(signal="impulse", impulse_step=10, layers=2)), layer=0)
    assert found.impulse is not None and found.impulse[0] == 10
    assert "The impulse at step 10 gets" in found.sentence and found.sentence.endswith("(Layer 1 of 2.)")


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_every_verdict_is_a_plain_sentence(form, layers):
    for fields in ({"loss": "all"}, {"loss": "last", "steps": 2, "batch": 1}):
        trace = trace_of(form, layers, **fields)
        for layer in range(layers):
            said = verdict(trace, layer).sentence
            assert said[0].isupper() and "nan" not in said.lower().replace("nance", "") and "None" not in said
            assert said.count("  ") == 0 and said.rstrip(")").endswith(".")


def test_means_of_norms_are_taken_in_the_log_domain():
    norms = np.array([[-4000.0, -4000.0 + np.log10(3)], [-np.inf, 0.0], [-np.inf, -np.inf], [5000.0, 0.0]])
    expected = [-4000 + np.log10(2), np.log10(0.5), -np.inf, 5000 - np.log10(2)]
    np.testing.assert_allclose(log10_mean(norms), expected, rtol=1e-15)
    assert np.isposinf(log10_mean(np.array([np.inf, 0.0]))) and np.isnan(log10_mean(np.array([np.nan, 0.0])))
