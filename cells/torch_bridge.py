"""PyTorch's nn.RNN, nn.GRU and nn.LSTM in, as a trace; a trace's weights and gradients out, under PyTorch's names.

PyTorch keeps its matrices transposed, its gates in another order, and two biases for each gate: an LSTM of d inputs and
n units has 4n(d + n + 2) parameters there and 4n(d + n + 1) here, where the two are one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .activations import ACTIVATIONS
from .arrays import Array
from .base import Cell, Params
from .engine import solve
from .losses import Linear
from .network import Network
from .registry import CELLS
from .trace import LayerTrace, Trace

if TYPE_CHECKING:
    import torch
    from torch import nn

UNREAD = {  # settings of a module that make another computation of it
    "bidirectional": "the bridge reads modules that run forward in time only",
    "proj_size": "the bridge reads modules whose output is their state",
    "batch_first": "the bridge takes x (T, B, I) and a module made with batch_first=False",
}


@dataclass(frozen=True)
class Counterpart:
    """One of PyTorch's modules, and the cell that computes the same."""

    cell: str
    module: str
    gates: tuple[str, ...]  # our names in the order of PyTorch's rows
    inner: tuple[str, ...] = ()  # gates whose second bias stays apart, inside the product with the reset gate
    activations: tuple[str, ...] = ("tanh",)
    options: Mapping[str, Any] = field(default_factory=dict)  # knobs at which the equations are PyTorch's


COUNTERPARTS = (
    Counterpart("rnn", "RNN", ("u",), activations=("tanh", "relu"), options={"residual": False}),
    Counterpart("gru", "GRU", ("r", "z", "n"), inner=("n",), options={"form": "pytorch"}),
    Counterpart("lstm", "LSTM", ("i", "f", "g", "o"), options={"peepholes": False}),
)


def trace_torch(module: "nn.RNNBase", x: Any, d_out: Any) -> Trace:
    """Run an nn.RNN, nn.GRU or nn.LSTM forward and backward, in float64 whatever its own type.

    x (T, B, I) and d_out (T, B, H) = dL/d output may be tensors or arrays; the states start at 0. L is the loss of the
    whole batch: `param_grads` are dL/dW, as PyTorch's `.grad` would be, only named and ordered as ours (`torch_grads`
    has them under PyTorch's names). The trace has no settings. ValueError names what cannot be read, and why.
    """
    counterpart = _counterpart_of(module)
    _refuse_unread(module)
    x = _checked("x", x, ("T", "B", module.input_size))
    d_out = _checked("d_out", d_out, (*x.shape[:2], module.hidden_size))
    return solve(_network(counterpart, module, x, d_out))


def to_torch(trace: Trace) -> "nn.RNNBase":
    """The PyTorch module with the trace's weights, in float64.

    Its first bias is ours and its second 0, save that of the GRU's candidate, which we keep apart too. ValueError where
    PyTorch has no such cell.
    """
    import torch
    from torch import nn

    counterpart = _counterpart_to(trace.top.cell)
    sizes = trace.inputs.shape[-1], trace.states["h"].shape[-1], len(trace.layers)
    more = {"nonlinearity": trace.top.cell.activation.name} if counterpart.cell == "rnn" else {}
    module = getattr(nn, counterpart.module)(*sizes, device="meta", dtype=torch.float64, **more)  # draws no weights
    module.load_state_dict(_named(trace, lambda layer: layer.params, np.zeros_like), assign=True)
    return module


def torch_grads(trace: Trace) -> "dict[str, torch.Tensor]":
    """The trace's parameter gradients under PyTorch's names: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, …

    Both biases get the gradient of our one. ValueError where PyTorch has no such cell.
    """
    return _named(trace, lambda layer: layer.param_grads, np.copy)


def _counterpart_of(module: Any) -> Counterpart:
    from torch import nn

    for counterpart in COUNTERPARTS:
        if isinstance(module, getattr(nn, counterpart.module)):
            return counterpart
    raise ValueError(f"module = {type(module).__name__} is none of nn.RNN, nn.GRU, nn.LSTM")


def _counterpart_to(cell: Cell) -> Counterpart:
    found = next((c for c in COUNTERPARTS if c.cell == cell.name), None)
    if found is None:
        raise ValueError(f"cell = {cell.name!r} has no counterpart in PyTorch: it knows rnn, gru, lstm")
    if cell.activation.name not in found.activations:
        known = " or ".join(found.activations)
        raise ValueError(f"activation = {cell.activation.name!r} is not in nn.{found.module}, which knows {known}")
    for name, value in found.options.items():
        if getattr(cell.options, name) != value:
            raise ValueError(f"{name} = {getattr(cell.options, name)!r} is not in nn.{found.module}: it is {value!r}")
    return found


