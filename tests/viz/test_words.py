"""Numbers read as people write them, at any magnitude."""

import numpy as np
import pytest

from cells.words import duration
from viz import words


@pytest.mark.parametrize(
    ("log10", "word"),
    [
        (np.log10(2e-3), "2·10⁻³"),
        (np.log10(2.24e-3), "2.2·10⁻³"),
        (np.log10(9.96e-4), "10⁻³"),
        (0.0, "1"),
        (np.log10(0.5), "0.5"),
        (np.log10(0.022), "0.022"),
        (np.log10(1234), "1234"),
        (np.log10(31.4), "31"),
        (-4000.0, "10⁻⁴⁰⁰⁰"),
        (5000.5, "3.2·10⁵⁰⁰⁰"),
        (-np.inf, "exactly 0"),
        (np.inf, "overflow"),
        (np.nan, "NaN"),
    ],
)
def test_a_number_given_by_its_logarithm_reads_as_one_writes_it(log10, word):
    assert words.from_log10(log10) == word


def test_many_numbers_read_as_each_alone():
    logs = np.concatenate([np.linspace(-12, 12, 97), [-np.inf, np.inf, np.nan]])
    assert words.from_log10s(logs) == [words.from_log10(log) for log in logs]


def test_words_are_right_to_two_digits():
    for log in np.random.default_rng(0).uniform(-300, 300, 500):
        mantissa, _, exponent = words.from_log10(log).partition("·10")
        if exponent:
            power = int(exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
            np.testing.assert_allclose(float(mantissa), 10 ** (log - power), rtol=0, atol=0.051)


@pytest.mark.parametrize(("value", "word"), [(0, "0"), (-0.25, "−0.25"), (1e6, "10⁶"), (np.inf, "overflow")])
def test_a_number_keeps_its_sign(value, word):
    assert words.number(value) == word


@pytest.mark.parametrize(("share", "word"), [(0.81, "81 %"), (0.004, "0.4 %"), (1.0, "100 %"), (2e-9, "2·10⁻⁷ %")])
def test_shares_read_as_percentages(share, word):
    assert words.percent(share) == word


@pytest.mark.parametrize(("count", "word"), [(1, "1 step"), (9999, "9999 steps"), (3.3, "3.3 steps"), (0, "0 steps")])
def test_steps_are_counted_in_full(count, word):
    assert words.steps(count) == word


@pytest.mark.parametrize(("value", "word"), [(0.875, "0.875"), (20000, "20000"), (-4.0, "−4")])
def test_a_setting_is_written_as_it_was_chosen(value, word):
    assert words.exact(value) == word


@pytest.mark.parametrize(
    ("count", "word"), [(2, "2nd"), (3, "3rd"), (10, "10th"), (11, "11th"), (21, "21st"), (113, "113th")]
)
def test_ordinals_end_as_they_are_spoken(count, word):
    assert words.ordinal(count) == word


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Theory's ρ(W_hg) = 1", "Theory's ρ(W<sub>hg</sub>) = 1"),
        ("|λ|_max and δh_T", "|λ|<sub>max</sub> and δh<sub>T</sub>"),
        ("dL/dr_on, λ_min and σ_max", "dL/dr<sub>on</sub>, λ<sub>min</sub> and σ<sub>max</sub>"),
        ("0.4 at h_t−1, a^f_t", "0.4 at h<sub>t−1</sub>, a<sup>f</sup><sub>t</sub>"),
        ("retain_grad(), weight_scale, phased_lstm", "retain_grad(), weight_scale, phased_lstm"),
        ("<b> & 1 < 2", "&lt;b&gt; &amp; 1 &lt; 2"),
    ],
)
def test_indices_of_symbols_are_set_low_and_nothing_else_is_markup(text, html):
    assert words.spelled(text) == html


@pytest.mark.parametrize(
    ("value", "word"),
    [(1.1234, "1.12"), (1.00524, "1.0052"), (1.5, "1.5"), (2, "2"), (3.41, "3.4"), (0.72, "0.72"), (1, "1")],
)
def test_a_factor_keeps_two_digits_of_what_exceeds_one(value, word):
    assert words.factor(np.log10(value)) == word


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "about 1 s"), (40, "about 40 s"), (170, "about 2.8 min"), (5400, "about 1.5 h"), (2.8e4, "about 7.8 h")],
)
def test_a_time_is_told_in_the_unit_that_fits(seconds, told):
    assert duration(seconds) == told
