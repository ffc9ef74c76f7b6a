"""Metrics and critical weight scales: they are what the matrices say."""

import numpy as np
import pytest

from cells import RunSettings, run
from cells.activations import ACTIVATIONS
from cells.analysis import critical_scales, distributions, key_numbers
from cells.initialisers import INITIALISERS
from tests.analysis.nets import FORMS_AND_LAYERS, trace_of
from tests.cells.variants import FORMS, settings_of


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_radius_and_sigma_are_those_of_the_named_matrix(form, layers):
    for trace in (run(settings_of(form, layers=layers, weight_scale=0.7)), trace_of(form, layers)):
        for layer in range(layers):
            found = key_numbers(trace, layer)
            W = trace.layer(layer).params[found.matrix]
            assert W.shape == (3, 3)
            np.testing.assert_allclose(found.spectral_radius, np.abs(np.linalg.eigvals(W)).max(), rtol=1e-9)
            np.testing.assert_allclose(found.sigma_max, np.linalg.svd(W, compute_uv=False)[0], rtol=1e-12)


def test_a_gated_cells_matrix_is_its_candidates():
    names = {cell: key_numbers(run(RunSettings(cell=cell, steps=2))).matrix for cell in ("rnn", "gru", "lstm")}
    assert names == {"rnn": "W_h", "gru": "W_hn", "lstm": "W_hg"}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("init", INITIALISERS)
def test_marks_are_exact_for_the_matrix_drawn(init, activation):
    settings = RunSettings(init=init, activation=activation, hidden=24, steps=2, seed=5)
    marks = critical_scales(settings)
    assert [mark.value for mark in marks] == sorted(mark.value for mark in marks)
    assert all(0 <= mark.value <= 4 for mark in marks)
    for mark in marks:
        found = key_numbers(run(settings.replace(weight_scale=mark.value)))
        if mark.label.startswith("ρ"):
            np.testing.assert_allclose(found.gamma * found.spectral_radius, 1, rtol=1e-9)
        elif mark.label.startswith("σ"):
            np.testing.assert_allclose(found.gamma * found.sigma_max, 1, rtol=1e-9)
        else:
            assert activation in ("relu", "leaky_relu") and not mark.exact


def test_the_mean_gain_marks_hes_factor():
    """√2 for N(0, 1/H), 1 for He's own, √6 for U(-1/√H, 1/√H)."""
    for init, expected in (("gaussian", 2**0.5), ("orthogonal", 2**0.5), ("he", 1.0), ("pytorch", 6**0.5)):
        marks = critical_scales(RunSettings(init=init, activation="relu", hidden=200))
        (gain,) = [mark.value for mark in marks if mark.label.startswith("mean gain")]
        assert gain == pytest.approx(expected, rel=0.02)


def test_marks_outside_the_range_are_left_out_and_a_residual_net_has_none():
    labels = [mark.label for mark in critical_scales(RunSettings(activation="sigmoid", init="pytorch"))]
    assert labels == ["σ_max(W_h)·γ = 1"]  # ρ(W_h) is near 0.58: its mark lies near 6.9
    assert critical_scales(RunSettings(options={"residual": True})) == ()


def test_saturation_counts_the_flat_units():
    trace = run(RunSettings(weight_scale=4.0, hidden=20))
    slope = 1 - np.tanh(trace.pre_activations["u"]) ** 2
    assert key_numbers(trace).saturated["u"] == pytest.approx((slope < 0.1).mean())
    assert key_numbers(trace).saturated["u"] > key_numbers(run(RunSettings(weight_scale=0.5, hidden=20))).saturated["u"]


@pytest.mark.parametrize("form", FORMS)
def test_distributions_are_those_of_the_values(form):
    trace = trace_of(form, steps=6, batch=4)
    for found in distributions(trace):
        np.testing.assert_allclose(found.shares.sum(axis=1), 1)
        assert (np.diff(found.quantiles, axis=1) >= 0).all() and not found.lost.any()
        if found.quantity == "pre-activation":
            values = trace.pre_activations[found.name]
        elif found.quantity == "gate":
            values = trace.gates[found.name]
        else:
            continue
        middle = np.quantile(values.reshape(6, -1), 0.5, axis=1)
        np.testing.assert_allclose(found.quantiles[:, 2], middle, rtol=1e-12)
        inside = [np.histogram(row, found.edges)[0] for row in values.reshape(6, -1)]
        np.testing.assert_allclose(found.shares[:, 1:-1] * values[0].size, np.array(inside)[:, 1:-1], atol=1.01)
    expected = set(trace.pre_activations) | set(trace.gates) - {trace.top.cell.candidate}
    assert {d.name for d in distributions(trace)} == expected
