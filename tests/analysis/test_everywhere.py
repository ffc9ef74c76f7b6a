"""Every measure for every cell, 1 to 4 layers, one sample, two steps: a record, or a sentence why not."""

import numpy as np
import pytest

from cells import analysis
from cells.analysis import DoesNotApply
from tests.analysis.nets import trace_of
from tests.cells.variants import FORMS

OF_A_LAYER = (
    "verdict",
    "key_numbers",
    "credit",
    "direct_and_recurrent",
    "path_split",
    "distributions",
    "measured_credit",
)
OF_A_RUN = ("lyapunov", "pascanu_bound", "closed_form", "eigenvalue_slope", "check_trace_gradients")
SHAPES = ({"batch": 1, "steps": 2}, {"batch": 2, "steps": 5, "loss": "all"}, {"batch": 1, "steps": 2, "hidden": 1})


CASES = [(form, 1 + (k + turn) % 4, shape) for k, form in enumerate(FORMS) for turn, shape in enumerate(SHAPES)]


@pytest.mark.parametrize(("form", "layers", "shape"), CASES, ids=str)
def test_every_measure_gives_a_record_or_says_why_not(form, layers, shape):
    trace = trace_of(form, layers, **shape)
    for name in OF_A_RUN:
        checked(getattr(analysis, name), trace)
    for layer in range(layers):
        for name in OF_A_LAYER:
            checked(getattr(analysis, name), trace, layer)
        for precision in ("float32", "bfloat16", "float16"):
            checked(analysis.low_precision, trace, precision, layer)
        for parameter in trace.layer(layer).param_grads:
            assert not np.isnan(analysis.shares(trace, parameter, layer).log10_norms).any()
        assert checked(analysis.grads_at_step, trace, 2, layer).parameters
        assert checked(analysis.graph, trace, 2, 0, layer).nodes
    assert checked(analysis.step_jacobian, trace, 1).matrix.shape == (analysis.lyapunov(trace).exponents.size,) * 2
    assert checked(analysis.long_jacobians, trace, [0]).log10_singular_values.shape[0] == 1
    checked(analysis.softmax_at, trace, 1)
    assert analysis.critical_scales(trace.settings) is not None
    assert len(analysis.parameter_counts(trace.settings)) == layers


def checked(measure, *args):
    """The measure's record; where it does not apply, a sentence."""
    try:
        found = measure(*args)
    except DoesNotApply as why:
        said = str(why)
        assert said[0].isupper() and said.endswith(".")
        return None
    assert found is not None
    return found


@pytest.mark.parametrize("name", OF_A_LAYER)
def test_a_layer_that_is_not_there_is_named(name):
    with pytest.raises(ValueError, match=r"layer = 2 is outside \[0, 1\]"):
        getattr(analysis, name)(trace_of("gru", 2), 2)


def test_nothing_changes_the_trace():
    trace = trace_of("phased", 2, loss="all")
    before = {name: array.copy() for name, array in trace.top.record.tape.items()}
    for name in (*OF_A_LAYER, *OF_A_RUN[:1]):
        getattr(analysis, name)(trace)
    analysis.grads_at_step(trace, 3)
    analysis.graph(trace, 3)
    tape = trace.top.record.tape
    assert tape.keys() == before.keys()
    assert all(np.array_equal(tape[name], before[name]) for name in before)
