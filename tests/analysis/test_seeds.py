"""Many runs in batched passes: verdicts, credits and fans are those of the single runs."""

import numpy as np
import pytest

from cells import CELLS, RunSettings, run
from cells.analysis import log10_mean, verdict
from cells.analysis.ensemble.seeds import fan, verdicts
from cells.analysis.gradient.last_credits import last_credits
from cells.analysis.gradient.vjp import attached, last_credit
from cells.sweeping import solve_stacked

SMALL = {"steps": 9, "hidden": 4, "batch": 3}


def mixed(cell):
    """Runs of one cell that attach their losses at different steps."""
    base = RunSettings(cell=cell, **SMALL)
    losses = [
        {"loss": "last"},
        {"loss": "all"},
        {"loss": "chosen", "loss_steps": (2, 5)},
        {"loss": "chosen", "loss_steps": (3,)},
    ]
    return [base.replace(seed=seed, **loss) for seed, loss in enumerate(losses)]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_credits_side_by_side_are_each_runs_own(cell, layers):
    points = [point.replace(layers=layers) for point in mixed(cell)]
    found, last = last_credits(solve_stacked(points), 0)
    for k, point in enumerate(points):
        trace = run(point)
        alone = last_credit(trace, 0).log10_grad_norms["h"]
        assert last[k] == attached(trace)[-1]
        np.testing.assert_allclose(found.log10_grad_norms["h"][:, k], alone, rtol=0, atol=1e-11)


def test_verdicts_come_in_the_order_of_the_runs():
    base = RunSettings(**SMALL)
    points = [base.replace(cell=cell, activation=a) for a in ("tanh", "relu") for cell in CELLS]
    told = []
    found = verdicts(points, report=told.append)
    assert [one.sentence for one in found] == [verdict(run(point)).sentence for point in points]
    assert told[-1] == 1


@pytest.mark.parametrize("cell", CELLS)
def test_a_fan_holds_each_draws_curves_and_verdict(cell):
    settings = RunSettings(cell=cell, layers=2, **SMALL)
    found = fan(settings, range(3, 8), layer=0)
    assert found.seeds == (3, 4, 5, 6, 7)
    for k, seed in enumerate(found.seeds):
        trace = run(settings.replace(seed=seed))
        assert found.verdicts[k].sentence == verdict(trace, 0).sentence
        for part in trace.layer(0).state_names:
            grads, states = trace.layer(0).log10_grad_norms[part], trace.layer(0).log10_state_norms[part]
            np.testing.assert_allclose(found.grads[part][k], log10_mean(grads), rtol=0, atol=1e-11)
            np.testing.assert_allclose(found.states[part][k], log10_mean(states), rtol=0, atol=1e-11)
