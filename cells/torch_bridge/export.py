"""A trace's weights and gradients under PyTorch's names."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cells.arrays import Array
from cells.trace import LayerTrace, Trace

from .counterparts import counterpart_to

if TYPE_CHECKING:
    import torch
    from torch import nn


def to_torch(trace: Trace) -> "nn.RNNBase":
    """Return the PyTorch module with the trace's weights, in float64.

    Its first bias is ours and its second 0, save that of the GRU's candidate, which we keep apart too. ValueError where
    PyTorch has no such cell.
    """
    import torch
    from torch import nn

    counterpart = counterpart_to(trace.top.cell)
    sizes = trace.inputs.shape[-1], trace.states["h"].shape[-1], len(trace.layers)
    more = {"nonlinearity": trace.top.cell.activation.name} if len(counterpart.activations) > 1 else {}
    more |= {"bidirectional": trace.reverse is not None}
    module = getattr(nn, counterpart.module)(*sizes, device="meta", dtype=torch.float64, **more)  # draws no weights
    module.load_state_dict(_tensors(named_arrays(trace, lambda layer: layer.params, np.zeros_like)), assign=True)
    return module


def torch_grads(trace: Trace) -> "dict[str, torch.Tensor]":
    """The trace's parameter gradients under PyTorch's names: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, …

    Both biases get the gradient of our one. ValueError where PyTorch has no such cell.
    """
    return _tensors(named_grads(trace))


def named_grads(trace: Trace) -> dict[str, Array]:
    """Return the same as arrays."""
    return named_arrays(trace, lambda layer: layer.param_grads, np.copy)


def named_arrays(
    trace: Trace, pick: Callable[[LayerTrace], Mapping[str, Array]], second: Callable[[Array], Array]
) -> dict[str, Array]:
    """Arrays of every layer under PyTorch's names; `second` makes of our bias the second one."""
    gates, named = counterpart_to(trace.top.cell).gates, {}
    for suffix, layer in _layers(trace):
        ours = pick(layer)
        named[f"weight_ih_{suffix}"] = np.concatenate([ours[f"W_x{g}"] for g in gates], axis=1).T
        named[f"weight_hh_{suffix}"] = np.concatenate([ours[f"W_h{g}"] for g in gates], axis=1).T
        named[f"bias_ih_{suffix}"] = np.concatenate([ours[f"b_{g}"] for g in gates])
        named[f"bias_hh_{suffix}"] = np.concatenate([ours.get(f"b_h{g}", second(ours[f"b_{g}"])) for g in gates])
    return named


def _layers(trace: Trace) -> Iterator[tuple[str, LayerTrace]]:
    for k, layer in enumerate(trace.layers):
        yield f"l{k}", layer
        if trace.reverse is not None:
            yield f"l{k}_reverse", trace.reverse.layers[k]


def _tensors(arrays: Mapping[str, Array]) -> Any:
    import torch

    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
