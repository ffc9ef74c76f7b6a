"""The Jacobian of the long way from a step to the last one, by singular values that are right at any magnitude."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.engine import run
from cells.progress import Report
from cells.settings import RunSettings
from cells.trace import Trace

from .graded_product import GradedProduct
from .qr_propagation import propagate_qr
from .stacked_layers import StackedLayers
from .step_jacobian import check_steps


@dataclass(frozen=True, eq=False)
class LongJacobian:
    """Singular values of ∂s_T/∂s_t of one sample over a number of t."""

    sample: int
    steps: int  # T
    states: Array  # (K,) the t, descending from T - 1
    log10_singular_values: Array  # (K, N) descending; -inf where not to be told from an exact 0

    @property
    def log10_condition(self) -> Array:
        """(K,) log10 of the largest over the smallest."""
        return self.log10_singular_values[:, 0] - self.log10_singular_values[:, -1]


def long_jacobian(settings: RunSettings, t: int, sample: int = 0, report: Report | None = None) -> Array:
    """(N,) log10 singular values of ∂s_T/∂s_t, 0 ≤ t < T, of one sample, descending; right at any magnitude."""
    return long_jacobians(run(settings), [t], sample, report).log10_singular_values[0]


def long_jacobians(trace: Trace, states: Sequence[int], sample: int = 0, report: Report | None = None) -> LongJacobian:
    """Return the same for several t of a finished run, on one way back."""
    states = sorted(set(states), reverse=True)
    check_steps(trace, [state + 1 for state in states], sample)
    stack, wanted, found = StackedLayers(trace, samples=slice(sample, sample + 1)), set(states), []
    product = GradedProduct(stack.size)
    with np.errstate(all="ignore"):
        for stretch in propagate_qr(stack, *states):
            product.multiply(stretch.R[0])
            if stretch.early in wanted:
                found.append(product.log10_singular_values())
            if report:
                report((stack.steps - stretch.early) / (stack.steps - states[-1]))
    return LongJacobian(sample, stack.steps, np.array(states), np.array(found))
