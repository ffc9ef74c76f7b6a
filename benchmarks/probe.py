"""A training step with a probe around it against the same step without one."""

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import nn

from benchmarks.report import record, table
from cells.torch_bridge import probe

TURNS = 10
STEPS, BATCH, HIDDEN = 100, 32, 256
TARGETS = (
    "Targets: a step inside `with probe(model)` at most 3 × the plain step, 1 × outside of it. Reading is no part of "
    "the step and not counted in that: it runs what was recorded once more, in float64, when it is asked for.\n\n"
    "nn.LSTM, T = 100, B = 32, H = 256, float32: forward, backward and one step of SGD; one thread, processor "
    "seconds, medians of steps that take turns. Recorded: the block alone; read: `flow.traces[...]`, every state's "
    "total gradient in float64; logged: `flow.log`, scalars and image."
)


class Nothing:
    """A writer that throws away."""

    def add_scalar(self, *_: object) -> None:
        """Take it and do nothing with it."""

    def add_image(self, *_: object) -> None:
        """Take it and do nothing with it."""


class Training:
    """The model, its data and the ways to take a step."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = nn.ModuleDict({"lstm": nn.LSTM(HIDDEN, HIDDEN), "head": nn.Linear(HIDDEN, 1)})
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=1e-3)
        self.x, self.y = torch.randn(STEPS, BATCH, HIDDEN), torch.randn(BATCH, 1)

    def plain(self) -> None:
        """Take one plain training step."""
        self.optimiser.zero_grad()
        output, _ = self.model["lstm"](self.x)
        ((self.model["head"](output[-1]) - self.y) ** 2).mean().backward()
        self.optimiser.step()

    def outside(self) -> None:
        """One step of a model that has been under a probe before."""
        self.plain()

    def recorded(self) -> None:
        """One step under a probe that nobody reads."""
        with probe(self.model):
            self.plain()

    def read(self) -> None:
        """One step under a probe, and its trace."""
        with probe(self.model) as flow:
            self.plain()
        _ = flow.traces["lstm"].grads["h"]

    def logged(self) -> None:
        """One step under a probe, and everything a log is sent."""
        with probe(self.model) as flow:
            self.plain()
        flow.log(Nothing(), 0)


def main() -> None:
    """Measure, print and keep the table."""
    torch.set_num_threads(1)
    training = Training()
    ways = {name: getattr(training, name) for name in ("plain", "outside", "recorded", "read", "logged")}
    times = _turns(list(ways.values()))
    rows = [(name, f"{ms:.1f}", f"{ms / times[0]:.2f}") for name, ms in zip(ways, times, strict=True)]
    record("probe", f"{table(('step', 'ms', '/ plain'), rows)}\n\n{TARGETS}", ("numpy", "torch"))


def _turns(ways: list[Callable[[], None]]) -> list[float]:
    """Median milliseconds of each way, one after the other in turn, after one that is not counted.

    Each turn begins one way later: memory that one way has given back costs the next one its pages.
    """
    times: list[list[float]] = [[] for _ in ways]
    for turn in range(TURNS + 1):
        for place in range(len(ways)):
            way = (place + turn) % len(ways)
            start = time.process_time()
            ways[way]()
            if turn:
                times[way].append(1e3 * (time.process_time() - start))
    return [median(spent) for spent in times]


if __name__ == "__main__":
    main()
