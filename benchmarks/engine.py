"""The engine against PyTorch: unrolled with every state's gradient kept, fused modules, many settings in one pass."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from torch import nn

from benchmarks.report import record, table
from cells import RunSettings, sweep
from cells.engine import solve
from cells.network import build
from cells.torch_bridge import to_torch, torch_grads
from cells.trace import Trace

TURNS, IN_A_ROW, SWEEPS, SETTINGS = 7, 5, 3, 256
CELLS = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}
SIZES = (("rnn", 50, 32, 8), ("rnn", 50, 32, 32), ("rnn", 50, 32, 64), ("gru", 100, 32, 64), ("lstm", 100, 32, 64))
TARGETS = (
    "Targets: LSTM at T = 100, B = 32, H = 64 at least 3 × as fast as unrolled autograd and faster than fused nn.LSTM; "
    "rnn at H ≤ 64 at least 5 ×; 256 settings in one sweep at least 20 × a setting.\n\n"
    "float64, one thread, medians of runs that take turns, five at a time; loss on the last step. Ours and unrolled: "
    "every dL/dh_t and all parameter gradients; fused: no gradient of a step; products alone: the three recurrent "
    "matrix products of every step, without which no way can do. A sweep gives the norms of every state and gradient, "
    "and no parameter gradients; it keeps two threads busy."
)


def main() -> None:
    """Measure, print and keep the tables."""
    torch.set_num_threads(1)
    rows = [_against_torch(*size) for size in SIZES]
    times = ("ours, ms", "unrolled, ms", "fused, ms", "products alone, ms")
    head = ("T, B, H", *times, "unrolled / ours", "fused / ours", "unrolled / products", "differs by")
    batched = [_batched(cell) for cell in ("rnn", "lstm")]
    many = (f"{SETTINGS} settings, T = 100, B = 8, H = 32", "a setting, ms", "unrolled, ms", "unrolled / ours")
    record("engine", f"{table(head, rows)}\n\n{table(many, batched)}\n\n{TARGETS}", ("numpy", "torch"))


def _against_torch(cell: str, steps: int, batch: int, hidden: int) -> tuple:
    settings = RunSettings(cell=cell, steps=steps, batch=batch, hidden=hidden)
    network = build(settings)
    trace = solve(network, settings)
    ways = [lambda: _ours(network, settings), _unrolled(trace), _fused(trace), _products(trace)]
    ours, theirs, fused, floor = _turns(ways, TURNS, IN_A_ROW)
    difference = _difference(trace)
    name = f"{cell} {steps}, {batch}, {hidden}"
    times = (f"{ms:.2f}" for ms in (ours, theirs, fused, floor))
    return name, *times, f"{theirs / ours:.1f}", f"{fused / ours:.1f}", f"{theirs / floor:.1f}", f"{difference:.0e}"


def _batched(cell: str) -> tuple:
    settings = RunSettings(cell=cell, steps=100, batch=8, hidden=32)
    scales = np.linspace(0.2, 1.8, 16).tolist()
    alone = _unrolled(solve(build(settings), settings))
    grid, single = _turns([lambda: sweep(settings, weight_scale=scales, seed=range(16)), alone], SWEEPS)
    return cell, f"{grid / SETTINGS:.3f}", f"{single:.2f}", f"{single * SETTINGS / grid:.1f}"


def _turns(ways: list[Callable[[], object]], turns: int, in_a_row: int = 1) -> list[float]:
    """Median milliseconds of each way; a few runs of each in turn, after one that is not counted."""
    times: list[list[float]] = [[] for _ in ways]
    for spent, way in list(zip(times, ways, strict=True)) * turns:
        way()
        for _ in range(in_a_row):
            start = time.perf_counter()
            way()
            spent.append(1e3 * (time.perf_counter() - start))
    return [median(spent) for spent in times]


def _ours(network, settings: RunSettings) -> Trace:
    trace = solve(network, settings)
    assert trace.param_grads
    return trace


def _products(trace: Trace) -> Callable[[], None]:
    """Return the floor: the recurrent matrix products of one way there and back, and nothing else."""
    h, delta, W = trace.states["h"][:-1], trace.layer(0).record.delta.mantissa, trace.params["W_h"]
    columns = W.shape[-1]
    forward, back = np.empty_like(delta[0, :, :columns]), np.empty_like(h[0])
    rows = np.ascontiguousarray(h).reshape(-1, h.shape[-1]), np.ascontiguousarray(delta[..., :columns])

    def way() -> None:
        for t in range(len(h)):
            np.matmul(h[t], W, forward)
        for t in range(len(h)):
            np.matmul(delta[t, :, :columns], W.T, back)
        np.matmul(rows[0].T, rows[1].reshape(-1, columns))

    return way


def _unrolled(trace: Trace) -> Callable[[], tuple[nn.Module, list]]:
    """PyTorch's own cell, step by step, keeping the gradient of every state."""
    module = to_torch(trace)
    kind = CELLS[trace.settings.cell]
    cell = kind(module.input_size, module.hidden_size, dtype=torch.float64)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in module.state_dict().items()})
    return lambda: _walk(cell, trace)


def _walk(cell: nn.Module, trace: Trace) -> tuple[nn.Module, list]:
    cell.zero_grad()
    state, kept = None, []
    for x in torch.tensor(trace.inputs):
        state = cell(x, state)
        parts = state if isinstance(state, tuple) else (state,)
        for part in parts:
            part.retain_grad()
        kept.append(parts)
    _loss(kept[-1][0], trace).backward()
    return cell, kept


def _fused(trace: Trace) -> Callable[[], object]:
    module, x = to_torch(trace), torch.tensor(trace.inputs)

    def way() -> nn.Module:
        module.zero_grad()
        _loss(module(x)[0][-1], trace).backward()
        return module

    return way


def _loss(h: torch.Tensor, trace: Trace) -> torch.Tensor:
    """Return the batch mean of the last step's squared error."""
    readout = {name: torch.tensor(value) for name, value in trace.network.readout.items()}
    gap = h @ readout["W_y"] + readout["b_y"] - torch.tensor(trace.targets[-1])
    return (gap**2).sum(dim=-1).mean()


def _difference(trace: Trace) -> float:
    """Return largest relative difference of dL/dh_t and of the parameters' gradients."""
    cell, kept = _unrolled(trace)()
    batch = trace.settings.batch
    theirs = np.stack([parts[0].grad.numpy() * batch for parts in kept])
    gaps = [np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in zip(trace.grads["h"][1:], theirs, strict=True)]
    for name, grad in torch_grads(trace).items():
        other = getattr(cell, name.removesuffix("_l0")).grad.numpy()
        gaps.append(np.linalg.norm(np.asarray(grad) - other) / np.linalg.norm(other))
    return float(max(gaps))


if __name__ == "__main__":
    main()
