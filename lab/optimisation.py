"""PyTorch's optimisers and schedules by name, and clipping between the backward pass and the step."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import Parameter
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LambdaLR, LRScheduler, StepLR

from .parameters import norm
from .settings import LabSettings


def _sgd(theta: Parameter, s: LabSettings) -> Optimizer:
    return SGD([theta], lr=s.rate, momentum=s.momentum, weight_decay=s.weight_decay)


def _rmsprop(theta: Parameter, s: LabSettings) -> Optimizer:
    return RMSprop([theta], lr=s.rate, momentum=s.momentum, weight_decay=s.weight_decay)


def _adam(theta: Parameter, s: LabSettings) -> Optimizer:
    return Adam([theta], lr=s.rate, weight_decay=s.weight_decay)


def _adamw(theta: Parameter, s: LabSettings) -> Optimizer:
    return AdamW([theta], lr=s.rate, weight_decay=s.weight_decay)


OPTIMISERS: dict[str, Callable[[Parameter, LabSettings], Optimizer]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}


def optimiser_of(settings: LabSettings, theta: Parameter) -> Optimizer:
    """PyTorch's optimiser of these settings."""
    return OPTIMISERS[settings.optimiser](theta, settings)


def schedule_of(settings: LabSettings, optimiser: Optimizer, updates_an_epoch: int) -> LRScheduler:
    """PyTorch's schedule of the rate; one step an update."""
    s = settings
    if s.schedule == "step":
        return StepLR(optimiser, s.rate_every, s.rate_factor)
    if s.schedule == "exponential":
        return ExponentialLR(optimiser, s.rate_factor ** (1 / s.rate_every))
    if s.schedule == "cosine":
        return CosineAnnealingLR(optimiser, s.updates)
    if s.schedule == "epochs":
        return LambdaLR(optimiser, lambda update: s.rate_factor ** _epochs_past(s, update, updates_an_epoch))
    return LambdaLR(optimiser, lambda update: 1.0)


def _epochs_past(s: LabSettings, update: int, updates_an_epoch: int) -> int:
    """Return how many epochs from `rate_epoch` on have begun, this one included."""
    return max(0, update // max(1, updates_an_epoch) + 2 - s.rate_epoch)


@dataclass(frozen=True)
class Clipping:
    """The effect of clipping: the gradient's norm before and after, and the share of components that were cut."""

    before: float
    after: float
    share: float  # of components beyond ±clip_value

    @property
    def bit(self) -> bool:
        """Return whether it changed the gradient."""
        return self.share > 0 or self.after < self.before


def clip_grads(settings: LabSettings, grad: Tensor) -> Clipping:
    """Clip a gradient in place, by value and then by norm, as far as the settings ask for either."""
    before, share = norm(grad), 0.0
    if settings.clip_value:
        share = float((grad.abs() > settings.clip_value).double().mean())
        grad.clamp_(-settings.clip_value, settings.clip_value)
    after = norm(grad) if share else before
    if settings.clip and after > settings.clip:
        grad.mul_(settings.clip / after)
        after = settings.clip
    return Clipping(before, after, share)
