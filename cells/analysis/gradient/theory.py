"""Theory to draw over the measurement: bounds, closed forms and slopes for the credit of the last attached step."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.analysis.jacobian.lyapunov import Lyapunov
from cells.analysis.jacobian.stacked_layers import renormalise
from cells.base import Cell
from cells.log_mean import log10_mean
from cells.scaled import Scaled
from cells.trace import Trace
from cells.truncation import window_of

from .vjp import attached, last_credit


@dataclass(frozen=True, eq=False)
class Prediction:
    """A curve over steps 0 … T beside the measured one, both log10 of batch means; nan after the last attached step."""

    name: str  # bound, closed_form, eigenvalue or lyapunov
    label: str
    curve: Array  # (T+1,)
    measured: Array  # (T+1,)
    per_step: float  # decades a step back; nan where it is not constant


def measured_credit(trace: Trace, layer: int | None = None) -> Array:
    """(T+1,) log10 of the batch mean of ‖dℓ/dh_t‖, ℓ the loss of the last attached step; nan after it."""
    index = trace.index_of(layer)
    curve = log10_mean(last_credit(trace, index).log10_grad_norms["h"]).copy()
    curve[attached(trace)[-1] + 1 :] = np.nan
    return curve


def pascanu_bound(trace: Trace) -> Prediction:
    """‖δh_t‖ ≤ (γ σ_max)^(T-t) ‖δh_T‖ for the top layer; 1 + γ σ_max in a residual net.

    Pascanu, Mikolov, Bengio 2013. DoesNotApply to gated cells, whose Jacobian is not σ' and W_h alone.
    """
    cell, W = _plain_cell(trace, "The bound (γ σ_max)^(T-t)"), trace.top.params["W_h"]
    factor = cell.activation.steepest * float(np.linalg.norm(W, 2)) + cell.skip_path
    label = "(1 + γ σ_max)^(T−t)" if cell.skip_path else "(γ σ_max)^(T−t)"
    return _straight(trace, "bound", label, _log10(factor))


def eigenvalue_slope(trace: Trace) -> Prediction:
    """|λ|_max^(T-t), the long run of a linear net; DoesNotApply to any other."""
    radius = float(np.abs(np.linalg.eigvals(_linear_step(trace, "The slope |λ|_max"))).max())
    return _straight(trace, "eigenvalue", "|λ|_max^(T−t)", _log10(radius))


def lyapunov_slope(trace: Trace, lyapunov: Lyapunov) -> Prediction:
    """exp(λ_1 (T-t)) from the largest exponent, for the lowest layer that the exponents cover."""
    return _straight(trace, "lyapunov", "exp(λ₁ (T−t))", lyapunov.log10_per_step, lyapunov.lowest)


def closed_form(trace: Trace) -> Prediction:
    """δh_t = δh_T (W_hᵀ)^(T-t) of a linear net's top layer, by repeated squaring; DoesNotApply to any other."""
    step, last = _linear_step(trace, "The closed form"), attached(trace)[-1]
    start = last_credit(trace, len(trace.layers) - 1).record.grads["h"]
    exponent = None if start.exponent is None else start.exponent[last]
    powers = _powers(Scaled(start.mantissa[last], exponent), step.T, last)
    curve = np.full(len(trace.inputs) + 1, np.nan)
    curve[: last + 1] = log10_mean(powers.log10_norms())[::-1]
    curve[: _first(trace, last)] = -np.inf
    return Prediction("closed_form", "δh_T (W_hᵀ)^(T−t)", curve, measured_credit(trace), np.nan)


def _powers(start: Scaled, W: Array, count: int) -> Scaled:
    """start W^k for k = 0 … count, (count + 1, B, H), from W, W², W⁴, …: each k by the bits it is made of."""
    rows = np.repeat(start.mantissa[None], count + 1, axis=0)
    exponents = np.zeros(rows.shape[:-1], np.int64) + (0 if start.exponent is None else start.exponent)
    k, shift = np.arange(count + 1), 0
    for bit in range(count.bit_length()):
        chosen = (k >> bit) & 1 == 1
        rows[chosen] = rows[chosen] @ W
        exponents[chosen] += shift
        renormalise([(rows,)], exponents)
        top = int(np.frexp(np.abs(W).max())[1])
        W, shift = np.linalg.matrix_power(np.ldexp(W, -top), 2), 2 * (shift + top)
    return Scaled(rows, exponents)


def _straight(trace: Trace, name: str, label: str, per_step: float, layer: int | None = None) -> Prediction:
    """Return a straight line back from the measured value at the last attached step."""
    measured, last = measured_credit(trace, layer), attached(trace)[-1]
    with np.errstate(invalid="ignore"):
        curve = measured[last] + per_step * np.maximum(last - np.arange(len(measured)), 1e-300)
    curve[last] = measured[last]
    curve[last + 1 :] = curve[: _first(trace, last)] = np.nan
    return Prediction(name, label, curve, measured, per_step)


def _first(trace: Trace, last: int) -> int:
    """Return the earliest state that the loss at step `last` reaches: the first of its window, 0 where none is cut."""
    first = window_of(last, trace.network.truncation, len(trace.inputs)).start
    return first if first > 1 else 0


def _plain_cell(trace: Trace, what: str) -> Cell:
    cell = trace.top.cell
    if not cell.elman:
        raise DoesNotApply(f"{what} is about h' = σ(x W_x + h W_h + b); a step of the {cell.label} is more than that.")
    return cell


def _linear_step(trace: Trace, what: str) -> Array:
    """∂h_t/∂h_{t-1} of a linear net as it acts on rows from the left: W_h, I + W_h where it is residual."""
    cell, W = _plain_cell(trace, what), trace.top.params["W_h"]
    if cell.activation.name != "identity":
        raise DoesNotApply(f"{what} is exact where the net is linear: choose the activation identity.")
    return W + np.eye(len(W)) if cell.skip_path else W


def _log10(value: float) -> float:
    return float(np.log10(value)) if value > 0 else -np.inf
