"""The checks can fail: a backward step that is wrong by 0.1 % in one place only is caught by every oracle."""

import pytest
import torch

from cells import CELLS
from tests.cells.test_gradients import check_against_autograd, check_against_complex_step
from tests.cells.test_torch_bridge import MODULES, check_against_module
from tests.cells.variants import FORMS, settings_of

torch.set_num_threads(1)


def kind_of(form):
    settings = settings_of(form)
    return type(CELLS[settings.cell].build(settings.options, None))


def faults_of(kind):
    """Every place of a step back that can be wrong: each part it carries, each block of pre-activation gradients."""
    return [("d_prev", k) for k in range(len(kind.state_names))] + [("delta", k) for k in range(kind.delta_blocks)]


def plant(monkeypatch, kind, fault):
    """Make one place of the cell's step back too large by 0.1 %."""
    place, k = fault
    right = kind.backward_step

    def wrong(self, params, derivatives, d_next, d_prev, delta):
        right(self, params, derivatives, d_next, d_prev, delta)
        block = d_prev[k] if place == "d_prev" else delta[k - self.delta_blocks]
        block *= 1.001

    monkeypatch.setattr(kind, "backward_step", wrong)


CASES = [(form, fault) for form in FORMS for fault in faults_of(kind_of(form))]


@pytest.mark.parametrize("check", [check_against_autograd, check_against_complex_step])
@pytest.mark.parametrize(("form", "fault"), CASES)
def test_a_step_wrong_by_a_thousandth_is_caught(monkeypatch, check, form, fault):
    settings = settings_of(form, layers=2, loss="all")
    check(settings)
    plant(monkeypatch, kind_of(form), fault)
    with pytest.raises(AssertionError, match="relative gap"):
        check(settings)


@pytest.mark.parametrize(
    ("name", "fault"), [(name, fault) for name in MODULES for fault in faults_of(CELLS[MODULES[name].cell])]
)
def test_a_step_wrong_by_a_thousandth_differs_from_the_module(monkeypatch, name, fault):
    check_against_module(name, layers=2)
    plant(monkeypatch, CELLS[MODULES[name].cell], fault)
    with pytest.raises(AssertionError, match="relative gap"):
        check_against_module(name, layers=2)
