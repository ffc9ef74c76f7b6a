"""The Jacobian of one step: of the whole state by the state before it.

The state s is every part of every layer of one sample, h (and c) of the lowest layer first; its parts count as
independent, so that ∂(h, c)/∂(h, c) of an LSTM is 2H × 2H.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.trace import Trace

from .stacked_layers import StackedLayers


@dataclass(frozen=True, eq=False)
class StepJacobian:
    """∂s_t/∂s_{t-1} of one sample."""

    step: int
    sample: int
    blocks: tuple[str, ...]  # name of each block of H rows and columns: h, c, or with layers h¹, c¹, h², …
    matrix: Array  # (N, N), rows s_t, columns s_{t-1}
    singular_values: Array  # (N,) descending
    eigenvalues: Array  # (N,) complex, by falling magnitude

    @property
    def log10_condition(self) -> float:
        """Return log10 of the largest singular value over the smallest; inf where that is exactly 0."""
        with np.errstate(divide="ignore"):
            return float(np.log10(self.singular_values[0]) - np.log10(self.singular_values[-1]))

    @property
    def spectral_radius(self) -> float:
        """Return the largest |λ|, the spectral radius."""
        return float(np.abs(self.eigenvalues[0]))


def step_jacobian(trace: Trace, step: int, sample: int = 0) -> StepJacobian:
    """Return the Jacobian of one step, 1 … T."""
    matrix = step_jacobians(trace, [step], sample)[0]
    values = np.linalg.eigvals(matrix)
    return StepJacobian(
        step=step,
        sample=sample,
        blocks=block_names(trace),
        matrix=matrix,
        singular_values=np.linalg.svd(matrix, compute_uv=False),
        eigenvalues=values[np.argsort(-np.abs(values), kind="stable")],
    )


def step_jacobians(trace: Trace, steps: Sequence[int], sample: int = 0) -> Array:
    """∂s_t/∂s_{t-1} of each of some steps (1 … T), (K, N, N); DoesNotApply where one is not finite."""
    check_steps(trace, steps, sample)
    stack = StackedLayers(trace, samples=slice(sample, sample + 1), steps=np.asarray(steps) - 1)
    here, before = stack.zero_rows(stack.size, len(steps)), stack.zero_rows(stack.size, len(steps))
    for k, part in enumerate(part for parts in here for part in parts):
        units = np.arange(stack.hidden)
        part[k * stack.hidden + units, :, 0, units] = 1
    with np.errstate(all="ignore"):
        stack.step_vjp(slice(None), here, before)
    rows = np.concatenate([part[:, :, 0] for parts in before for part in parts], axis=-1)
    if not np.isfinite(rows).all():
        raise DoesNotApply("A step's Jacobian is not finite: a state has overflowed.")
    return np.ascontiguousarray(rows.transpose(1, 0, 2))


def block_names(trace: Trace) -> tuple[str, ...]:
    """h, c; with several layers h¹, c¹, h², …"""
    raised = "¹²³⁴⁵⁶⁷⁸⁹"
    many = len(trace.layers) > 1
    return tuple(
        part + (raised[k] if many else "") for k, layer in enumerate(trace.layers) for part in layer.state_names
    )


def check_steps(trace: Trace, steps: Sequence[int], sample: int) -> None:
    """Raise ValueError for a step outside 1 … T or a sample outside the batch."""
    T, B = trace.times.shape
    for step in steps:
        if not 1 <= step <= T:
            raise ValueError(f"step = {step} is outside [1, {T}]")
    if not 0 <= sample < B:
        raise ValueError(f"sample = {sample} is outside [0, {B - 1}]")
