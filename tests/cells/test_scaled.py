"""Exponents beside rows, against decimal arithmetic: random rows far outside float64, zeros, inf and nan among them."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from cells.scaled import Scaled, magnitudes, shifted, stays_safe, sum_over_time, sums_of_products
from tests.cells.closeness import assert_whole_close
from tests.cells.exact import DIGITS, log10_norm, to_decimal

SEEDS = range(20)


def random_rows(seed, shape, far=5_000, zeros=0.2):
    """Scaled rows of sizes from 2^-far to 2^far, some of zeros that carry an exponent all the same."""
    rng = np.random.default_rng(seed)
    mantissa = rng.normal(size=shape) * (rng.random(shape[:-1]) > zeros)[..., None]
    return Scaled(mantissa, rng.integers(-far, far, shape[:-1]))


def exactly(rows):
    """The rows as decimals."""
    with localcontext(DIGITS):
        powers = np.frompyfunc(lambda k: Decimal(2) ** int(k), 1, 1)(rows.exponent)
        return to_decimal(rows.mantissa) * powers[..., None]


@pytest.mark.parametrize("seed", SEEDS)
def test_norms_are_right_at_any_magnitude(seed):
    rows = random_rows(seed, (30, 3))
    with localcontext(DIGITS):
        expected = np.array([log10_norm(row) for row in exactly(rows)])
    logs = rows.log10_norms()
    assert_array_equal(np.isneginf(logs), np.isneginf(expected))
    alive = np.isfinite(expected)
    assert np.abs(logs[alive] - expected[alive]).max() < 1e-11


def test_norms_of_squares_that_leave_float64_and_of_no_numbers():
    rows = np.array([[3e-200, 4e-200], [3e200, 4e200], [0.0, 0.0], [5e-324, 0.0], [np.inf, 1.0], [np.nan, 1.0]])
    logs = Scaled(rows).log10_norms()
    np.testing.assert_allclose(logs[:2], [np.log10(5) - 200, np.log10(5) + 200], rtol=1e-14)
    assert logs[2] == -np.inf and logs[4] == np.inf and np.isnan(logs[5])
    np.testing.assert_allclose(logs[3], np.log10(5e-324), rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shift_and_back_changes_no_bit(seed):
    rng = np.random.default_rng(seed)
    values, powers = rng.normal(size=(20, 4)), rng.integers(-900, 900, 20)
    assert_array_equal(shifted(shifted(values, powers), -powers), values)


def test_a_shift_out_of_float64_gives_0_or_inf():
    rows, powers = np.array([[1.0, -1.0]] * 2), np.array([-(10**12), 10**12])
    with np.errstate(all="raise"):
        assert_array_equal(shifted(rows, powers), [[0, -0.0], [np.inf, -np.inf]])
        assert_array_equal(shifted(rows.astype(complex), powers).real[0], [0, -0.0])


def test_magnitudes_bound_the_peak():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(500, 3)) * 2.0 ** rng.integers(-900, 900, 500)[:, None]
    k, peak = magnitudes(values), np.abs(values).max(axis=-1)
    assert (peak < 2.0**k).all() and (peak >= 2.0 ** (k - 1)).all()
    assert_array_equal(magnitudes(np.array([[0.0, 0.0], [np.inf, 1.0], [np.nan, 1.0]])), 0)


@pytest.mark.parametrize(("value", "fed", "safe"), [(1.0, True, True), (0.0, False, True), (0.0, True, False)])
def test_a_zero_is_safe_only_where_nothing_fed_it(value, fed, safe):
    assert stays_safe(np.full((1, 2), value), lambda: np.array([fed])) is safe


@pytest.mark.parametrize("value", [2.0**-710, 2.0**710, np.inf, np.nan])
def test_rows_near_the_end_of_float64_are_not_safe(value):
    assert not stays_safe(np.array([[1.0, 1.0], [value, 0.0]]), lambda: np.array([True, True]))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plain_array_beside_far_rows_keeps_both(seed):
    rows, plain = random_rows(seed, (30, 2), far=1_500), np.random.default_rng(seed).normal(size=(30, 2))
    total = rows.plus(plain)
    with localcontext(DIGITS):
        expected = exactly(rows) + to_decimal(plain)
        gaps = [log10_norm(row) for row in exactly(total) - expected]
        sizes = [log10_norm(row) for row in expected]
    assert (np.array(gaps) < np.array(sizes) - 14).all()


@pytest.mark.parametrize("settings", [(), (3,)])
@pytest.mark.parametrize("seed", SEEDS)
def test_sums_over_time_of_far_rows_are_right(seed, settings):
    """Only sums that float64 can hold are comparable: the two factors' sizes cancel but for a few bits."""
    right = random_rows(seed, (7, *settings, 2, 3))
    left = random_rows(seed + 100, (7, *settings, 2, 4))
    left = Scaled(left.mantissa, -right.exponent + np.random.default_rng(seed).integers(-9, 9, left.exponent.shape))
    (total,) = sums_of_products([left], right)
    with localcontext(DIGITS):
        products = exactly(left)[..., :, None] * exactly(right)[..., None, :]
        expected = products.sum(axis=(0, -3)).astype(float)
    assert_whole_close(total, expected, 1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plain_sum_over_time_of_far_rows_is_right(seed):
    rows = random_rows(seed, (9, 2, 3), far=900)
    with localcontext(DIGITS):
        expected = exactly(rows).sum(axis=(0, 1))
        gap, size = log10_norm(to_decimal(sum_over_time(rows)) - expected), log10_norm(expected)
    assert gap < size - 13
