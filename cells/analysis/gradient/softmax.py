"""The softmax of one output and its Jacobian s_i (δ_ij - s_j)."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.losses import CrossEntropy
from cells.scaled import Scaled
from cells.trace import Trace


@dataclass(frozen=True, eq=False)
class Softmax:
    """Of one sample at one step, O classes."""

    step: int
    sample: int
    probabilities: Array  # (O,) s
    target: Array  # (O,) y, one-hot
    jacobian: Array  # (O, O) ∂s_i/∂z_j = s_i (δ_ij - s_j), symmetric, rows sum to 0
    d_logits: Array  # (O,) dℓ/dz = s - y for cross entropy


def softmax_at(trace: Trace, step: int, sample: int = 0) -> Softmax:
    """Return the output's softmax at a step (1 … T); DoesNotApply where the loss is not cross entropy."""
    loss = trace.network.loss
    if not loss.is_cross_entropy:
        raise DoesNotApply("There is no softmax here: the loss is a squared error. Choose the token signal.")
    T, B, _ = trace.targets.shape
    if not 1 <= step <= T or not 0 <= sample < B:
        raise ValueError(f"step = {step}, sample = {sample} is outside [1, {T}], [0, {B - 1}]")
    outputs = trace.scaled_outputs
    exponent = None if outputs.exponent is None else outputs.exponent[step - 1, sample]
    s = np.exp(CrossEntropy().log_softmax(Scaled(outputs.mantissa[step - 1, sample], exponent)))
    y = np.array(trace.targets[step - 1, sample])
    if np.isnan(y).any():
        raise DoesNotApply(f"Sample {sample + 1} is asked for nothing at step {step}: choose another step.")
    return Softmax(step, sample, s, y, np.diag(s) - np.outer(s, s), s - y)
