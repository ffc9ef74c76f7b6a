"""A state_dict of 50 MB from its bytes to the list of its modules, beside PyTorch and safetensors reading it alone."""

import io
import time
from collections.abc import Callable
from statistics import median

import torch
from safetensors.torch import load, save
from torch import nn

from benchmarks.report import record, table
from lab.weights import find_modules, read_weights

TURNS = 3
INPUTS, HIDDEN = 1050, 1050  # 35 MB, and 15 MB of an embedding that is no recurrent module
TARGETS = (
    "Target: listed in under 3 s.\n\nOne thread, medians of turns. A .pt file is unpickled in a process of its own, "
    "whose start counts by the clock and not among this process's seconds. Alone: `safetensors.torch.load`, and "
    "`torch.load(weights_only=True)` where PyTorch is loaded already."
)


def main() -> None:
    """Measure, print and keep the table."""
    torch.set_num_threads(1)
    state = nn.ModuleDict({"lstm": nn.LSTM(INPUTS, HIDDEN), "embedding": nn.Embedding(3500, INPUTS)}).state_dict()
    stream = io.BytesIO()
    torch.save(state, stream)
    files = {"model.safetensors": save(state), "model.pt": stream.getvalue()}
    alone = {"model.safetensors": load, "model.pt": lambda data: torch.load(io.BytesIO(data), weights_only=True)}
    rows = [_row(name, data, alone[name]) for name, data in files.items()]
    head = ("file", "MB", "listed, s", "listed, s of the processor", "read alone, s", "listed / alone")
    record("weights", f"{table(head, rows)}\n\n{TARGETS}", ("numpy", "torch", "safetensors"))


def _row(name: str, data: bytes, alone: Callable[[bytes], object]) -> tuple:
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(_seconds(lambda: find_modules(read_weights(data, name), name)))
        theirs.append(_seconds(lambda: alone(data)))
    (listed, busy), (read, _) = ([median(times) for times in zip(*spent, strict=True)] for spent in (ours, theirs))
    return name, f"{len(data) / 1e6:.0f}", f"{listed:.2f}", f"{busy:.2f}", f"{read:.2f}", f"{listed / read:.1f}"


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds by the clock and of this process's processor."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - busy


if __name__ == "__main__":
    main()
