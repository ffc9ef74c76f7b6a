"""Numbers of a run as a whole: its verdict, its matrices and gates, the gradients of its parameters."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.step_shares import shares
from cells.analysis.gradient.theory import closed_form
from cells.analysis.gradient.verdict import verdict
from cells.analysis.gradient.vjp import attached, last_credit
from cells.analysis.gradient.way_back import Curve
from cells.analysis.jacobian.critical_scales import critical_scales
from cells.analysis.jacobian.long_jacobian import long_jacobians
from cells.analysis.jacobian.lyapunov import lyapunov
from cells.analysis.jacobian.recurrent_matrix import key_numbers, slopes_of
from cells.analysis.jacobian.step_jacobian import step_jacobian
from cells.analysis.step_graph.parameter_counts import parameter_counts
from cells.log_mean import log10_mean
from cells.trace import Trace

from .record import Number, Value, place

# ── the verdict


def _of_credit(read: Callable[[Curve], Value]) -> Callable[[Trace], Value]:
    return lambda trace: read(verdict(trace).credit)


def _of_total(read: Callable[[Curve], Value]) -> Callable[[Trace], Value]:
    return lambda trace: read(verdict(trace).total)


def _power(log10: float) -> float:
    return 10.0**log10 if log10 < 308 else math.inf


def _log10_c_ratio(trace: Trace) -> float:
    """Of the credit in the memory: c where the cell has one, else h."""
    last, layer = attached(trace)[-1], last_credit(trace, len(trace.layers) - 1)
    curve = log10_mean(layer.log10_grad_norms[layer.state_names[-1]])
    return float(curve[1] - curve[last])


def _share_of_last(trace: Trace, count: int) -> float:
    """Return share of the steps' contributions to dL/dW_h that the last few steps make, by their norms."""
    logs = shares(trace, "W_h").log10_norms
    return float((10.0 ** (logs - logs.max()))[-(place(count) + 1) :].sum() / (10.0 ** (logs - logs.max())).sum())


# ── matrices, slopes and gates


def _mean_slope(trace: Trace) -> float:
    slope, _ = slopes_of(trace.top)[trace.top.cell.candidate]
    return float(slope.mean())


def _gate(trace: Trace, gate: str) -> float:
    return float(trace.gates[gate].mean())


def _scale_at(start: str) -> Callable[[Trace], float]:
    def of(trace: Trace) -> float:
        found = [mark.value for mark in critical_scales(trace.settings) if mark.label.startswith(start)]
        if not found:
            raise DoesNotApply(f"This run has no critical weight scale at {start} = 1.")
        return found[0]

    return of


def _jacobian(read: Callable[[Any], float]) -> Callable[[Trace, int], float]:
    def of(trace: Trace, step: int) -> float:
        place(step)
        return read(step_jacobian(trace, _inside(trace, step)))

    return of


def _inside(trace: Trace, step: int) -> int:
    if not 1 <= step <= len(trace.inputs):
        raise IndexError(step)
    return step


def _jacobian_entry(trace: Trace, step: int, row: int, column: int) -> float:
    return float(step_jacobian(trace, _inside(trace, place(step) + 1)).matrix[place(row), place(column)])


def _long_sigma(trace: Trace, step: int) -> float:
    """Return log10 of the largest singular value of ∂s_T/∂s_t of the first sample."""
    if step == len(trace.inputs):
        return 0.0
    return float(long_jacobians(trace, [_inside(trace, step)]).log10_singular_values[0, 0])


def _closed_form_gap(trace: Trace) -> float:
    """Return largest distance, in powers of ten, between the measured credit and δh_T (W_hᵀ)^(T−t)."""
    found = closed_form(trace)
    known = np.isfinite(found.curve) & np.isfinite(found.measured)
    return float(np.abs(found.curve - found.measured)[known].max())


# ── gradients of the parameters


def readout_gradient(trace: Trace) -> Array:
    """dL/dW_y (H, O) of the batch-mean loss: each step's output error times its state, no step passed on the way."""
    net, weights = trace.network, trace.loss_weights[:, None, None]
    slope = net.loss.slope(trace.scaled_outputs, trace.targets).plain()
    slope = np.where(weights > 0, slope * weights, 0.0) / net.divisor
    return np.einsum("tbh,tbo->ho", trace.states["h"][1:], slope)


def _all_gradients(trace: Trace) -> Iterator[Array]:
    """Of every parameter once: each layer's fused ones, and the readout's matrix."""
    for layer in trace.layers:
        yield from (layer.param_grads[name] for name in layer.record.params if name in layer.param_grads)
    yield readout_gradient(trace)


def _flat(trace: Trace) -> Array:
    return np.concatenate([grad.ravel() for grad in _all_gradients(trace)])


def _norm_of(name: str) -> Callable[[Trace], float]:
    return lambda trace: float(np.linalg.norm(trace.param_grads[name]))


def _clip_factor(trace: Trace, limit: float) -> float:
    """θ/‖g‖ where the gradient is longer than θ, else 1: clipping by norm."""
    length = float(np.linalg.norm(_flat(trace)))
    return min(1.0, limit / length) if length else 1.0


