"""The graph of a step checks the cell's own loops and is checked by them; its paths sum to the whole gradient."""

from dataclasses import replace

import numpy as np
import pytest

from cells import run
from cells.activations import ACTIVATIONS
from cells.analysis import DoesNotApply, direct_and_recurrent, path_split, path_vectors, paths
from cells.analysis.gradient.direct_and_recurrent import from_later, recurrent
from cells.analysis.step_graph.cell_graphs import wiring
from cells.analysis.step_graph.paths import step_pass
from cells.base import Cell
from cells.vanilla import Vanilla
from tests.analysis.nets import FORMS_AND_LAYERS, closed, linear, trace_of
from tests.cells.closeness import assert_rows_close
from tests.cells.variants import FORMS, settings_of

LOSSES = ({"loss": "last"}, {"loss": "all"}, {"loss": "chosen", "loss_steps": (2, 4)})


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("form", "layers"), [(form, 1 + k % 4) for k, form in enumerate(FORMS)])
def test_paths_sum_to_the_total_gradient(form, layers, activation):
    loss = LOSSES[(layers + list(ACTIVATIONS).index(activation)) % 3]
    for layer in trace_of(form, layers, activation=activation, **loss).layers:
        for part in layer.state_names:
            total = sum(rows.plain() for rows in path_vectors(layer, part).values())
            assert_rows_close(total, layer.grads[part][:-1], 1e-10, f"{part} of {form}")


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_the_graph_computes_what_the_cell_computes(form, layers):
    trace = trace_of(form, layers, loss="all")
    for layer in trace.layers:
        done, tape = step_pass(layer), layer.record.tape
        for name in (*layer.state_names, *layer.gates, *(f"a_{gate}" for gate in layer.gates)):
            expected = tape[name][1:] if name in layer.state_names else layer.gates.get(name)
            expected = layer.pre_activations.get(name[2:]) if expected is None else expected
            if name in done.values:
                assert_rows_close(done.values[name], expected, 1e-13, name)
        for part, rows in from_later(layer).items():
            assert_rows_close(done.gradients[f"{part}_prev"], rows.mantissa, 1e-12, f"back to {part}")


@pytest.mark.parametrize("form", [form for form in FORMS if not form.startswith("gru")])
def test_the_graphs_sums_have_the_pre_activation_gradients(form):
    layer = trace_of(form, loss="all").top
    done = step_pass(layer)
    blocks = np.split(layer.record.delta.mantissa, layer.cell.delta_blocks, axis=-1)
    names = ["u"] if layer.cell.blocks == 1 else [f"a_{gate}" for gate in layer.cell.pre_activations]
    for name, block in zip(names, blocks[: len(names)], strict=True):
        assert_rows_close(done.gradients[name], block, 1e-12, name)


def without_a_way(nodes):
    """The graph with the first of its ways into the past cut."""
    place = next(k for k, node in enumerate(nodes) if len(node.terms) > 1 and any(term.path for term in node.terms))
    kept = tuple(term for term in nodes[place].terms if not term.path)
    return (*nodes[:place], replace(nodes[place], terms=kept), *nodes[place + 1 :])


@pytest.mark.parametrize("form", FORMS)
def test_a_graph_without_one_of_its_ways_is_caught(form, monkeypatch):
    layer = trace_of(form, loss="all").top
    torn = without_a_way(wiring(layer.cell))
    monkeypatch.setattr(type(layer.cell), "step_graph", lambda cell: torn)
    total = sum(rows.plain() for rows in path_vectors(layer, "h").values())
    with pytest.raises(AssertionError):
        assert_rows_close(total, layer.grads["h"][:-1], 1e-10)


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_shares_lie_between_0_and_1_and_sum_to_1(form, layers):
    trace = trace_of(form, layers, loss="all", steps=7)
    for index in range(layers):
        for part in trace.layer(index).state_names:
            split = path_split(trace, index, part)
            shares = np.array(list(split.shares.values()))
            np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-12)
            assert shares.shape[1] == 7 and (shares >= 0).all()
            assert (split.kept > 0).all() and (split.kept <= 1 + 1e-12).all()
            assert split.labels.keys() == split.shares.keys()
    assert paths(trace).keys() == path_split(trace, layers - 1, trace.top.state_names[-1]).shares.keys()


def test_shares_of_several_ways_are_the_norms_of_those_ways():
    trace = trace_of("lstm", loss="all")
    norms = {name: np.linalg.norm(rows.plain(), axis=-1) for name, rows in path_vectors(trace.top, "c").items()}
    total = sum(norms.values())
    for name, share in paths(trace).items():
        np.testing.assert_allclose(share, (norms[name] / total).mean(axis=-1), rtol=1e-11)


@pytest.mark.parametrize("g", [0.2, 4.0])
def test_shares_are_right_far_outside_float64(g):
    trace = run(linear(g, 900, options={"residual": False}))
    split = path_split(trace)
    np.testing.assert_allclose(split.shares["recurrent"], 1, rtol=1e-12)
    assert not split.shares["output"].any()
    logs = split.log10_norms["recurrent"]
    np.testing.assert_allclose(logs, logs[-1] + np.log10(g) * np.arange(899, -1, -1), rtol=1e-11)
    assert abs(logs[0]) > 500


def test_a_closed_time_gate_carries_everything():
    split = path_split(run(closed(steps=6)), part="h")
    assert split.shares["closed_gate"].tolist() == [1.0] * 6


def test_the_skip_connection_carries_the_gradient_whole():
    trace = trace_of("rnn residual", loss="last")
    skip = path_vectors(trace.top, "h")["skip"].plain()
    assert_rows_close(skip, trace.grads["h"][1:], 1e-14)


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_total_is_direct_plus_recurrent(form, layers):
    for loss in LOSSES:
        trace = trace_of(form, layers, **loss)
        for index, layer in enumerate(trace.layers):
            for part, later in recurrent(layer).items():
                whole = later.plain() + layer.direct_grads[part]
                assert_rows_close(whole, layer.grads[part], 1e-11, part)
                found = direct_and_recurrent(trace, index, part)
                np.testing.assert_allclose(10.0**found.recurrent, 10.0 ** later.log10_norms(), rtol=1e-12, atol=0)
                np.testing.assert_allclose(10.0**found.total, np.linalg.norm(layer.grads[part], axis=-1), rtol=1e-12)


def test_retain_grad_would_show_the_direct_part_alone():
    """The standard trap: with the loss on the last step it is exactly 0 before."""
    means = direct_and_recurrent(trace_of("lstm", loss="last")).means()
    assert np.isneginf(means["direct"][:-1]).all() and np.isfinite(means["direct"][-1])
    assert np.isneginf(means["recurrent"][-1]) and np.isfinite(means["recurrent"][1:-1]).all()


def test_a_part_the_cell_does_not_have_is_named():
    trace = trace_of("gru")
    for measure in (path_split, direct_and_recurrent):
        with pytest.raises(ValueError, match="part = 'c' is none of h"):
            measure(trace, 0, "c")


def test_a_cell_without_a_graph_says_so():
    class Other(Vanilla):
        label = "Other"
        step_graph = Cell.step_graph

    with pytest.raises(DoesNotApply, match="The cell Other has no computational graph"):
        wiring(Other(Vanilla.Options(), ACTIVATIONS["tanh"]))


def test_a_dead_gradient_has_no_shares():
    trace = run(settings_of("rnn", weight_scale=0.0))
    assert np.isnan(np.array(list(paths(trace).values()))).all()
    assert np.isneginf(path_split(trace).log10_norms["recurrent"]).all()
