"""`trace_torch` is autograd, to 1e-10, for every combination of module, depth, direction and argument."""

import random
from itertools import product

import pytest
import torch
from torch import nn

from cells.torch_bridge import torch_grads
from tests.cells.closeness import assert_rows_close, assert_whole_close
from tests.cells.unrolled import Task, Unrolled, traced

torch.set_num_threads(1)
T, B, D, H = 5, 3, 2, 4
MODULES = {"tanh": (nn.RNN, {}), "relu": (nn.RNN, {"nonlinearity": "relu"}), "gru": (nn.GRU, {}), "lstm": (nn.LSTM, {})}
SWITCHES = ("bidirectional", "batch_first", "bias", "hx", "d_hx", "lengths", "mask")
EVERY = list(product(MODULES, (1, 2, 3), *[(False, True)] * len(SWITCHES)))  # 4 · 3 · 2⁷ = 1,536
SOME = random.Random(0).sample(EVERY, 60)


def made(name: str, layers: int, on: dict[str, bool]) -> tuple[nn.RNNBase, Task]:
    torch.manual_seed(layers)
    kind, more = MODULES[name]
    more = more | {key: on[key] for key in ("bidirectional", "batch_first", "bias")}
    ways, parts = 1 + on["bidirectional"], 2 if name == "lstm" else 1

    def draw(*shape):
        return torch.randn(*shape, dtype=torch.float64)

    def states():
        return tuple(draw(layers * ways, B, H) for _ in range(parts))

    return kind(D, H, layers, dtype=torch.float64, **more), Task(
        x=draw(T, B, D),
        d_out=draw(T, B, ways * H),
        hx=states() if on["hx"] else None,
        d_hx=states() if on["d_hx"] else None,
        lengths=[T, 2, 4] if on["lengths"] else None,
        mask=torch.rand(T, B) < 0.7 if on["mask"] else None,
    )


def check(name: str, layers: int, *switches: bool) -> None:
    module, task = made(name, layers, dict(zip(SWITCHES, switches, strict=True)))
    check_task(module, task)


def check_task(module: nn.RNNBase, task: Task) -> None:
    trace, truth = traced(module, task), Unrolled(module, task)
    for (layer, reverse), way in truth.ways.items():
        ours = trace.layer(layer, reverse)
        for part, states in way.states.items():
            what = f"{part} of layer {layer}{' reversed' if reverse else ''}"
            assert_rows_close(ours.states[part], torch.stack(states).detach(), what=what)
            if part == "h":
                grads = [torch.zeros_like(one) if one.grad is None else one.grad for one in states]
                assert_rows_close(ours.grads[part], torch.stack(grads), what=f"grads of {what}")
    assert_rows_close(trace.outputs, truth.output.detach())
    assert_rows_close(trace.input_grads, truth.x.grad, what="input_grads")
    for part, start in truth.start.items():
        assert_rows_close(trace.start_grads[part], start.grad, what=f"start_grads of {part}")
    assert_whole_close([trace.loss], [truth.loss().item()], 1e-12, "loss")
    grads = torch_grads(trace)
    for name, weight in module.named_parameters():
        assert_whole_close(grads[name], weight.grad, what=f"grad of {name}")


@pytest.mark.parametrize("combination", SOME, ids=lambda c: "-".join(map(str, c)))
def test_every_state_and_gradient_is_autograd_s(combination):
    check(*combination)


@pytest.mark.slow
@pytest.mark.parametrize("combination", EVERY, ids=lambda c: "-".join(map(str, c)))
def test_every_state_and_gradient_is_autograd_s_in_every_combination(combination):
    check(*combination)


def test_the_sample_has_every_value_of_every_choice():
    assert [len(set(values)) for values in zip(*SOME, strict=True)] == [4, 3, *[2] * len(SWITCHES)]


@pytest.mark.parametrize("field", ["hx", "d_hx", "lengths", "mask"])
def test_the_check_fails_where_an_argument_is_left_out(field, monkeypatch):
    module, task = made("lstm", 2, dict.fromkeys(SWITCHES, True))
    truth = Unrolled(module, task)
    monkeypatch.setattr("tests.cells.test_bridge_laws.Unrolled", lambda *_: truth)
    setattr(task, field, None)
    with pytest.raises(AssertionError, match=r"relative gap"):
        check_task(module, task)


def test_the_gradient_of_c_counts_its_way_through_h():
    module, task = made("lstm", 1, dict.fromkeys(SWITCHES, False) | {"d_hx": True})
    trace = traced(module, task)
    o, c = trace.gates["o"][-1], torch.tensor(trace.states["c"][-1])
    d_h = task.d_hx[0][0].numpy() + task.d_out[-1].numpy()
    d_c = task.d_hx[1][0].numpy() + d_h * o * (1 - torch.tanh(c) ** 2).numpy()
    for grads in (trace.grads, trace.direct_grads):
        assert_rows_close(grads["h"][-1], d_h)
        assert_rows_close(grads["c"][-1], d_c)