def _clip_turn(trace: Trace, limit: float) -> float:
    """Angle in degrees between the gradient and itself with every component clipped to [−θ, θ]."""
    grad = _flat(trace)
    clipped = np.clip(grad, -limit, limit)
    lengths = np.linalg.norm(grad) * np.linalg.norm(clipped)
    return float(np.degrees(np.arccos(np.clip(grad @ clipped / lengths, -1.0, 1.0)))) if lengths else 0.0


WHOLE = (
    Number(
        "kind",
        "What becomes of the last step's credit: vanishing, exploding, stable, …",
        _of_credit(lambda c: c.kind),
        "exact",
    ),
    Number("total_kind", "The same of the total gradient.", _of_total(lambda c: c.kind), "exact"),
    Number("kept", "What a step back keeps of the credit.", _of_credit(lambda c: c.decay_per_step), "percent"),
    Number("log10_kept", "The same as a power of ten.", _of_credit(lambda c: c.log10_decay), "factor"),
    Number("half_life", "Steps back after which half of the credit is gone.", _of_credit(lambda c: c.half_life)),
    Number("doubling", "Steps back in which the credit doubles.", _of_credit(lambda c: c.doubling)),
    Number("ratio", "Step 1's credit over the last step's.", _of_credit(lambda c: _power(c.log10_ratio))),
    Number("log10_ratio", "The same as a power of ten.", _of_credit(lambda c: c.log10_ratio), "log10"),
    Number(
        "log10_peak", "The largest credit on the way over the last step's.", _of_credit(lambda c: c.log10_peak), "log10"
    ),
    Number("peak_step", "Where the credit is largest.", _of_credit(lambda c: c.peak_step), "exact"),
    Number(
        "log10_total_ratio",
        "Step 1's total gradient over the last step's.",
        _of_total(lambda c: c.log10_ratio),
        "log10",
    ),
    Number("log10_c_ratio", "Step 1's credit in the memory c over the last step's.", _log10_c_ratio, "log10"),
    Number(
        "copied",
        "Share of the memory's gradients that a step back copies bit for bit.",
        lambda t: verdict(t).copied,
        "percent",
    ),
    Number(
        "dead_samples",
        "Share of samples whose credit at step 1 is exactly 0.",
        lambda t: verdict(t).dead_samples,
        "percent",
    ),
    Number("spectral_radius", "Largest |λ| of the recurrent matrix.", lambda t: key_numbers(t).spectral_radius),
    Number("sigma_max", "Largest singular value of the recurrent matrix.", lambda t: key_numbers(t).sigma_max),
    Number("gamma", "The activation's steepest slope.", lambda t: key_numbers(t).gamma),
    Number(
        "saturated",
        "Share of units in the flat part of σ.",
        lambda t: max(key_numbers(t).saturated.values()),
        "percent",
    ),
    Number("mean_slope", "σ′ averaged over steps, samples and units.", _mean_slope),
    Number("gate", "A gate's opening, averaged; its index is the gate's letter.", _gate, indices=("gate",)),
    Number("critical_scale", "Weight scale at which |λ|max·γ is 1.", _scale_at("ρ")),
    Number("safe_scale", "Weight scale at which σ_max·γ is 1.", _scale_at("σ_max")),
    Number("lyapunov", "Largest Lyapunov exponent, forward, per step.", lambda t: float(lyapunov(t).exponents[0])),
    Number(
        "jacobian", "Entry [step, row, column] of ∂s_t/∂s_{t−1}.", _jacobian_entry, indices=("step", "row", "column")
    ),
    Number(
        "jacobian_radius",
        "Largest |λ| of one step's Jacobian.",
        _jacobian(lambda j: j.spectral_radius),
        indices=("step",),
    ),
    Number(
        "jacobian_sigma",
        "Largest singular value of one step's Jacobian.",
        _jacobian(lambda j: float(j.singular_values[0])),
        indices=("step",),
    ),
    Number("long_sigma", "Largest singular value of ∂s_T/∂s_t.", _long_sigma, "log10", ("step",)),
    Number(
        "closed_form_gap", "Distance of the measured credit from the closed form, in powers of ten.", _closed_form_gap
    ),
    Number(
        "parameters",
        "How many parameters, with one bias a gate.",
        lambda t: sum(c.one_bias for c in parameter_counts(t.settings)),
        "exact",
    ),
    Number(
        "parameters_two_biases",
        "The same with two biases a gate, as PyTorch counts.",
        lambda t: sum(c.two_biases for c in parameter_counts(t.settings)),
        "exact",
    ),
    Number("loss_value", "The loss, batch mean.", lambda t: t.loss),
    Number("norm_dW_x", "Norm of dL/dW_x.", _norm_of("W_x")),
    Number("norm_dW_h", "Norm of dL/dW_h.", _norm_of("W_h")),
    Number("norm_dW_y", "Norm of dL/dW_y, the readout's matrix.", lambda t: float(np.linalg.norm(readout_gradient(t)))),
    Number("grad_norm", "Norm of the gradient of all parameters together.", lambda t: float(np.linalg.norm(_flat(t)))),
    Number(
        "share_of_last",
        "Share of dL/dW_h that the last so many steps make.",
        _share_of_last,
        "percent",
        ("number of steps",),
    ),
    Number("clip_factor", "What clipping by norm at θ multiplies the gradient by.", _clip_factor, indices=("θ",)),
    Number("clip_turn", "By how many degrees clipping by value at θ turns the gradient.", _clip_turn, indices=("θ",)),
)
