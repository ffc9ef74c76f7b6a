"""The gradient of every parameter at one step, as a student works it out by hand.

For the loss ℓ_t of step t alone: the local part holds h_{t-1} (and c_{t-1}) fixed, the rest comes through them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.trace import LayerTrace, Trace

from .credit import step_gradients
from .step_shares import Sum, sums_over
from .vjp import backpropagate, only


@dataclass(frozen=True, eq=False)
class ParameterGradient:
    """dℓ_t/dW of one parameter, batch mean; total = local + through the earlier states."""

    name: str  # W_xz, W_hn, b_f, p_i, tau …
    total: Array
    local: Array
    through: Array
    log10_total: float
    log10_local: float
    log10_through: float


@dataclass(frozen=True, eq=False)
class GradsAtStep:
    """All parameters of one layer at one step."""

    step: int
    layer: int
    parameters: tuple[ParameterGradient, ...]

    def __getitem__(self, name: str) -> ParameterGradient:
        return next(p for p in self.parameters if p.name == name)


def grads_at_step(trace: Trace, step: int, layer: int | None = None) -> GradsAtStep:
    """dℓ_step/dW for every parameter by gate; ValueError for a step outside [1, T]."""
    if not 1 <= step <= len(trace.inputs):
        raise ValueError(f"step = {step} is outside [1, {len(trace.inputs)}]")
    index = trace.index_of(layer)
    trace.layer(index)
    watched = backpropagate(trace, only(step_gradients(trace), step))[index]
    return GradsAtStep(step, index, tuple(_parameters(watched, step)))


def _parameters(layer: LayerTrace, step: int) -> Iterator[ParameterGradient]:
    local, through = sums_over(layer, slice(step - 1, step)), sums_over(layer, slice(0, step - 1))
    for name in parameter_names(layer):
        near, far = local[name], through.get(name, Sum())
        both = near + far
        zeros = np.zeros_like(near.values)  # nothing came before step 1
        logs = (both.log10_norm(), near.log10_norm(), far.log10_norm())
        yield ParameterGradient(name, both.plain(), near.plain(), far.plain() + zeros, *logs)


def parameter_names(layer: LayerTrace) -> list[str]:
    """Return parameters by gate where there is more than one, in the order x, h, bias, and what else the cell
    trains.
    """
    fused = ["W_x", "W_h", "b"]
    own = [name for name in layer.param_grads if name in layer.record.params and name not in fused]
    if layer.cell.blocks == 1:
        return fused + own
    return [f"{kind}{gate}" for kind in ("W_x", "W_h", "b_") for gate in layer.cell.pre_activations] + own
