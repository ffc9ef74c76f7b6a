"""The clock's laws over random parameters, its timestamps, and what a gate does to the gradient behind it."""

import numpy as np
import pytest

from cells import RunSettings, run, sweep
from cells.clock import SENSORS, SIGNS, time_gate
from cells.knobs import BadValue

UNITS = 200
FINE = 20_001  # instants over one period


def random_clock(seed, leak=0.0):
    """tau, s, r_on (UNITS,) and a leak."""
    rng = np.random.default_rng(seed)
    tau = np.exp(rng.uniform(0, 6, UNITS))
    return tau, tau * rng.random(UNITS), rng.uniform(0.01, 1.0, UNITS), leak


def gate_at(phases, clock, sign=-1.0, turns=3):
    """k (N, UNITS) at these phases (N,) of the clock's turn number `turns`."""
    tau, s, r_on, leak = clock
    times = (np.asarray(phases)[:, None] + turns) * tau - sign * s
    k = [time_gate(times[:, unit, None], *(v[[unit]] for v in (tau, s, r_on)), leak, sign)[1] for unit in range(UNITS)]
    return np.concatenate([one[:, 0] for one in k], axis=-1)


@pytest.mark.parametrize("sign", SIGNS.values())
@pytest.mark.parametrize("leak", [0.0, 0.001, 0.3, 1.0])
def test_k_stays_between_0_and_1_and_phi_below_1(leak, sign):
    tau, s, r_on, leak = random_clock(1, leak)
    times = np.random.default_rng(2).uniform(-1e5, 1e5, (500, 1))
    phi, k = time_gate(times, tau, s, r_on, leak, sign)
    assert (k >= 0).all() and (k <= 1).all()
    assert (phi >= 0).all() and (phi < 1).all()


@pytest.mark.parametrize("sign", SIGNS.values())
def test_k_is_1_in_the_middle_of_the_open_phase_and_nowhere_else(sign):
    clock = random_clock(3)
    _, _, r_on, _ = clock
    middle = np.diag(gate_at(r_on / 2, clock, sign))
    np.testing.assert_allclose(middle, 1.0, rtol=1e-9, atol=0)
    beside = np.concatenate([r_on * 0.4, r_on * 0.6])
    assert (np.diag(gate_at(beside[:UNITS], clock, sign)) < 0.81).all()
    assert (np.diag(gate_at(beside[UNITS:], clock, sign)) < 0.81).all()


def test_k_has_the_period_tau():
    tau, s, r_on, leak = random_clock(4, leak=0.2)
    times = np.random.default_rng(5).uniform(0, 50, (40, 1))
    for unit in range(UNITS):
        one = (tau[[unit]], s[[unit]], r_on[[unit]], leak)
        _, k = time_gate(times, *one)
        _, later = time_gate(times + 7 * tau[unit], *one)
        rise = max(2 / r_on[unit], 1.0)  # of k a turn: what rounding of the phase may move
        away_from_the_jump = np.abs(k - later) < 1e-9 * rise
        assert away_from_the_jump.mean() > 0.97, unit


def test_a_gate_that_does_not_leak_is_open_for_the_share_r_on():
    clock = random_clock(6)
    k = gate_at((np.arange(FINE) + 0.5) / FINE, clock)
    np.testing.assert_allclose((k > 0).mean(axis=0), clock[2], rtol=0, atol=2 / FINE)
    np.testing.assert_allclose(k.mean(axis=0), clock[2] / 2, rtol=0, atol=2 / FINE)


def test_a_gate_that_does_not_leak_is_continuous():
    clock = random_clock(7)
    k = gate_at(np.linspace(0, 2, FINE), clock)  # two turns, the corners and the seam between them included
    steepest = 2 / clock[2] * (2 / (FINE - 1))
    assert (np.abs(np.diff(k, axis=0)).max(axis=0) <= steepest * 1.001).all()


def test_a_leak_jumps_by_itself_at_the_seam():
    clock = random_clock(8, leak=0.25)
    before, after = gate_at([1 - 1e-9], clock), gate_at([1e-9], clock)
    partly_closed = clock[2] < 0.99
    np.testing.assert_allclose((before - after)[0, partly_closed], 0.25, rtol=0, atol=1e-5)


