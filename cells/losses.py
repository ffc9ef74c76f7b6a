"""Losses on the outputs, and the steps they are attached to."""

from abc import ABC, abstractmethod

import numpy as np

from .arrays import Array
from .scaled import Scaled, shifted


class Loss(ABC):
    """ℓ(ŷ, y) of one step and its derivative. Outputs are Scaled (T, …, B, O), targets plain."""

    @property
    def is_cross_entropy(self) -> bool:
        """Return whether outputs are logits of a softmax."""
        return False

    @abstractmethod
    def value(self, outputs: Scaled, targets: Array) -> Array:
        """Return ℓ, (T, …, B)."""

    @abstractmethod
    def slope(self, outputs: Scaled, targets: Array) -> Scaled:
        """∂ℓ/∂ŷ, (T, …, B, O)."""


class SquaredError(Loss):
    """ℓ = Σ_o (ŷ_o - y_o)²"""

    def value(self, outputs, targets):
        gap = outputs.plain() - targets
        return (gap * gap).sum(axis=-1)

    def slope(self, outputs, targets):
        gap = outputs.plus(-targets)
        return Scaled(2 * gap.mantissa, gap.exponent)


class CrossEntropy(Loss):
    """ℓ = -Σ_o y_o log softmax(ŷ)_o"""

    @property
    def is_cross_entropy(self):
        return True

    def value(self, outputs, targets):
        return -(targets * self.log_softmax(outputs)).sum(axis=-1, where=targets > 0)

    def slope(self, outputs, targets):
        p = np.exp(self.log_softmax(outputs))
        others = np.where(targets > 0, 0, p).sum(axis=-1, keepdims=True)  # 1 - p has no digits left near p = 1
        return Scaled(np.where(targets > 0, -others, p))

    def log_softmax(self, outputs: Scaled) -> Array:
        """log softmax(ŷ); the largest logit comes off before the exponent comes back, so nothing overflows to nan."""
        logits = outputs.mantissa
        top = np.take_along_axis(logits, np.real(logits).argmax(axis=-1, keepdims=True), axis=-1)
        logits = shifted(logits - top, outputs.exponent)
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


class Linear(Loss):
    """ℓ = Σ_o g_o ŷ_o: the loss whose derivative g is given, in place of the targets."""

    def value(self, outputs, targets):
        return (outputs.plain() * targets).sum(axis=-1)

    def slope(self, outputs, targets):
        return Scaled(targets)


class WhereAsked(Loss):
    """Another loss at the samples that have a target; 0, and no gradient, where the target is nan."""

    def __init__(self, loss: Loss) -> None:
        self.loss = loss

    @property
    def is_cross_entropy(self):
        return self.loss.is_cross_entropy

    def value(self, outputs, targets):
        asked = ~np.isnan(targets).any(axis=-1)
        return np.where(asked, self.loss.value(outputs, np.nan_to_num(targets)), 0)

    def slope(self, outputs, targets):
        asked = ~np.isnan(targets).any(axis=-1, keepdims=True)
        slope = self.loss.slope(outputs, np.nan_to_num(targets))
        return Scaled(np.where(asked, slope.mantissa, 0), slope.exponent)


LOSSES: dict[str, Loss] = {"squared_error": SquaredError(), "cross_entropy": CrossEntropy()}

LOSS_MODES = {"last": "last step", "all": "all steps", "chosen": "chosen"}
REDUCTIONS = {"mean": "mean over steps", "sum": "sum over steps"}


def loss_weights(settings) -> Array:
    """w_t (T,) in L_b = Σ_t w_t ℓ_t: where the loss is attached, and how much each step counts."""
    weights = np.zeros(settings.steps)
    weights[attached_steps(settings) - 1] = 1
    return weights / weights.sum() if settings.loss_reduction == "mean" else weights


def attached_steps(settings) -> np.ndarray:
    """Return the steps, counted from 1, whose output enters the loss."""
    chosen = {"last": [settings.steps], "all": range(1, settings.steps + 1), "chosen": settings.loss_steps}
    return np.array(chosen[settings.loss], dtype=int)
