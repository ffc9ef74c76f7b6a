"""One setting taken out of a batched pass is the single run."""

import numpy as np
import pytest

from cells import CELLS, RunSettings, run
from cells.select_setting import select_setting
from cells.sweeping import solve_stacked

AXES = {
    "rnn": {"weight_scale": [0.0, 0.5, 3.0], "seed": [0, 1, 2]},
    "gru": {"weight_scale": [0.5, 1.0, 4.0], "scale_inputs": [False, True, True]},
    "lstm": {"forget_bias": [-2.0, 0.0, 5.0], "loss": ["last", "all", "last"]},
    "phased_lstm": {"open_ratio": [0.01, 0.3, 1.0], "leak": [0.0, 0.5, 1.0]},
}
ANY = AXES["rnn"]  # of a cell whose own knobs are not listed
BASE = {"steps": 23, "hidden": 5, "batch": 3}
VARIANTS = [{}, {"layers": 3, "loss": "all"}, {"activation": "relu", "weight_scale": 3.0, "steps": 300}]


def points(cell, variant):
    base = RunSettings(cell=cell, **(BASE | variant))
    axes = AXES.get(cell, ANY)
    return [base.replace(**dict(zip(axes, values, strict=True))) for values in zip(*axes.values(), strict=True)]


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=0)


@pytest.mark.parametrize("variant", VARIANTS, ids=["plain", "three layers", "far"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_setting_taken_out_of_a_pass_is_its_single_run(cell, variant):
    settings = points(cell, variant)
    together = solve_stacked(settings)
    for place, point in enumerate(settings):
        taken, single = select_setting(together, place, point), run(point)
        assert taken.settings == point
        close(taken.loss_weights, single.loss_weights)
        close(taken.step_losses, single.step_losses)
        close(taken.loss, single.loss)
        for layer, alone in zip(taken.layers, single.layers, strict=True):
            compare(layer, alone)


def compare(layer, alone):
    for name in ("log10_grad_norms", "log10_direct_norms", "log10_state_norms"):
        for part, norms in getattr(alone, name).items():
            np.testing.assert_allclose(getattr(layer, name)[part], norms, rtol=0, atol=1e-11)
    for gate, opening in alone.gates.items():
        np.testing.assert_allclose(layer.gates[gate], opening, rtol=1e-10, atol=1e-300)
    for name, params in alone.params.items():
        close(layer.params[name], params)
    assert layer.cell.options == alone.cell.options


def test_the_comparison_can_fail():
    settings = points("lstm", {})
    together = solve_stacked(settings)
    with pytest.raises(AssertionError):
        compare(select_setting(together, 1, settings[1]).top, run(settings[0]).top)


def test_what_is_measured_of_it_is_what_is_measured_of_the_single_run():
    from cells.analysis import key_numbers, verdict

    for cell in CELLS:
        settings = points(cell, {"loss": "all"})
        together = solve_stacked(settings)
        for place, point in enumerate(settings):
            taken, single = select_setting(together, place, point), run(point)
            assert verdict(taken).sentence == verdict(single).sentence
            assert key_numbers(taken).spectral_radius == pytest.approx(key_numbers(single).spectral_radius, rel=1e-12)
