"""The gate room's numbers: the copy ratio, the three nets, the raster, and one clock's curve corner by corner."""

import numpy as np
import pytest

from cells import RunSettings, run
from cells.analysis.errors import DoesNotApply
from cells.analysis.time_gate.clock_curve import Clock, clock_curve
from cells.analysis.time_gate.time_gate_effect import COLUMNS, copying, time_gate_effect
from cells.clock import time_gate


def phased(**knobs):
    return RunSettings(cell="phased_lstm", steps=60, hidden=16, batch=4, loss="all").replace(**knobs)


def room_of(**knobs):
    return time_gate_effect(run(phased(**knobs)))


TIGHT = {"leak": 0.0, "longest_period": 30.0, "open_ratio": 0.3}


@pytest.mark.parametrize("output", ["candidate", "updated"])
@pytest.mark.parametrize("sampling", ["regular", "irregular", "two_sensors"])
def test_without_leak_every_closed_unit_step_copies_and_the_ratio_is_exactly_1(output, sampling):
    for seed in range(4):
        found = room_of(output=output, sampling=sampling, seed=seed, **TIGHT).copying
        assert found.copied == 1.0
        assert found.kept_closed == 1.0
        assert 0.5 < found.closed < 0.9
        assert found.kept_open != 1.0


def test_the_ratio_stays_exactly_1_where_the_gradient_leaves_float64():
    busy = TIGHT | {"open_ratio": 0.6, "longest_period": 6.0, "forget_bias": -4.0}
    trace = run(phased(steps=2500, loss="last", weight_scale=0.1, **busy))
    assert trace.top.record.grads["c"].exponent is not None
    assert copying(trace.top).copied == copying(trace.top).kept_closed == 1.0


def test_a_leak_copies_nothing_bit_for_bit():
    found = room_of(**TIGHT | {"leak": 0.3}).copying
    assert found.copied < 0.01
    assert found.kept_closed != 1.0


def test_where_no_gradient_passes_nothing_is_said_to_be_copied():
    found = room_of(**TIGHT | {"loss": "chosen", "loss_steps": (1,), "weight_scale": 0.0}).copying
    assert np.isnan(found.copied) or found.copied == 1.0
    silent = time_gate_effect(
        run(phased(steps=2, open_ratio=0.001, leak=0.0, shortest_period=400.0, longest_period=400.0))
    )
    assert np.isnan(silent.copying.copied)


@pytest.mark.parametrize("gate", ["clock", "open"])
def test_the_three_nets_are_those_of_their_names_whatever_is_set(gate):
    room = room_of(gate=gate)
    expected = {
        "clock": run(phased()),
        "plain": run(RunSettings(cell="lstm", steps=60, hidden=16, batch=4, loss="all")),
        "frozen": run(phased(gate="open")),
    }
    assert [net.name for net in room.nets] == list(expected)
    for net in room.nets:
        for part in ("c", "h"):
            norms = expected[net.name].log10_grad_norms[part][1:, 0]
            np.testing.assert_array_equal(net.log10_norms[part], norms)


def test_frozen_open_is_the_plain_lstm_and_the_clock_is_not():
    for seed in range(3):
        clock, plain, frozen = room_of(seed=seed, peepholes=bool(seed % 2)).nets
        for part in ("c", "h"):
            np.testing.assert_array_equal(frozen.log10_norms[part], plain.log10_norms[part])
            assert (clock.log10_norms[part] != plain.log10_norms[part]).any()


@pytest.mark.parametrize("sign", ["minus", "plus"])
def test_the_raster_shows_every_opening_and_no_other(sign):
    """Also one that is shorter than a column."""
    trace = run(phased(steps=1000, hidden=6, batch=1, shortest_period=3.0, shift_sign=sign, leak=0.0))
    room = time_gate_effect(trace)
    assert room.raster.shape == (COLUMNS, 6)
    assert (np.diff(room.moments) > 0).all()
    for unit, tau in enumerate(room.clock["tau"]):
        columns_a_turn = tau / (room.moments[1] - room.moments[0])
        lit = int((np.diff((room.raster[:, unit] > 0).astype(int)) == 1).sum())
        assert abs(lit - COLUMNS / columns_a_turn) <= 1.5, (unit, tau)


def test_the_sample_chooses_times_and_norms():
    trace = run(phased(sampling="irregular"))
    first, third = time_gate_effect(trace), time_gate_effect(trace, sample=2)
    np.testing.assert_array_equal(third.times, trace.times[:, 2])
    np.testing.assert_array_equal(third.k, trace.gates["k"][:, 2])
    assert (first.nets[0].log10_norms["c"] != third.nets[0].log10_norms["c"]).any()
    np.testing.assert_array_equal(first.open_share, third.open_share)


def test_a_layer_has_clocks_of_its_own():
    trace = run(phased(layers=2))
    low, top = time_gate_effect(trace, 0), time_gate_effect(trace)
    np.testing.assert_array_equal(low.clock["tau"], trace.layer(0).params["tau"])
    np.testing.assert_array_equal(top.grads["s"], trace.layer(1).param_grads["s"])
    assert (low.clock["tau"] != top.clock["tau"]).any()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_cell_without_a_clock_has_no_gate_room(cell):
    with pytest.raises(DoesNotApply, match="has no clock"):
        time_gate_effect(run(RunSettings(cell=cell, steps=5)))


# ── one clock


def random_clocks(count=60):
    rng = np.random.default_rng(1)
    for place in range(count):
        tau = float(np.exp(rng.uniform(0, 6)))
        r_on = float(rng.choice([1.0, 0.001, rng.uniform(0.01, 0.99)]))
        sign = ("minus", "plus")[place % 2]
        yield Clock(tau, float(rng.uniform(0, tau)), r_on, float(rng.choice([0.0, 0.001, rng.random()])), sign)


def test_between_its_corners_the_curve_is_the_formula():
    rng = np.random.default_rng(2)
    for clock in random_clocks():
        samples = np.sort(rng.uniform(-20, 200, 300))
        found = clock_curve(clock, samples, (-20.0, 200.0))
        assert found.times[0] <= -20 + 1e-6 and found.times[-1] >= 200 - 1e-6
        assert (np.diff(found.times) >= -1e-9).all()
        away = np.abs(samples[:, None] - found.times).min(axis=1) > 1e-6  # from a jump
        drawn = np.interp(samples[away], found.times, found.k)
        np.testing.assert_allclose(drawn, found.sampled[away], rtol=0, atol=1e-4 / clock.r_on / clock.tau + 1e-9)


def test_the_samples_see_the_formula_itself():
    for clock in random_clocks(10):
        samples = np.linspace(0, 50, 51)
        found = clock_curve(clock, samples, (0.0, 50.0))
        one = [np.array([value]) for value in (clock.tau, clock.s, clock.r_on)]
        expected = time_gate(samples[:, None], *one, clock.leak, found.sign)[1].ravel()
        np.testing.assert_array_equal(found.sampled, expected)


def test_the_peak_is_where_k_is_1():
    for clock in random_clocks():
        assert 0 <= clock.peak < clock.tau
        assert clock.at(np.array([clock.peak]))[1][0] == pytest.approx(1.0, abs=1e-6 / clock.r_on)
