"""The same layer by PyTorch's fused kernels: for speed, and as a check. No gradient of a step comes out of them."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from cells.base import Cell

from .settings import COUNTERPARTS

ORDER = {
    "rnn": ("u",),
    "gru": ("r", "z", "n"),
    "lstm": ("i", "f", "g", "o"),
}  # our names in the order of PyTorch's rows


def fused_layer(cell: Cell, params: Mapping[str, Tensor], x: Tensor, start: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Return the parts of the state at steps 1 … T, (T, B, H): h of all steps, and c of the last one alone, (1,
    B, H).
    """
    initial = tuple(part.unsqueeze(0).contiguous() for part in start)
    weights = [w.contiguous() for w in torch_weights(cell, params)]
    flags = (True, 1, 0.0, False, False, False)  # biases, layers, dropout, training, bidirectional, batch first
    if cell.name == "lstm":
        h, _, c = torch.lstm(x, initial, weights, *flags)
        return h, c.detach()
    kernel = {"gru": torch.gru, "rnn": torch.rnn_relu if cell.activation.name == "relu" else torch.rnn_tanh}[cell.name]
    return (kernel(x, initial[0], weights, *flags)[0],)


def torch_weights(cell: Cell, params: Mapping[str, Tensor]) -> list[Tensor]:
    """weight_ih, weight_hh, bias_ih, bias_hh as nn.* has them; of two biases that add up the second is 0."""
    order = [cell.pre_activations.index(gate) for gate in ORDER[cell.name]]
    W_x, W_h, b = (_blocks(params[name], order) for name in ("W_x", "W_h", "b"))
    second = torch.zeros_like(b)
    if "b_hn" in params:
        second = torch.cat([second[: -len(params["b_hn"])], params["b_hn"]])
    return [W_x.T, W_h.T, b, second]


def _blocks(a: Tensor, order: list[int]) -> Tensor:
    """Return the columns of a (…, nH), block by block in another order."""
    parts = a.chunk(len(order), dim=-1)
    return torch.cat([parts[k] for k in order], dim=-1)


def has_counterpart(cell: Cell) -> bool:
    """Return whether one of nn.* computes what a layer of this cell does."""
    plain = not any(getattr(cell.options, name, False) for name in ("residual", "peepholes"))
    plain = plain and getattr(cell.options, "form", "pytorch") == "pytorch"
    return cell.name in ORDER and plain and cell.activation.name in COUNTERPARTS[cell.name]
