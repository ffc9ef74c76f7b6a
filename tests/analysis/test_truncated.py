"""Every measure follows the truncation of the run, or is about the way forward, which has none."""

import numpy as np
import pytest

from cells import run
from cells.analysis import (
    check_trace_gradients,
    closed_form,
    credit_matrix,
    grads_at_step,
    graph,
    log10_mean,
    low_precision,
    pascanu_bound,
    path_vectors,
    verdict,
)
from cells.analysis.gradcheck.autograd import checks
from cells.analysis.gradcheck.oracles import COMPLEX, QUOTIENT
from cells.analysis.gradient.direct_and_recurrent import recurrent
from cells.analysis.maps.quantity import QUANTITIES
from cells.sweeping import solve_stacked
from tests.analysis.nets import FORMS_AND_LAYERS, linear, trace_of
from tests.cells.closeness import assert_rows_close
from tests.cells.variants import settings_of

CUT = {"steps": 8, "truncation": 3}


@pytest.mark.parametrize(
    ("form", "layers"),
    [pytest.param(*case, marks=[] if case[1] < 3 else pytest.mark.slow) for case in FORMS_AND_LAYERS],
)
def test_oracles_agree_window_by_window(form, layers):
    trace = trace_of(form, layers, loss="all", **CUT)
    found = check_trace_gradients(trace)
    assert found.worst(COMPLEX) < 1e-11
    assert found.worst(QUOTIENT) < 1e-3
    assert max(check.difference for check in checks(run(trace.settings))) < 1e-11


def test_oracles_notice_a_wall_that_is_not_theirs():
    trace = trace_of("lstm", loss="all", steps=8)
    object.__setattr__(trace.network, "truncation", 3)  # the backward pass had none
    assert check_trace_gradients(trace).worst(COMPLEX) > 1e-3


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_a_row_of_the_credit_is_the_run_with_that_loss_alone(form, layers):
    settings = settings_of(form, layers=layers, loss="all", **CUT)
    for layer in range(layers):
        matrix = credit_matrix(settings, layer)
        for step in range(1, 9):
            alone = run(settings.replace(loss="chosen", loss_steps=(step,))).layer(layer)
            np.testing.assert_allclose(matrix[step - 1], log10_mean(alone.log10_grad_norms["h"])[1:], rtol=1e-12)
    assert np.isneginf(matrix[7, :6]).all() and np.isfinite(matrix[7, 6:]).all()


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_paths_and_parts_sum_to_the_total(form, layers):
    for layer in trace_of(form, layers, loss="all", **CUT).layers:
        for part in layer.state_names:
            total = sum(rows.plain() for rows in path_vectors(layer, part).values())
            assert_rows_close(total, layer.grads[part][:-1], 1e-10, f"{part} of {form}")
            back = recurrent(layer)[part].plain()
            assert_rows_close(back + layer.direct_grads[part], layer.grads[part], 1e-12, part)
            assert not back[[3, 6, 8]].any()


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_the_graph_hands_nothing_through_a_wall(form, layers):
    trace = trace_of(form, layers, loss="all", **CUT)
    for part in trace.state_names:
        assert not graph(trace, 4)[f"{part}_prev"].gradient.any()
    assert graph(trace, 5)["h_prev"].gradient.any()


@pytest.mark.parametrize(("form", "layers"), FORMS_AND_LAYERS)
def test_the_lens_sees_the_same_walls(form, layers):
    trace = trace_of(form, layers, loss="all", **CUT)
    for part, norms in low_precision(trace, "float64").log10_norms.items():
        np.testing.assert_allclose(norms, trace.log10_grad_norms[part], atol=1e-12)


def test_an_exercise_reaches_its_own_window_only():
    cut, whole = (trace_of("gru", loss="all", steps=8, truncation=K) for K in (3, 0))
    assert not grads_at_step(cut, 4)["W_hn"].through.any()
    assert grads_at_step(whole, 4)["W_hn"].through.any() and grads_at_step(cut, 5)["W_hn"].through.any()


def test_theory_ends_at_the_wall():
    trace = run(linear(0.5, 30, truncation=8))
    found = closed_form(trace)
    np.testing.assert_allclose(found.curve, found.measured, atol=1e-10)
    assert np.isneginf(found.curve[:25]).all() and np.isfinite(found.curve[25:]).all()
    bound = pascanu_bound(trace)
    assert np.isnan(bound.curve[:25]).all() and np.isfinite(bound.curve[25:]).all()


def test_the_verdict_says_how_far_a_loss_can_reach():
    said = verdict(run(linear(0.5, 50, truncation=10))).sentence
    assert said == (
        "Vanishing: each step back keeps 50 %; half is gone after 1 step; step 41 gets 2·10⁻³ of what step 50 gets. "
        "Truncated every 10 steps: the loss at step 50 reaches back to step 41."
    )
    last = verdict(run(linear(0.5, 48, truncation=10))).sentence
    assert last.endswith("the loss at step 48 reaches back to step 41, and no loss further than 10 steps.")
    alone = verdict(run(linear(0.5, 41, truncation=10)))
    assert alone.kind == "single" and alone.sentence.endswith(
        "the loss at step 41 reaches no other step, and no loss further than 10 steps."
    )
    none = verdict(run(linear(0.5, 20, truncation=50))).sentence
    assert none.endswith("Truncation to 50 steps cuts nothing: the sequence has 20.")
    many = verdict(run(linear(0.9, 50, truncation=10, loss="all"))).sentence
    assert many.endswith("the loss at step 50 reaches back to step 41, and no loss further than 10 steps.")


def test_the_maps_quantities_are_those_of_the_cut_run():
    points = [linear(g, 20, truncation=6) for g in (0.5, 0.9)]
    trace = solve_stacked(points)
    assert np.isneginf(QUANTITIES["ratio"].measure(trace, points, 0)).all()
    np.testing.assert_allclose(QUANTITIES["decay"].measure(trace, points, 0), [0.5, 0.9], rtol=1e-12)
