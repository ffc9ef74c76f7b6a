"""The graph of one step: its values, its gradients, its order, and its equations."""

import numpy as np
import pytest

from cells import run
from cells.analysis import graph
from tests.analysis.nets import FORMS_AND_LAYERS, linear, trace_of
from tests.cells.closeness import assert_rows_close
from tests.cells.variants import FORMS, settings_of


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_values_and_gradients_are_the_traces(form, layers):
    trace = trace_of(form, layers, loss="all")
    for index, layer in enumerate(trace.layers):
        found = graph(trace, 3, sample=1, layer=index)
        for part in layer.state_names:
            assert_rows_close(found[part].value, layer.states[part][3, 1], 1e-13)
            assert_rows_close(found[part].gradient, layer.grads[part][3, 1], 1e-11)
            assert_rows_close(found[f"{part}_prev"].value, layer.states[part][2, 1], 1e-13)
        drawn = {node.name for node in found.nodes}
        assert set(layer.gates) - drawn <= {"k"}  # a gate frozen open is no node: nothing depends on it
        for gate, opened in ((gate, opened) for gate, opened in layer.gates.items() if gate in drawn):
            assert_rows_close(found[gate].value, opened[2, 1], 1e-13)
        assert (found.step, found.sample, found.layer) == (3, 1, index)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_edges_carry_back_sums_to_the_nodes_gradients(form):
    found = graph(trace_of(form, loss="all"), 4)
    for node in found.nodes:
        back = [edge.gradient for edge in found.edges if edge.source == node.name]
        if node.name not in ("h", "c"):  # these also get what comes from outside the step
            assert_rows_close(np.sum(back, axis=0), node.gradient, 1e-12, node.name)


@pytest.mark.parametrize("form", FORMS)
def test_the_order_can_be_stepped_through(form):
    found = graph(trace_of(form), 2)
    names = [node.name for node in found.nodes]
    assert found.backward_order == tuple(names[::-1]) and names[-1] == "h"
    for edge in found.edges:
        assert names.index(edge.source) < names.index(edge.target)
        assert found[edge.source].column < found[edge.target].column
    assert len({(node.column, node.row) for node in found.nodes}) == len(names)


@pytest.mark.parametrize("form", FORMS)
def test_every_node_has_its_equations(form):
    found = graph(trace_of(form), 2)
    for node in found.nodes:
        assert (node.forward == "") == (node.kind == "leaf")
        assert node.kind == "leaf" or node.forward.startswith(f"{node.symbol} = ")
        assert node.backward.startswith(rf"\delta {node.symbol} = ")
        for text in (node.forward, node.backward):
            assert text.count("{") == text.count("}") and "+ -" not in text


def test_the_equations_are_those_of_the_books():
    lstm = graph(trace_of("lstm"), 2)
    assert lstm["c"].forward == r"c_t = f_t \odot c_{t-1} + i_t \odot g_t"
    assert lstm["c"].backward == r"\delta c_t = \text{step } t{+}1 + \delta v_t \odot \tanh'(c_t)"
    assert lstm["c_prev"].backward == r"\delta c_{t-1} = \delta c_t \odot f_t"
    gru = graph(trace_of("gru"), 2)
    assert gru["h"].forward == r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"
    assert gru["z"].backward == r"\delta z_t = -\delta h_t \odot n_t + \delta h_t \odot h_{t-1}"
    rnn = graph(trace_of("rnn residual"), 2)
    assert rnn["h_prev"].backward == r"\delta h_{t-1} = \delta h_t + \delta u_t\, W_{h}^\top"


@pytest.mark.parametrize("g", [0.2, 4.0])
def test_norms_are_right_far_outside_float64(g):
    trace = run(linear(g, 900, signal="constant"))
    found = graph(trace, 1)
    assert found["h"].log10_gradient == pytest.approx(trace.log10_grad_norms["h"][1, 0], rel=1e-12)
    late = graph(trace, 900)
    assert late["h"].log10_value == pytest.approx(trace.log10_state_norms["h"][900, 0], rel=1e-12)
    assert abs(found["h"].log10_gradient) > 500


def test_a_step_outside_the_run_is_named():
    with pytest.raises(ValueError, match="step = 6, sample = 0"):
        graph(run(settings_of("rnn")), 6)