@pytest.mark.parametrize("sign", SIGNS.values())
def test_a_shift_moves_the_gate_along_time(sign):
    tau, s, r_on, leak = random_clock(9)
    times = np.random.default_rng(10).uniform(0, 100, (300, 1))
    for unit in range(0, UNITS, 10):
        still = time_gate(times + sign * s[unit], tau[[unit]], 0 * s[[unit]], r_on[[unit]], leak)[1]
        moved = time_gate(times, tau[[unit]], s[[unit]], r_on[[unit]], leak, sign)[1]
        np.testing.assert_allclose(moved, still, rtol=0, atol=1e-9)


def test_the_two_signs_of_the_shift_mirror_each_other():
    tau, s, r_on, leak = random_clock(11)
    times = np.random.default_rng(12).uniform(0, 100, (300, 1))
    plus = time_gate(times, tau, s, r_on, leak, SIGNS["plus"])
    for one, other in zip(plus, time_gate(times, tau, -s, r_on, leak, SIGNS["minus"]), strict=True):
        np.testing.assert_array_equal(one, other)


# ── the gradient behind the gate


def phased(**knobs):
    return RunSettings(cell="phased_lstm", steps=60, hidden=16, batch=4).replace(**knobs)


def closed_steps(trace):
    """dL/dc before and after the steps at which a unit's gate is closed, where there is a gradient: two flat arrays."""
    closed = trace.top.record.tape["phi"] >= trace.params["r_on"]
    grads = trace.grads["c"]
    chosen = closed[1:] & (grads[2:] != 0)  # the initial state is no step's
    return grads[1:-1][chosen], grads[2:][chosen]


@pytest.mark.parametrize("sampling", ["regular", "irregular", "two_sensors"])
@pytest.mark.parametrize("peepholes", [False, True])
def test_a_closed_gate_without_leak_copies_the_gradient_bit_for_bit(sampling, peepholes):
    for seed in range(5):
        knobs = {"longest_period": 30.0, "open_ratio": 0.3, "sampling": sampling, "peepholes": peepholes}
        before, after = closed_steps(run(phased(leak=0.0, loss="all", seed=seed, **knobs)))
        assert len(after) > 500
        assert (before / after == 1.0).all()
        np.testing.assert_array_equal(before, after)


def test_a_leaking_gate_does_not_copy():
    before, after = closed_steps(run(phased(leak=0.3, loss="all", longest_period=30.0)))
    assert (before == after).mean() < 0.01


def test_at_test_the_gate_is_that_without_leak():
    at_test, tight, leaky = (run(phased(**knobs)) for knobs in ({"at_test": True}, {"leak": 0.0}, {}))
    for part in ("h", "c"):
        np.testing.assert_array_equal(at_test.grads[part], tight.grads[part])
        assert (at_test.grads[part] != leaky.grads[part]).any()


NETS = ({}, {"peepholes": True}, {"layers": 2, "loss": "all"}, {"activation": "identity", "weight_scale": 3.0})


@pytest.mark.parametrize("fields", NETS, ids=str)
def test_a_gate_frozen_open_is_the_plain_lstm_bit_for_bit(fields):
    plain = run(RunSettings(cell="lstm", steps=60, hidden=16, batch=4).replace(**fields))
    frozen = run(phased(gate="open", **fields))
    assert frozen.step_losses.tobytes() == plain.step_losses.tobytes()
    for ours, theirs in zip(frozen.layers, plain.layers, strict=True):
        for part in theirs.state_names:
            assert ours.states[part].tobytes() == theirs.states[part].tobytes()
            assert ours.grads[part].tobytes() == theirs.grads[part].tobytes()
            assert ours.log10_grad_norms[part].tobytes() == theirs.log10_grad_norms[part].tobytes()
        for name, grad in theirs.param_grads.items():
            assert ours.param_grads[name].tobytes() == grad.tobytes(), name
        assert (ours.gates["k"] == 1).all()


def test_the_clock_and_the_frozen_gate_share_every_draw_and_differ():
    clock, frozen = run(phased()), run(phased(gate="open"))
    for name, values in clock.network.layers[0].items():
        np.testing.assert_array_equal(values, frozen.network.layers[0][name])
    np.testing.assert_array_equal(clock.times, frozen.times)
    assert (clock.states["h"] != frozen.states["h"]).any()


