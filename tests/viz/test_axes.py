"""Ticks are few, round, named rightly, and there at any range."""

import re

import numpy as np
import pytest

from viz.axes import TICK_PX, log_limits, log_ticks, plain_limits, plain_ticks
from viz.curves import Curve


def value(name):
    """log10 of what a tick's words mean."""
    digit, power = re.fullmatch(r"(?:(\d)·)?10<sup>(−?\d+)</sup>", name).groups()
    return np.log10(float(digit or 1)) + int(power.replace("−", "-"))


@pytest.mark.parametrize("height", [56, 108, 236, 380])
@pytest.mark.parametrize("span", [1.1, 1.7, 3, 8, 45, 700, 4900, 60000])
def test_log_ticks_are_few_and_mean_what_they_say(span, height):
    for low in np.random.default_rng(0).uniform(-5000, 5000, 20):
        places, names = log_ticks(low, low + span, height)
        assert 1 <= len(places) <= max(3, height / TICK_PX + 1)
        assert all(low <= place <= low + span for place in places)
        np.testing.assert_allclose(places, [value(name) for name in names], rtol=0, atol=1e-6)


def test_log_ticks_have_at_least_two_where_a_decade_or_more_is_shown():
    for low in np.random.default_rng(1).uniform(-20, 20, 200):
        assert len(log_ticks(low, low + 2.05, 236)[0]) >= 2


@pytest.mark.parametrize("span", [1e-9, 0.3, 1.0, 7.0, 4e6])
def test_plain_ticks_are_round_and_inside(span):
    places, names = plain_ticks(-span / 3, span, 120)
    assert 1 <= len(places) == len(names) <= 6
    assert all(-span / 3 <= place <= span for place in places)


def curve(*values):
    return Curve("c", "c", "total", np.array(values))


def test_limits_hold_every_finite_point_and_at_least_a_decade():
    low, high = log_limits([curve(-4000.0, -1.0, -np.inf, np.nan), curve(np.inf, 2.0)])
    assert low < -4000
    assert high > 2
    low, high = log_limits([curve(3.0, 3.0)])
    np.testing.assert_allclose([low + high, high - low], [6.0, 1.1])


def test_limits_exist_where_nothing_is_finite():
    low, high = log_limits([curve(-np.inf, np.nan)])
    assert low < high
    low, high = plain_limits([curve(np.nan)], (0.0, 0.0))
    assert low < high
