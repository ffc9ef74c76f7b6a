"""Relative comparison only: an absolute tolerance would pass any vanished gradient."""

import numpy as np


def relative_gaps(got, expected) -> np.ndarray:
    """‖got - expected‖ / ‖expected‖ of each row of the last axis; 0 where both are 0, inf where one alone is."""
    got, expected = np.asarray(got), np.asarray(expected)
    peak = np.maximum(np.abs(expected).max(axis=-1, keepdims=True), np.abs(got).max(axis=-1, keepdims=True))
    peak = np.where(peak == 0, 1, peak)  # norms of rows brought to size 1: their squares neither vanish nor overflow
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.linalg.norm(got / peak - expected / peak, axis=-1)
        return np.where(gap == 0, 0, gap / np.linalg.norm(expected / peak, axis=-1))


def assert_rows_close(got, expected, rtol=1e-10, what="") -> None:
    """Each row of the last axis is within `rtol` of the expected one, measured by the expected row's own norm."""
    assert np.shape(got) == np.shape(expected), f"{what}: shape {np.shape(got)} instead of {np.shape(expected)}"
    gaps = relative_gaps(got, expected)
    worst = np.unravel_index(np.argmax(np.where(np.isnan(gaps), np.inf, gaps)), gaps.shape)
    assert gaps[worst] <= rtol, f"{what}: relative gap {gaps[worst]:.1e} at {tuple(map(int, worst))}"


def assert_whole_close(got, expected, rtol=1e-10, what="") -> None:
    """The array as one vector is within `rtol` of the expected one."""
    assert np.shape(got) == np.shape(expected), f"{what}: shape {np.shape(got)} instead of {np.shape(expected)}"
    assert_rows_close(np.ravel(got), np.ravel(expected), rtol, what)
