"""The losses' slopes, also where the softmax is all but certain."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from cells.losses import CrossEntropy, SquaredError
from cells.scaled import Scaled
from tests.cells.closeness import assert_rows_close
from tests.cells.exact import DIGITS

EPS = 1e-30


@pytest.mark.parametrize("loss", [SquaredError(), CrossEntropy()], ids=["squared error", "cross entropy"])
def test_a_slope_is_the_complex_step_of_the_value(loss):
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(5, 3, 4)), np.eye(4)[rng.integers(4, size=(5, 3))]
    slope = loss.slope(Scaled(logits), targets).mantissa
    steps = [loss.value(Scaled(logits + 1j * EPS * one), targets).imag / EPS for one in np.eye(4)]
    assert_rows_close(slope, np.stack(steps, axis=-1), 1e-13)


@pytest.mark.parametrize("lead", [1.0, 20.0, 40.0, 300.0])
def test_a_nearly_certain_softmax_keeps_the_digits_of_its_slope(lead):
    logits = np.array([lead, 0.0, -1.0])
    with localcontext(DIGITS):
        powers = [Decimal(float(v)).exp() for v in logits]
        p = [power / sum(powers) for power in powers]
        expected = [-float(p[1] + p[2]), float(p[1]), float(p[2])]  # p - 1 would need more than 40 digits
    slope = CrossEntropy().slope(Scaled(logits), np.array([1.0, 0.0, 0.0])).mantissa
    assert_rows_close(slope, np.array(expected), 1e-13)


def test_logits_beyond_float64_give_a_finite_slope():
    with np.errstate(over="ignore", under="ignore"):
        slope = CrossEntropy().slope(
            Scaled(np.array([[1.0, -1.0, 0.5]]), np.array([3_000])), np.array([[0.0, 1.0, 0.0]])
        )
    np.testing.assert_array_equal(slope.mantissa, [[1.0, -1.0, 0.0]])
