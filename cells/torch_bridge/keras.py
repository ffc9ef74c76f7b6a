"""Keras's weights under our names."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cells.arrays import Array
from cells.base import Params

from .numbers import checked

ORDERS = {"rnn": ("u",), "gru": ("z", "r", "n"), "lstm": ("i", "f", "g", "o")}  # our names in Keras's order
NAMES = ("kernel", "recurrent kernel", "bias")


def from_keras(weights: Sequence[Any], cell: str, reset_after: bool = True) -> Params:
    """Return the weights of one SimpleRNN, GRU or LSTM layer, as `get_weights()` lists them, under our names.

    cell         rnn, gru or lstm
    weights      kernel (I, nH), recurrent kernel (H, nH), and bias (nH,) unless the layer has none
    reset_after  of a GRU: True is its default, whose bias is (2, 3H), and our form of PyTorch; False is Cho's form

    Keras's update gate keeps the state where z = 1, in both forms; Cho's overwrites it there, so that its sign is
    turned: sigmoid(-a) = 1 - sigmoid(a). Pass the result to `trace_weights`. ValueError names what does not fit.
    """
    if cell not in ORDERS:
        raise ValueError(f"cell = {cell!r} is none of {', '.join(ORDERS)}")
    apart = cell == "gru" and reset_after
    kernel, recurrent, bias = _checked(weights, len(ORDERS[cell]), apart)
    blocks = {
        name: _blocks(array, ORDERS[cell]) for name, array in zip(("W_x", "W_h"), (kernel, recurrent), strict=True)
    }
    blocks["b"] = _blocks(bias[0] if apart else bias, ORDERS[cell])
    params = {_name(kind, gate): block for kind, named in blocks.items() for gate, block in named.items()}
    if apart:
        inner = _blocks(bias[1], ORDERS[cell])
        params |= {f"b_{gate}": params[f"b_{gate}"] + inner[gate] for gate in ("z", "r")} | {"b_hn": inner["n"]}
    elif cell == "gru":
        params |= {name: -params[name] for name in ("W_xz", "W_hz", "b_z")}
    return params


def _name(kind: str, gate: str) -> str:
    return f"{kind}_{gate}" if kind == "b" else kind + gate


def _checked(weights: Sequence[Any], gates: int, apart: bool) -> tuple[Array, Array, Array]:
    """Kernel, recurrent kernel and bias; zeros for a bias that is left out."""
    if not isinstance(weights, list | tuple) or len(weights) not in (2, 3):
        count = len(weights) if isinstance(weights, list | tuple) else type(weights).__name__
        raise ValueError(f"weights = {count} arrays; it takes 2 or 3: {', '.join(NAMES)}")
    H = np.shape(weights[1])[0] if np.ndim(weights[1]) == 2 else "H"
    width = gates * H if isinstance(H, int) else f"{gates}H"
    kernel = checked(NAMES[0], weights[0], ("I", width))
    recurrent = checked(NAMES[1], weights[1], (H, width))
    shape = (2, width) if apart else (width,)
    zeros = np.zeros((2, recurrent.shape[1]) if apart else recurrent.shape[1])
    return kernel, recurrent, checked(NAMES[2], weights[2], shape) if len(weights) == 3 else zeros


def _blocks(array: Array, gates: Sequence[str]) -> dict[str, Array]:
    """Return columns gate by gate."""
    return dict(zip(gates, np.split(array, len(gates), axis=-1), strict=True))
