"""One recurrent layer as one node of PyTorch's graph: our own loops forward and backward, in float32 or float64.

The backward pass that trains is the one that measures: it carries every dL/dh_t, and leaves their norms behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cells.arrays import Array
from cells.backward import UpstreamGrad, backprop
from cells.base import Cell, product, transposed
from cells.scaled import Scaled


@dataclass
class Measured:
    """Norms of a layer's backward pass: log10 ‖dL/d(part)_t‖ (T, B) by part, t = 1 … T.

    −inf throughout where no backward pass came by.
    """

    shape: tuple[int, int]
    log10_norms: dict[str, Array] = field(default_factory=dict)

    def of(self, part: str) -> Array:
        """Return the norms of one part of the state."""
        return self.log10_norms.get(part, np.full(self.shape, -np.inf))


@dataclass(frozen=True, eq=False)
class Layer:
    """A cell, the names of its parameters in their order, the timestamps (T, B), and where norms go."""

    cell: Cell
    names: tuple[str, ...]
    times: Array
    measured: Measured


def unroll_layer(layer: Layer, x: Tensor, start: Sequence[Tensor], params: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Return the parts of the state at steps 1 … T, (T, B, H) each, of which h alone carries a gradient.

    x (T, B, I); start (B, H) for each part of the state, a constant; params in the order of the layer's names. All of
    one type, float32 or float64.
    """
    return Unrolled.apply(layer, x, torch.stack(tuple(start)), *params)  # pyright: ignore[reportReturnType]


class Unrolled(torch.autograd.Function):
    """h_1 … h_T from x and the parameters; the gradients by the cell's own backward step."""

    @staticmethod
    def forward(ctx: Any, *given: Any) -> tuple[Tensor, ...]:
        layer, x, start, *params = given
        cell = layer.cell
        arrays = dict(zip(layer.names, map(_to_numpy, params), strict=True))
        initial = dict(zip(cell.state_names, _to_numpy(start), strict=True))
        with np.errstate(all="ignore"):
            tape = cell.init_tape(arrays, Scaled(_to_numpy(x)), initial, layer.times)
            cell.forward_steps(arrays, tape, range(len(layer.times)))
        ctx.layer, ctx.tape = layer, tape
        ctx.save_for_backward(x, *params)
        states = tuple(torch.from_numpy(tape[part][1:]) for part in cell.state_names)
        ctx.mark_non_differentiable(*states[1:])
        return states

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        layer, tape = ctx.layer, ctx.tape
        x, *params = ctx.saved_tensors
        arrays = dict(zip(layer.names, map(_to_numpy, params), strict=True))
        with np.errstate(all="ignore"):
            totals, delta = backprop(layer.cell, arrays, tape, _arriving(_to_numpy(grads[0])))
            layer.measured.log10_norms = {part: total.log10_norms()[1:] for part, total in totals.items()}
            found = layer.cell.param_grads(arrays, tape, Scaled(_to_numpy(x)), Scaled(tape["h"][:-1]), delta)
            d_x = _input_grad(layer.cell, arrays, delta) if ctx.needs_input_grad[1] else None
        return None, d_x, None, *(_like(found.get(name), p) for name, p in zip(layer.names, params, strict=True))


def _to_numpy(tensor: Tensor) -> Array:
    return tensor.detach().numpy()


def _arriving(d_h: Array) -> UpstreamGrad:
    """Return the steps at which a gradient reaches h through its output, with their rows."""
    steps = np.flatnonzero(d_h.any(axis=(1, 2)))
    return UpstreamGrad((steps + 1).tolist(), Scaled(d_h[steps]))


def _input_grad(cell: Cell, params: dict[str, Array], delta: Scaled) -> Tensor:
    """Return dL/dx (T, B, I)."""
    rows = Scaled(product(cell.input_delta(delta.mantissa), transposed(params["W_x"])), delta.exponent)
    return torch.from_numpy(rows.plain())


def _like(grad: Array | None, parameter: Tensor) -> Tensor | None:
    """Return the gradient as the parameter's type; None where the cell trains none."""
    if grad is None:
        return None
    return torch.from_numpy(np.ascontiguousarray(grad)).to(parameter.dtype)
