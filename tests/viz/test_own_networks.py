"""Figures of networks with weights of their own: where the loss sits, both directions, masked steps."""

import numpy as np
import pytest
import torch
from torch import nn

from cells.analysis import verdict
from cells.torch_bridge import trace_torch
from viz import flow

T, B, D, H = 8, 3, 2, 4


def traced(module=None, **more):
    torch.manual_seed(0)
    module = module or nn.LSTM(D, H, dtype=torch.float64)
    x, d_out = torch.randn(T, B, D), torch.zeros(T, B, H * (1 + module.bidirectional))
    d_out[-1] = 1.0
    return trace_torch(module, x, d_out, **more)


def marks(trace):
    return next(line for line in flow(trace).figure["data"] if line.get("name") == "loss")


def test_a_loss_on_the_last_step_alone_is_drawn_and_called_so():
    trace = traced()
    assert marks(trace)["x"] == [T]
    assert "every step" not in flow(trace).alt and "every step" not in verdict(trace).sentence
    assert verdict(trace).attached == 1


def test_a_loss_on_the_final_states_alone_sits_on_the_last_step():
    torch.manual_seed(0)
    module = nn.LSTM(D, H, 2, dtype=torch.float64)
    ones = torch.ones(2, B, H)
    trace = trace_torch(module, torch.randn(T, B, D), None, d_hx=(None, ones))
    assert marks(trace)["x"] == [T] and verdict(trace).attached == 1
    assert np.isfinite(verdict(trace, 0).log10_ratio)


@pytest.mark.parametrize("layers", [1, 2])
def test_each_direction_of_a_bidirectional_net_has_its_verdict_and_figure(layers):
    torch.manual_seed(0)
    trace = traced(nn.GRU(D, H, layers, bidirectional=True, dtype=torch.float64))
    back = trace.reverse
    assert marks(trace)["x"] == [T] and marks(back)["x"] == [1]
    assert verdict(trace, 0).credit.last == T and verdict(back).credit.last == 1


def test_the_last_loss_s_credit_is_traced_through_both_directions_and_the_final_states():
    """The loss at the last step alone, asked of the whole, is the run that has no other."""
    torch.manual_seed(0)
    module = nn.LSTM(D, H, 2, bidirectional=True, dtype=torch.float64)
    x, d_out, d_n = torch.randn(T, B, D), torch.randn(T, B, 2 * H), torch.randn(4, B, H)
    d_n[1::2] = 0  # the reverse direction ends at step 1
    alone = d_out.clone()
    alone[:-1] = 0
    one, other = (verdict(trace_torch(module, x, d, d_hx=(d_n, d_n)), 0) for d in (d_out, alone))
    assert one.attached == T and other.attached == 1
    assert one.credit.log10_ratio == pytest.approx(other.credit.log10_ratio, rel=1e-9)


def test_masked_steps_hand_the_gradient_on_and_the_figure_stands():
    mask = np.ones((T, B))
    mask[3:6] = 0
    trace = traced(mask=mask)
    assert np.array_equal(trace.grads["h"][3], trace.grads["h"][6])
    assert flow(trace).alt
