"""A module that computes something else gives autograd's numbers or one sentence, never a number of another net."""

import numpy as np
import pytest
import torch
from torch import nn

from cells.torch_bridge import probe, trace_torch
from tests.cells.closeness import relative_gaps
from tests.cells.strange_modules import STRANGE, D, H

torch.set_num_threads(1)
T, B = 6, 2
RIGHT = {  # those that compute what their class says, or whose weights are made anew at each call
    "weight drop asleep",
    "own class, same equations",
    "own forward, same equations",
    "forward hook that only looks",
    "forward pre-hook on weights",
    "weight norm after a step",
    "weight norm",
    "spectral norm after a step",
    "spectral norm that iterates",
    "pruned after a step",
    "randomly pruned",
    "parametrised",
    "parametrised orthogonal",
    "parametrised spectral norm",
    "dropout asleep",
    "layers that share a weight",
    "compiled",
}


def task(module):
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(T, B, D, dtype=torch.float64, generator=generator)
    return x, torch.randn(T, B, H, dtype=torch.float64, generator=generator)


def by_autograd(module, x, d_out):
    """Output and dL/dx; a single cell is called step by step."""
    x = x.clone().requires_grad_()
    if isinstance(module, nn.RNNCellBase):
        state, outputs = None, []
        for row in x:
            state = module(row, state)
            outputs.append(state[0] if isinstance(state, tuple) else state)
        output = torch.stack(outputs)
    else:
        output = module(x)[0]
    (output * d_out).sum().backward()
    return output.detach().numpy(), x.grad.numpy()


def test_there_are_forty_and_more_of_them():
    assert len(STRANGE) >= 40 and set(STRANGE) > RIGHT


def slow_if_compiled(name):
    """PyTorch's compiler takes ten seconds to load."""
    return pytest.param(name, marks=[pytest.mark.slow] if "compiled" in name else [])


@pytest.mark.parametrize("name", [*map(slow_if_compiled, STRANGE)])
def test_a_strange_module_is_right_or_refused_in_one_sentence(name):
    module = STRANGE[name]()
    x, d_out = task(module)
    if name not in RIGHT:
        with pytest.raises(ValueError, match=r"^[^\n]{20,300}$"):
            trace_torch(module, x, d_out)
        return
    trace = trace_torch(module, x, d_out)
    output, d_x = by_autograd(module, x, d_out)
    assert np.max(relative_gaps(trace.outputs, output)) < 1e-6
    assert np.max(relative_gaps(trace.input_grads, d_x)) < 1e-6


def test_a_hook_on_all_modules_is_noticed():
    def louder(module, given, result):
        return (1.1 * result[0], result[1]) if isinstance(module, nn.RNN) else None

    module = nn.RNN(D, H, dtype=torch.float64)
    x, d_out = task(module)
    handle = nn.modules.module.register_module_forward_hook(louder)
    try:
        with pytest.raises(ValueError, match=r"its output differs by 0\.091 of its size"):
            trace_torch(module, x, d_out)
        with probe(module) as flow:
            (module(x)[0] * d_out).sum().backward()
        with pytest.raises(ValueError, match=r"its output differs by 0\.091 of its size"):
            _ = flow.traces["RNN"]
    finally:
        handle.remove()


def test_the_sentence_says_by_how_much():
    x, d_out = task(None)
    with pytest.raises(ValueError, match=r"Leaky computes something else than nn.RNN .* its output differs by \S+ of"):
        trace_torch(STRANGE["leaky"](), x, d_out)
