"""Our measures and the plain ways to the same numbers, timed in one process. Loaded after the threads are limited."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from cells import RunSettings, Trace, run
from cells.analysis.gradcheck.autograd import Unrolled
from cells.analysis.gradient.credit import credit_matrix, step_gradients
from cells.analysis.gradient.vjp import backpropagate, only
from cells.analysis.jacobian.long_jacobian import long_jacobian
from cells.analysis.jacobian.lyapunov import ALIGNING, SAMPLES, lyapunov_exponents
from cells.analysis.jacobian.step_jacobian import step_jacobians

SIZE: dict[str, Any] = {"steps": 200, "hidden": 64, "batch": 16}
CELLS = ("rnn", "gru", "lstm", "phased_lstm")
SMALLEST = 1e-7  # of the largest singular value: below it the plain product has lost its digits
Array = Any  # NumPy's or a scalar of it


def rows(repeats: int) -> Iterator[tuple]:
    """Yield a row of the table for each measure of each cell."""
    torch.set_num_threads(1)
    measures = (
        ("credit matrix", 1.5, credit_matrix, plain_credit),
        ("Lyapunov exponents", 1.0, lyapunov_exponents, plain_exponents),
        ("long Jacobian, t = 1", 1.0, lambda settings: long_jacobian(settings, 1), plain_long_jacobian),
    )
    for name, target, ours, plain in measures:
        for cell in CELLS:
            settings = RunSettings(cell=cell, **SIZE)
            found, mine = timed(ours, settings, repeats)
            expected, theirs = timed(plain, settings, 1)
            gap = difference(found, expected)
            yield f"{name}, {cell}", f"{mine:.2f}", target, f"{theirs:.2f}", f"{theirs / mine:.1f}", f"{gap:.0e}"


def timed(measure: Callable[[RunSettings], Array], settings: RunSettings, repeats: int) -> tuple[Array, float]:
    """Return the result, and the median of the processor's seconds, which a busy machine does not stretch.

    With the run.
    """
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        found = measure(settings)
        seconds.append(time.process_time() - start)
    return found, float(np.median(seconds))


def difference(found: Array, expected: Array) -> float:
    """Return largest between two arrays, where the plain way has a finite number."""
    known = np.isfinite(expected)
    return float(np.abs(found[known] - expected[known]).max())


def plain_credit(settings: RunSettings) -> Array:
    """Return one backward pass for each loss."""
    trace = run(settings)
    direct, T = step_gradients(trace), settings.steps
    log10 = np.full((T, T), -np.inf)
    for step in range(1, T + 1):
        norms = np.linalg.norm(backpropagate(trace, only(direct, step))[-1].grads["h"][1:], axis=-1).mean(axis=-1)
        with np.errstate(divide="ignore"):
            log10[step - 1] = np.log10(norms)
    return log10


def plain_exponents(settings: RunSettings) -> Array:
    """Return every step's Jacobian as a matrix, a QR after each; the mean over the samples."""
    trace = run(settings)
    found = [_one_sample(trace, sample) for sample in range(min(SAMPLES, settings.batch))]
    return np.sort(np.mean(found, axis=0))[::-1]


def _one_sample(trace: Trace, sample: int) -> Array:
    T = len(trace.inputs)
    Q, sums, start = None, 0.0, T - int(ALIGNING * T)
    for step in range(T, 0, -1):
        jacobian = step_jacobians(trace, [step], sample)[0]
        if Q is None:
            Q = np.linalg.qr(np.random.default_rng(0).normal(size=jacobian.shape))[0]
        Q, R = np.linalg.qr(jacobian.T @ Q)
        if step <= start:
            sums = sums + np.log(np.abs(np.diagonal(R)))
    return sums / start


def plain_long_jacobian(settings: RunSettings) -> Array:
    """torch's own jacobian of the last state by the first, one sample; NaN where the product has lost its digits."""
    alone = settings.replace(batch=1)
    full = run(settings)
    net = Unrolled(run(alone))
    net.params = [{name: torch.tensor(values) for name, values in layer.params.items()} for layer in full.layers]
    first = torch.cat([torch.tensor(full.states[part][1][:1]) for part in full.top.state_names], dim=-1)

    def last(state: torch.Tensor) -> torch.Tensor:
        return _unrolled(net, full, state)

    values = np.linalg.svd(np.asarray(torch.autograd.functional.jacobian(last, first))[0, :, 0], compute_uv=False)
    return np.where(values > SMALLEST * values[0], np.log10(np.maximum(values, 1e-300)), np.nan)


def _unrolled(net: Unrolled, trace: Trace, state: torch.Tensor) -> torch.Tensor:
    """Return the parts of the last state from those of the first, for the first sample."""
    found = dict(zip(trace.top.state_names, torch.chunk(state, len(trace.top.state_names), dim=-1), strict=True))
    for t in range(1, len(trace.inputs)):
        step = {"x": torch.tensor(trace.inputs[t, :1])} | {f"{part}_prev": rows for part, rows in found.items()}
        if "k" in trace.top.gates:
            step["k"] = torch.tensor(trace.gates["k"][t, :1])
        net.fill(step, net.params[0])
        found = {part: step[part] for part in trace.top.state_names}
    return torch.cat([found[part] for part in trace.top.state_names], dim=-1)
