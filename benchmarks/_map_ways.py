"""A phase diagram in batched passes, and point by point with autograd. Loaded after the threads are limited."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
import torch
from torch import nn

from cells import RunSettings, run
from cells.analysis.maps import Axis, MapPlan, phase_map
from cells.torch_bridge import to_torch

SAMPLE = 25  # points that autograd is timed on
IN_A_ROW = 3
SCALE = Axis("weight_scale", 0.1, 2.0)  # at 0 no gradient is left, which is no number to compare
MAPS = (
    ("rnn", Axis("seed", 0, 40), nn.RNNCell, 1.0, 20),
    ("lstm", Axis("forget_bias", -4.0, 6.0), nn.LSTMCell, 4.0, 8),
)


def rows(rounds: int) -> Iterator[tuple]:
    """Yield a row of the table for each cell."""
    torch.set_num_threads(1)
    for cell, other, kind, seconds, times in MAPS:
        plan = MapPlan(RunSettings(cell=cell, steps=50, hidden=32, batch=8), SCALE, other)
        yield _row(plan, kind, seconds, times, rounds)


def _row(plan: MapPlan, kind: type[nn.Module], seconds: float, times: int, rounds: int) -> tuple:
    places = _sample(plan)
    ways = [_autograd(plan.point(*place), kind) for place in places]
    found = phase_map(plan)
    gap = max(abs(found.values[place] - way()) for place, way in zip(places, ways, strict=True))
    ours, theirs = _turns([lambda: phase_map(plan), lambda: [way() for way in ways]], rounds)
    mine, a_point = median(ours), median(theirs) / len(ways)
    loop = a_point * found.values.size
    measured = (f"{mine:.2f}", f"{min(ours):.2f}", f"{seconds:g}", f"{1e3 * a_point:.2f}", f"{loop:.1f}")
    name = f"{plan.settings.cell}: {plan.x.name} × {plan.y.name}"
    return name, *measured, f"{loop / mine:.1f}", f"{times}", f"{gap:.0e}"


def _sample(plan: MapPlan) -> list[tuple[int, int]]:
    side = round(SAMPLE**0.5)
    rows, columns = (np.linspace(0, n - 1, side).round().astype(int).tolist() for n in plan.shape)
    return [(row, column) for row in rows for column in columns]


def _turns(ways: list[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Return seconds of each way; IN_A_ROW runs of each in turn, after one that is not counted."""
    times: list[list[float]] = [[] for _ in ways]
    for spent, way in list(zip(times, ways, strict=True)) * rounds:
        way()
        for _ in range(IN_A_ROW):
            start = time.perf_counter()
            way()
            spent.append(time.perf_counter() - start)
    return times


def _autograd(point: RunSettings, kind: type[nn.Module]) -> Callable[[], float]:
    """Return one point the usual way, with the weights and inputs of our run."""
    trace = run(point)
    module = to_torch(trace)
    drawn = {name.removesuffix("_l0"): value for name, value in module.state_dict().items()}
    inputs, target = torch.tensor(trace.inputs), torch.tensor(trace.targets[-1])
    weights, bias = (torch.tensor(trace.network.readout[name]) for name in ("W_y", "b_y"))

    def way() -> float:
        cell = kind(module.input_size, module.hidden_size, dtype=torch.float64)
        cell.load_state_dict(drawn)
        state, kept = None, []
        for x in inputs:
            state = cell(x, state)
            kept.append(state[0] if isinstance(state, tuple) else state)
            kept[-1].retain_grad()
        ((kept[-1] @ weights + bias - target) ** 2).sum(dim=-1).mean().backward()
        first, last = (h.grad.norm(dim=-1).mean() for h in (kept[0], kept[-1]))
        return float(torch.log10(first / last))

    return way
