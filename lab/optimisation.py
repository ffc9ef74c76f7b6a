"""PyTorch's optimisers and schedules by name, and clipping between the backward pass and the step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_value_, clip_grads_with_norm_, get_total_norm
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LambdaLR, LRScheduler, StepLR

from .settings import LabSettings

Parameters = Iterable[torch.nn.Parameter]


def _sgd(parameters: Parameters, s: LabSettings) -> Optimizer:
    return SGD(parameters, lr=s.rate, momentum=s.momentum, weight_decay=s.weight_decay)


def _rmsprop(parameters: Parameters, s: LabSettings) -> Optimizer:
    return RMSprop(parameters, lr=s.rate, momentum=s.momentum, weight_decay=s.weight_decay)


def _adam(parameters: Parameters, s: LabSettings) -> Optimizer:
    return Adam(parameters, lr=s.rate, weight_decay=s.weight_decay)


def _adamw(parameters: Parameters, s: LabSettings) -> Optimizer:
    return AdamW(parameters, lr=s.rate, weight_decay=s.weight_decay)


OPTIMISERS: dict[str, Callable[[Parameters, LabSettings], Optimizer]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}


def optimiser_of(settings: LabSettings, parameters: Parameters) -> Optimizer:
    """PyTorch's optimiser of these settings."""
    return OPTIMISERS[settings.optimiser](parameters, settings)


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
    """How many epochs from `rate_epoch` on have begun, this one included."""
    return max(0, update // max(1, updates_an_epoch) + 2 - s.rate_epoch)


@dataclass(frozen=True)
class Clipping:
    """What clipping did: the gradient's norm before and after, and the share of components that were cut."""

    before: float
    after: float
    share: float  # of components beyond ±clip_value

    @property
    def bit(self) -> bool:
        """Whether it changed the gradient."""
        return self.share > 0 or self.after < self.before


def clip_grads(settings: LabSettings, parameters: Parameters) -> Clipping:
    """Clip the gradients in place, by value and then by norm, as far as the settings ask for either."""
    owners = [p for p in parameters if p.grad is not None]
    grads = [p.grad for p in owners if p.grad is not None]
    before = get_total_norm(grads)
    share = _clip_values(settings.clip_value, owners, grads)
    after = get_total_norm(grads) if share else before
    if settings.clip and after > settings.clip:
        clip_grads_with_norm_(owners, settings.clip, after)
        after = after * (settings.clip / after)
    return Clipping(float(before), float(after), share)


def _clip_values(limit: float, owners: list[torch.nn.Parameter], grads: list[Tensor]) -> float:
    """Clip each component to ±limit, where there is one; the share of components that lay beyond it."""
    if not limit:
        return 0.0
    beyond = sum(int((grad.abs() > limit).sum()) for grad in grads)
    if beyond:
        clip_grad_value_(owners, limit)
    return beyond / sum(grad.numel() for grad in grads)
