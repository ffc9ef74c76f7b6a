"""One update of training: our loops with every step's norm, PyTorch's fused kernels, and its cells unrolled."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

from cells.activations import ACTIVATIONS
from cells.base import Recipe
from cells.registry import CELLS
from lab.history import flow_of
from lab.model import RecurrentNet
from lab.optimisation import clip_grads
from lab.parameters import FlatParameters
from lab.settings import LabSettings

from .report import record, table

TURNS, IN_A_ROW, CLASSES, CLIP = 15, 3, 10, 10.0
SIZES = (
    ("lstm", 30, 64, 128), ("rnn", 30, 64, 128), ("gru", 30, 64, 128),
    ("lstm", 50, 32, 64), ("lstm", 10, 128, 128), ("lstm", 100, 64, 64),
)  # fmt: skip
TARGETS = (
    "Targets: LSTM at T = 30, B = 64, H = 128 at most 1.6 × nn.LSTM's update, aim 1.5; never slower than LSTMCell "
    "unrolled.\n\nfloat32, one thread, processor seconds, medians of updates that take turns, three at a time. An "
    "update is forward, cross entropy of the last step, backward, clipping by norm and Adam; ours also leaves the norm "
    "of every state's gradient, the others leave none."
)


def main() -> None:
    """Measure, print and keep the table."""
    torch.set_num_threads(1)
    rows = [_row(*size) for size in SIZES]
    head = ("T, B, H", "ours, ms", "nn.*, ms", "unrolled, ms", "ours / nn.*", "ours / unrolled")
    record("lab", f"{table(head, rows)}\n\n{TARGETS}", ("numpy", "torch"))


def _row(cell: str, steps: int, batch: int, hidden: int) -> tuple:
    x, targets = torch.randn(steps, batch, CLASSES), torch.randint(CLASSES, (batch,))
    module, step = getattr(nn, cell.upper()), getattr(nn, f"{cell.upper()}Cell")
    ways = [
        _ours(cell, x, targets, hidden),
        _theirs(module(CLASSES, hidden), targets, hidden, lambda net: net(x)[0][-1]),
        _theirs(step(CLASSES, hidden), targets, hidden, lambda net: _unrolled(net, x)),
    ]
    ours, fused, unrolled = _turns(ways)
    times = (f"{ms:.1f}" for ms in (ours, fused, unrolled))
    return f"{cell} {steps}, {batch}, {hidden}", *times, f"{ours / fused:.2f}", f"{ours / unrolled:.2f}"


def _ours(name: str, x: Tensor, targets: Tensor, hidden: int) -> Callable[[], object]:
    """As lab.training does it."""
    kind = CELLS[name]
    cell = kind.build(kind.Options(), ACTIVATIONS["tanh"])
    params = cell.init_params(Recipe("pytorch", 1.0, 1.0, 0, 0, CLASSES, hidden, len(x)))
    readout = {"W_y": np.random.default_rng(0).normal(0, hidden**-0.5, (hidden, CLASSES)), "b_y": np.zeros(CLASSES)}
    net = RecurrentNet(cell, [params], readout).to(torch.float32)
    theta, settings = FlatParameters(net), LabSettings(clip=CLIP)
    adam = torch.optim.Adam([theta.vector], lr=1e-3)
    times = np.repeat(np.arange(1.0, len(x) + 1)[:, None], x.shape[1], axis=1)

    def update() -> object:
        theta.grad.zero_()
        nn.functional.cross_entropy(net.read_out(net(x, times).h[-1]), targets).backward()
        clip_grads(settings, theta.grad)
        adam.step()
        return [flow_of(norms, None) for norms in net.log10_norms().values()]

    return update


def _theirs(net: nn.Module, targets: Tensor, hidden: int, last: Callable[[nn.Module], Tensor]) -> Callable[[], object]:
    readout = nn.Linear(hidden, CLASSES)
    parameters = [*net.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(parameters, lr=1e-3)

    def update() -> None:
        adam.zero_grad()
        nn.functional.cross_entropy(readout(last(net)), targets).backward()
        nn.utils.clip_grad_norm_(parameters, CLIP)
        adam.step()

    return update


def _unrolled(net: nn.Module, x: Tensor) -> Tensor:
    state = None
    for row in x:
        state = net(row, state)
    return state[0] if isinstance(state, tuple) else state  # pyright: ignore[reportReturnType]


def _turns(ways: list[Callable[[], object]]) -> list[float]:
    """Median milliseconds of the processor for each way."""
    spent: list[list[float]] = [[] for _ in ways]
    for times, way in list(zip(spent, ways, strict=True)) * TURNS:
        way()
        start = time.process_time()
        for _ in range(IN_A_ROW):
            way()
        times.append(1e3 * (time.process_time() - start) / IN_A_ROW)
    return [median(times) for times in spent]


if __name__ == "__main__":
    main()
