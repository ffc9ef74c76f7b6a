"""Lyapunov exponents: the growth rates of gradients in every direction, by QR of the step Jacobians.

Engelken, Wolf, Abbott 2020; Vogt, Puelma Touzel, Shlizerman, Lajoie 2020. The frame travels back in time, as gradients
do; the exponents are those of the way forward.
"""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.engine import run
from cells.progress import Report
from cells.settings import RunSettings
from cells.trace import Trace

from .qr_propagation import COARSE, propagate_qr, resolved_diagonal
from .stacked_layers import StackedLayers
from .step_jacobian import step_jacobians

SAMPLES = 8  # of the batch, by default: the exponents belong to the net and its kind of input more than to a sample
SAME = 1e-13  # relative difference that the order of additions may leave
ALIGNING = 0.25  # share of the steps in which the frame only turns towards the directions it measures


@dataclass(frozen=True, eq=False)
class Lyapunov:
    """Nats per step, mean over `samples` of the batch; N entries: the whole state, all layers and parts together."""

    exponents: Array  # (N,) descending; -inf for a direction that dies within a step
    distances: Array  # (K,) steps measured so far, back from the last one ...
    history: Array  # (K, N) ... and the exponents' running means, in the order of `exponents`
    lowest: int  # layers from this one up
    samples: int
    aligning: int  # steps at the end that are left out
    constant: bool  # every step has the same Jacobian: the exponents are its log |λ|, the limit of endless steps

    @property
    def log10_per_step(self) -> float:
        """Slope of log10 ‖gradient‖ per step back that the largest exponent predicts."""
        return float(self.exponents[0] / np.log(10))


def lyapunov_exponents(settings: RunSettings, report: Report | None = None) -> Array:
    """(N,) exponents in nats per step, descending, mean over the first samples of the batch."""
    return lyapunov(run(settings), report=report).exponents


def lyapunov(trace: Trace, samples: int = SAMPLES, lowest: int = 0, report: Report | None = None) -> Lyapunov:
    """Exponents of a finished run, with their convergence; DoesNotApply where a Jacobian is not finite.

    They are those of the layers from `lowest` up: what a gradient that starts at the top meets down to that layer.
    """
    trace.layer(lowest)
    stack = StackedLayers(trace, lowest, slice(0, samples))
    aligning = int(ALIGNING * stack.steps)
    distances, growth = _growth(stack, aligning, report)
    order = np.argsort(-growth[-1], kind="stable")
    history = growth[:, order] / distances[:, None]
    exponents, constant = history[-1], has_one_jacobian(stack)
    if constant:
        with np.errstate(divide="ignore"):
            exponents = np.sort(np.log(np.abs(np.linalg.eigvals(_jacobian(trace, stack)))))[::-1]
    return Lyapunov(exponents, distances, history, lowest, stack.batch, aligning, constant)


def _jacobian(trace: Trace, stack: StackedLayers) -> Array:
    """Return the one Jacobian of the stack's layers: the lower right corner of the whole net's."""
    return step_jacobians(trace, [1])[0, -stack.size :, -stack.size :]


def _growth(stack: StackedLayers, aligning: int, report: Report | None) -> tuple[Array, Array]:
    """Distances (K,), and the summed log growth of each direction over them (K, N), mean over the samples."""
    start = stack.steps - aligning
    total, distances, sums = np.zeros((stack.batch, stack.size)), [], []
    with np.errstate(all="ignore"):
        for stretch in propagate_qr(stack, start, 0, limit=COARSE):
            if stretch.late <= start:
                total = total + np.log(resolved_diagonal(stretch.R))
                distances.append(start - stretch.early)
                sums.append(total.mean(axis=0))
            if report:
                report(1 - stretch.early / stack.steps)
    return np.array(distances), np.array(sums)


def has_one_jacobian(stack: StackedLayers) -> bool:
    """Return whether all steps of all samples share one Jacobian: a random vector then comes back the same from
    each.
    """
    rng = np.random.default_rng(0)
    here, before = stack.zero_rows(stack.steps), stack.zero_rows(stack.steps)
    for parts in here:
        for part in parts:
            part[...] = rng.normal(size=stack.hidden)
    with np.errstate(all="ignore"):
        stack.step_vjp(slice(None), here, before)
    spans = [(np.ptp(part, axis=(0, 1)).max(), np.abs(part).max()) for parts in before for part in parts]
    return all(span <= SAME * size for span, size in spans)