def test_clocks_nobody_reads_get_no_gradient():
    frozen = run(phased(gate="open"))
    assert not any(frozen.param_grads[name].any() for name in ("tau", "s", "r_on"))


def test_the_sign_of_the_shift_is_that_of_its_gradient():
    """Where s enters as t + s, its gradient is that of -s in t - s."""
    minus = run(phased(open_ratio=0.5, longest_period=20.0))
    plus = run(phased(open_ratio=0.5, longest_period=20.0, shift_sign="plus"))
    assert (minus.gates["k"] != plus.gates["k"]).any()
    nothing = {"open_ratio": 0.5, "longest_period": 20.0, "shift_spread": 0.0}  # s = 0: the two nets are one
    one, other = (run(phased(shift_sign=sign, **nothing)).param_grads["s"] for sign in SIGNS)
    np.testing.assert_array_equal(one, -other)
    assert one.any()


@pytest.mark.parametrize("axis", [{"leak": [0.0, 0.01]}, {"gate": ["clock", "open"]}, {"at_test": [False, True]}])
def test_clock_knobs_are_sweep_axes(axis):
    settings = phased()
    grid = sweep(settings, **axis)
    ((name, values),) = axis.items()
    for place, value in enumerate(values):
        alone = run(settings.replace(**{name: value})).log10_grad_norms["c"]
        np.testing.assert_allclose(grid.log10_grad_norms["c"][place], alone, rtol=1e-12, atol=1e-12)


# ── timestamps


@pytest.mark.parametrize("sampling", ["regular", "irregular", "two_sensors"])
def test_times_increase(sampling):
    for seed in range(20):
        times = run(phased(sampling=sampling, seed=seed, hidden=2)).times
        assert times.shape == (60, 4)
        assert (np.diff(times, axis=0) > 0).all()


def test_poisson_gaps_have_mean_1_and_are_spread_like_an_exponential():
    gaps = np.diff(run(phased(sampling="irregular", steps=2000, hidden=1, batch=16)).times, axis=0)
    assert abs(gaps.mean() - 1) < 0.03
    assert abs(gaps.std() - 1) < 0.05


def test_two_sensors_are_two_regular_trains_with_phases_of_their_own():
    times = run(phased(sampling="two_sensors", steps=300, hidden=1, batch=6)).times
    quick, slow = SENSORS
    for train in times.T:
        gaps = np.unique(np.round(train[:, None] - train[None, :], 9))
        assert {quick, slow} <= set(gaps.tolist())
        assert np.diff(train).max() <= quick + 1e-9
        assert abs(len(train) / (train[-1] - train[0]) - (1 / quick + 1 / slow)) < 0.02
    assert len(set(times[0].tolist())) == 6


def test_own_times_are_taken_as_they_are():
    own = (-2.0, 0.5, 0.75, 10.0)
    trace = run(phased(sampling="own", timestamps=own, steps=3))
    np.testing.assert_array_equal(trace.times, np.repeat(np.array(own[:3])[:, None], 4, axis=1))
    assert trace.settings.replace(seed=1).options.timestamps == own


@pytest.mark.parametrize(
    ("timestamps", "sentence"),
    [
        (
            (1, 2, 2, 3),
            "timestamps = 2.0 at entry 3 does not come after 2.0; times must increase: leave one of the two out",
        ),
        ((1, 5, 3, 4), "timestamps = 3.0 at entry 3 does not come after 5.0; times must increase: sort them"),
        ((1, float("nan"), 3), "timestamps = nan at entry 2 is outside [-1e6, 1e6]"),
        ((1, 2, 1e7), "timestamps = 1e+07 at entry 3 is outside [-1e6, 1e6]"),
        ((1, "x"), "timestamps holds entries that are no numbers"),
        ((1,), "timestamps has shape (1,); it takes [2, 20000] times"),
        (((1, 2), (3, 4)), "timestamps has shape (2, 2); it takes [2, 20000] times"),
        ((), "timestamps = () holds no times; give [2, 20000]"),
        ((1, 2, 3), "steps = 60 is outside [2, 3], the number of your own timestamps"),
    ],
)
def test_timestamps_that_do_not_do_are_named_in_one_sentence(timestamps, sentence):
    with pytest.raises(BadValue) as caught:
        phased(sampling="own", timestamps=timestamps)
    assert str(caught.value) == sentence
