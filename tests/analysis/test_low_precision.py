"""The precision lens: where float64 reaches it tells the truth, and it ends where arithmetic says it must."""

import numpy as np
import pytest

from cells import run
from cells.analysis import low_precision
from tests.analysis.nets import FORMS_AND_LAYERS, linear, trace_of

COARSE = {"float64": 1e-12, "float32": 1e-5, "bfloat16": 0.1, "float16": 0.02}


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_within_its_range_every_format_agrees_to_its_digits(form, layers):
    trace = trace_of(form, layers, loss="all", loss_reduction="sum", weight_scale=1.0)
    for layer in range(layers):
        for precision, digits in COARSE.items():
            seen = low_precision(trace, precision, layer)
            assert seen.lost is None
            for part, truth in trace.layer(layer).log10_grad_norms.items():
                alive = truth > -2.5
                np.testing.assert_allclose(seen.log10_norms[part][alive], truth[alive], atol=digits)


@pytest.mark.parametrize(
    ("precision", "g", "last"),
    [("float32", 0.5, -75), ("float32", 2.0, 64), ("float64", 0.5, -538), ("float64", 2.0, 512), ("float16", 0.5, -25)],
)
def test_a_format_ends_where_its_squares_do(precision, g, last):
    """A factor g a step: the sum of squares in float32 ends where the norm passes 2^-75 or 2^64."""
    steps = abs(last) + 40
    trace = run(linear(g, steps, hidden=2, batch=1, signal="impulse", impulse_step=steps))  # states stay small
    seen, truth = low_precision(trace, precision), trace.log10_grad_norms["h"][:, 0] / np.log10(2)
    assert truth[seen.lost] == pytest.approx(last, abs=2)
    rest = seen.log10_norms["h"][: seen.lost + 1]
    assert (np.isneginf(rest) if g < 1 else ~np.isfinite(rest)).all()


def test_nothing_is_lost_where_the_truth_is_zero_too():
    trace = run(linear(1.0, 20).replace(weight_scale=0.0))
    assert low_precision(trace, "float16").lost is None


def test_an_unknown_format_is_named():
    with pytest.raises(ValueError, match="precision = 'float8' is none of float64, float32, bfloat16, float16"):
        low_precision(trace_of("rnn"), "float8")