def _refuse_unread(module: Any) -> None:
    for name, reason in UNREAD.items():
        if getattr(module, name):
            raise ValueError(f"{name} = {getattr(module, name)!r} cannot be read: {reason}")
    if module.dropout and module.training and module.num_layers > 1:
        raise ValueError(f"dropout = {module.dropout:g} is active and differs from call to call: call eval() first")


def _checked(name: str, values: Any, shape: tuple) -> Array:
    """A float64 copy of `values`, or ValueError; a letter in `shape` stands for any size from 1 on."""
    array = _to_numpy(name, values)
    fits = [n == s if isinstance(s, int) else n > 0 for n, s in zip(array.shape, shape, strict=False)]
    if array.ndim != len(shape) or not all(fits):
        raise ValueError(f"{name} has shape {array.shape}; it takes ({', '.join(map(str, shape))})")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = tuple(bad[0].tolist())
        raise ValueError(f"{name} = {array[place]} at {place} is not finite")
    return array


def _to_numpy(name: str, values: Any) -> Array:
    import torch

    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        values = values.double().numpy() if not values.is_complex() else values.numpy()
    try:
        array = np.array(values)
        if array.dtype.kind in "biuf":
            return array.astype(np.float64)
    except ValueError:
        pass  # rows of different lengths
    raise ValueError(f"{name} = {type(values).__name__} is no array of real numbers")


def _network(counterpart: Counterpart, module: Any, x: Array, d_out: Array) -> Network:
    """The module as a network whose outputs are its states and whose loss is Σ d_out ⊙ output."""
    activation = ACTIVATIONS[getattr(module, "nonlinearity", "tanh")]
    kind = CELLS[counterpart.cell]
    cell = kind.build(kind.Options(**counterpart.options), activation)
    (T, B, H), layers = d_out.shape, range(module.num_layers)
    return Network(
        cell=cell,
        layers=tuple(_params(counterpart, cell, module, layer) for layer in layers),
        readout={"W_y": np.eye(H), "b_y": np.zeros(H)},
        start=tuple({part: np.zeros((B, H)) for part in cell.state_names} for _ in layers),
        x=x,
        targets=d_out,
        times=cell.draw_times(T, B, np.random.default_rng(0)),
        weights=np.ones(T),
        loss=Linear(),
        divisor=1,
    )


def _params(counterpart: Counterpart, cell: Cell, module: Any, layer: int) -> Params:
    """One layer's parameters in our order of gates, the two biases added up where nothing stands between them."""
    names = ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if module.bias else ()))
    arrays = {name: _read(module, f"{name}_l{layer}") for name in names}
    zeros = np.zeros(len(counterpart.gates) * module.hidden_size)
    rows = [counterpart.gates.index(gate) for gate in cell.pre_activations]
    split = {name: np.split(arrays.get(name, zeros), len(rows)) for name in (*names[:2], "bias_ih", "bias_hh")}
    first, second = ([split[name][k] for k in rows] for name in ("bias_ih", "bias_hh"))
    apart = {f"b_h{gate}": b for gate, b in zip(cell.pre_activations, second, strict=True) if gate in counterpart.inner}
    b = [i + h * (g not in counterpart.inner) for g, i, h in zip(cell.pre_activations, first, second, strict=True)]
    W_x, W_h = (np.concatenate([split[name][k].T for k in rows], axis=1) for name in names[:2])
    return {"W_x": W_x, "W_h": W_h, "b": np.concatenate(b)} | apart


def _read(module: Any, name: str) -> Array:
    weight = getattr(module, name)
    return _checked(name, weight, tuple(weight.shape))


def _named(trace: Trace, pick: Callable[[LayerTrace], Mapping[str, Array]], second: Callable) -> Any:
    """Arrays of every layer under PyTorch's names, as tensors; `second` makes of our bias the second one."""
    import torch

    gates = _counterpart_to(trace.top.cell).gates
    named = {}
    for k, layer in enumerate(trace.layers):
        ours = pick(layer)
        named[f"weight_ih_l{k}"] = np.concatenate([ours[f"W_x{g}"] for g in gates], axis=1).T
        named[f"weight_hh_l{k}"] = np.concatenate([ours[f"W_h{g}"] for g in gates], axis=1).T
        named[f"bias_ih_l{k}"] = np.concatenate([ours[f"b_{g}"] for g in gates])
        named[f"bias_hh_l{k}"] = np.concatenate([ours.get(f"b_h{g}", second(ours[f"b_{g}"])) for g in gates])
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in named.items()}
