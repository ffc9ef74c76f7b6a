"""Means and bands in the log domain equal the plain ones where those exist, and go on where they do not."""

import numpy as np
import pytest

from cells.log_mean import log10_mean
from viz import curves


@pytest.fixture
def logs():
    return np.random.default_rng(0).uniform(-100, 100, (40, 16))


def test_the_mean_in_the_log_domain_is_the_log_of_the_mean(logs):
    np.testing.assert_allclose(log10_mean(logs), np.log10((10.0**logs).mean(axis=1)), rtol=1e-13)


@pytest.mark.parametrize("shift", [-4000.0, 4000.0])
def test_the_mean_moves_with_its_numbers_far_beyond_float64(logs, shift):
    np.testing.assert_allclose(log10_mean(logs + shift), log10_mean(logs) + shift, rtol=1e-13)


def test_the_band_in_the_log_domain_is_the_log_of_the_quantiles(logs):
    near = logs / 20  # so that neighbours both count when numpy interpolates between them
    plain = np.log10(np.quantile(10.0**near, curves.BAND, axis=1))
    np.testing.assert_allclose(curves.log10_quantiles(near), plain, rtol=1e-10)


def test_quantiles_are_those_of_numpy(logs):
    np.testing.assert_allclose(curves.quantiles(logs), np.quantile(logs, curves.BAND, axis=1), rtol=1e-13)


def test_zero_overflow_and_nan_stay_themselves():
    rows = np.array([[-np.inf, -np.inf], [np.inf, 3.0], [np.nan, 3.0], [-np.inf, 3.0]])
    mean = log10_mean(rows)
    assert np.isneginf(mean[0])
    assert np.isposinf(mean[1])
    assert np.isnan(mean[2])
    np.testing.assert_allclose(mean[3], 3.0 - np.log10(2.0))


def test_bands_of_zero_overflow_and_nan_are_no_accident():
    rows = np.array([[-np.inf] * 4, [np.inf] * 4, [np.nan, 1.0, 1.0, 1.0], [-np.inf, 0.0, 0.0, 0.0]])
    low, high = curves.log10_quantiles(rows)
    assert np.isneginf(low[0])
    assert np.isposinf(high[1])
    assert np.isnan([low[2], high[2]]).all()
    np.testing.assert_allclose(low[3], np.log10(np.quantile([0.0, 1.0, 1.0, 1.0], 0.1)))


def test_a_plain_curve_is_ten_to_the_power_of_the_log_curve(logs):
    curve = curves.norm_curve(logs, "norm", "norm", "h")
    np.testing.assert_array_equal(curves.plain(curve).mean, 10.0**curve.mean)
    np.testing.assert_array_equal(curves.plain(curve).high, 10.0**curve.high)


def test_the_initial_state_is_left_out(logs):
    np.testing.assert_array_equal(curves.norm_curve(logs, "", "", "").mean, log10_mean(logs[1:]))


@pytest.mark.parametrize("mask", ["", "1", "0", "0110", "1011", "00100111"])
def test_runs_are_the_stretches_of_true(mask):
    flags = np.array([letter == "1" for letter in mask], bool)
    rebuilt = np.zeros(len(mask), bool)
    for start, stop in curves.runs(flags):
        assert start < stop
        assert not rebuilt[start:stop].any()
        rebuilt[start:stop] = True
    np.testing.assert_array_equal(rebuilt, flags)
