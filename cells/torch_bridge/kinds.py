"""Tell which kind of recurrent module a module of PyTorch is, or why it cannot be read."""

import importlib.util
from typing import Any

from .counterparts import COUNTERPARTS, Counterpart, Kind

READ = "nn.RNN, nn.GRU, nn.LSTM, nn.RNNCell, nn.GRUCell, nn.LSTMCell"


def original(module: Any) -> Any:
    """Return the module that torch.compile was given, for the one that it gave back. ImportError without PyTorch."""
    if importlib.util.find_spec("torch") is None:
        raise ImportError("modules of PyTorch need PyTorch, which is not installed here: pip install torch")
    return getattr(module, "_orig_mod", module) if type(module).__name__ == "OptimizedModule" else module


def kind_of(module: Any) -> Kind:
    """Return the module's kind and sizes.

    ValueError where it is none that can be read, or holds no plain real weights.
    """
    _refuse_other_forms(module)
    counterpart, is_cell = _counterpart_of(module)
    kind = Kind(
        counterpart=counterpart,
        name=type(module).__name__,
        inputs=module.input_size,
        hidden=module.hidden_size,
        layers=getattr(module, "num_layers", 1),
        directions=1 + getattr(module, "bidirectional", False),
        bias=module.bias,
        batch_first=getattr(module, "batch_first", False),
        activation=getattr(module, "nonlinearity", "tanh"),
        is_cell=is_cell,
    )
    _refuse_unread(module, kind)
    _refuse_weights(module, kind)
    return kind


def _counterpart_of(module: Any) -> tuple[Counterpart, bool]:
    from torch import nn

    for counterpart in COUNTERPARTS:
        for is_cell in (False, True):
            if isinstance(module, getattr(nn, counterpart.module + "Cell" * is_cell)):
                return counterpart, is_cell
    raise ValueError(f"module = {type(module).__name__} is none of {READ}")


def _refuse_other_forms(module: Any) -> None:
    """Scripted and quantised modules bear the names of those they were made from."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        name = getattr(module, "original_name", type(module).__name__)
        raise ValueError(f"module = {name} is scripted: give the module that it was made from")
    if "quantiz" in type(module).__module__:
        name = f"{type(module).__module__}.{type(module).__name__}"
        raise ValueError(f"module = {name} is quantised: give the floating-point module that it was made from")


def _refuse_unread(module: Any, kind: Kind) -> None:
    if getattr(module, "proj_size", 0):
        raise ValueError(
            f"proj_size = {module.proj_size} cannot be read: the bridge reads modules whose output is their state"
        )
    if kind.layers > 1 and module.dropout and module.training:
        raise ValueError(f"dropout = {module.dropout:g} is active and differs from call to call: call eval() first")


def _refuse_weights(module: Any, kind: Kind) -> None:
    for name in kind.all_names():
        weight = getattr(module, name)
        if weight.is_meta:
            raise ValueError(f"{name} is on the meta device, which holds shapes and no numbers: load weights first")
        if weight.is_complex():
            raise ValueError(f"{name} is complex ({weight.dtype}): the cells compute with real numbers")
        if not weight.is_floating_point():
            raise ValueError(f"{name} is of {weight.dtype}: give the module in a floating-point type")
