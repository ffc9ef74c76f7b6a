"""Mistakes in reading a right gradient: another quantity, a floor under the logarithm, a coarse format, one gate."""

import numpy as np

from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.low_precision import low_precision
from cells.arrays import Array
from cells.scaled import Scaled
from cells.trace import Trace

from .exhibit import GRADIENT, Exhibit

FLOOR = 1e-6  # that is often added so that the logarithm of 0 does no harm
COARSE = "float16"


def right_norms(trace: Trace, layer: int) -> Array:
    """Return log10 ‖dL_b/dh_t‖ at steps 1 … T, (T, B)."""
    return trace.layer(layer).log10_grad_norms["h"][1:]


def direct_part(trace: Trace, layer: int, unit: int) -> Exhibit:
    """‖∂L/∂h_t‖ through h_t's own output alone, which a fused module's output keeps as its gradient."""
    return Exhibit(trace.layer(layer).log10_direct_norms["h"][1:], right_norms(trace, layer), "direct part")


def state_norm(trace: Trace, layer: int, unit: int) -> Exhibit:
    """‖h_t‖, the size of the state itself."""
    return Exhibit(trace.layer(layer).log10_state_norms["h"][1:], right_norms(trace, layer), "‖h_t‖")


def floored(trace: Trace, layer: int, unit: int) -> Exhibit:
    """log10(‖dL/dh_t‖ + 10⁻⁶): everything below the floor looks alike."""
    right = right_norms(trace, layer)
    with np.errstate(over="ignore"):
        wrong = np.where(right > 300, right, np.log10(10.0**right + FLOOR))
    return Exhibit(wrong, right, "plus 10⁻⁶")


def coarse(trace: Trace, layer: int, unit: int) -> Exhibit:
    """Return the gradient as a backward pass in float16 has it: below 6·10⁻⁸ there is nothing but 0."""
    return Exhibit(low_precision(trace, COARSE, layer).log10_norms["h"][1:], right_norms(trace, layer), "in float16")


def closed_gate(trace: Trace, layer: int, unit: int) -> Exhibit:
    """Return the gradient at one unit's gates, which is 0 while its time gate is closed, and the one at its state."""
    record = trace.layer(layer).record
    if record.cell.time_gate is None:
        raise DoesNotApply("This cell has no time gate that could be closed: choose the Phased LSTM.")
    hidden, place = record.tape["h"].shape[-1], unit - 1
    gates = record.cell.input_delta(record.delta.mantissa)[..., place::hidden]
    state = record.grads["h"].at(slice(1, None))
    return Exhibit(
        Scaled(gates, record.delta.exponent).log10_norms(),
        Scaled(state.mantissa[..., place : place + 1], state.exponent).log10_norms(),
        "at its gates",
        quantity=f"{GRADIENT} of unit {unit}",
    )
