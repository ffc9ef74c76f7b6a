"""When a number is no longer finite: where that was, and by what it grew."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from cells.arrays import Array
from cells.words import number

from .parameters import FlatParameters


class NotFinite(Exception):
    """Raised inside an update; `tensor` names the first tensor with a value that is not finite."""

    def __init__(self, tensor: str) -> None:
        super().__init__(tensor)
        self.tensor = tensor


def check_reading(h: Tensor, outputs: Tensor, loss: Tensor) -> None:
    """NotFinite unless the loss is finite; it came from the states, the outputs, or itself."""
    if math.isfinite(loss.item()):
        return
    bad = np.flatnonzero(~np.isfinite(h.detach().numpy()).all(axis=(1, 2)))
    if len(bad):
        raise NotFinite(f"the state h at step {bad[0] + 1} of {len(h)}")
    raise NotFinite("the output" if not bool(torch.isfinite(outputs).all()) else "the loss")


def check_grads(theta: FlatParameters, size: float) -> None:
    """NotFinite unless the gradient's norm is; names the parameter."""
    if not math.isfinite(size):
        raise NotFinite(f"the gradient of {theta.first_bad(of_grad=True)}")


def check_parameters(theta: FlatParameters, size: float) -> None:
    """NotFinite unless the parameters' norm is; names the parameter."""
    if not math.isfinite(size):
        raise NotFinite(f"the parameter {theta.first_bad(of_grad=False)}")


def growth_in_words(columns: dict[str, Array], states: Sequence[Array]) -> str:
    """Return how the last updates led there: the gradient, the weights, and the state along its steps.

    columns  of the history so far
    states   h of each layer (T, B, H) in the forward pass that failed
    """
    told = [*_between_updates(columns), *_along_steps(states)]
    return " ".join(told) or "It was so from the first forward pass on."


def _between_updates(columns: dict[str, Array]) -> list[str]:
    norms, weights = columns["grad_norm"], columns["weight_norm"]
    if not len(norms):
        return []
    told = [f"The gradient of update {len(norms)} had the norm {number(float(norms[-1]))}"]
    if len(weights) > 1:
        told[0] += f"; ‖W‖ went from {number(float(weights[-2]))} to {number(float(weights[-1]))} by it"
    return [f"{told[0]}."]


def _along_steps(states: Sequence[Array]) -> list[str]:
    for layer, h in enumerate(states):
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            sizes = np.log10(np.abs(h.astype(np.float64)).max(axis=(1, 2)))
        known = np.flatnonzero(np.isfinite(sizes))
        if len(known) > 1 and (slope := float(sizes[known[-1]] - sizes[known[0]]) / (known[-1] - known[0])) > 0.01:
            return [f"Its state in layer {layer + 1} grows {number(10**slope)}-fold a step."]
    return []
