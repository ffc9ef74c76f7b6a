"""Which of our cells computes what a module of PyTorch computes, and how PyTorch names and orders its weights.

PyTorch keeps its matrices transposed, its gates in another order, and two biases for each gate: an LSTM of d inputs and
n units has 4n(d + n + 2) parameters there and 4n(d + n + 1) here, where the two are one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cells.activations import ACTIVATIONS
from cells.arrays import Array
from cells.base import Cell, Params
from cells.registry import CELLS


@dataclass(frozen=True)
class Counterpart:
    """One of PyTorch's modules, and the cell that computes the same."""

    cell: str
    module: str
    gates: tuple[str, ...]  # our names in the order of PyTorch's rows
    inner: tuple[str, ...] = ()  # gates whose second bias stays apart, inside the product with the reset gate
    activations: tuple[str, ...] = ("tanh",)
    options: Mapping[str, Any] = field(default_factory=dict)  # knobs at which the equations are PyTorch's

    def build(self, activation: str = "tanh") -> Cell:
        """Build the cell with these options."""
        kind = CELLS[self.cell]
        return kind.build(kind.Options(**self.options), ACTIVATIONS[activation])


COUNTERPARTS = (
    Counterpart("rnn", "RNN", ("u",), activations=("tanh", "relu"), options={"residual": False}),
    Counterpart("gru", "GRU", ("r", "z", "n"), inner=("n",), options={"form": "pytorch"}),
    Counterpart("lstm", "LSTM", ("i", "f", "g", "o"), options={"peepholes": False}),
)
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@dataclass(frozen=True)
class Kind:
    """The kind of a module: its counterpart and its sizes. A *Cell has one layer and names without a suffix."""

    counterpart: Counterpart
    name: str  # of the module's class
    inputs: int
    hidden: int
    layers: int = 1
    directions: int = 1
    bias: bool = True
    batch_first: bool = False
    activation: str = "tanh"
    is_cell: bool = False

    @property
    def label(self) -> str:
        """Return the module's name as one writes it: nn.LSTM or nn.LSTMCell."""
        return f"nn.{self.counterpart.module}{'Cell' if self.is_cell else ''}"

    @property
    def rows(self) -> list[tuple[int, int]]:
        """(layer, direction) of every row of h_0, in PyTorch's order."""
        return [(layer, way) for layer in range(self.layers) for way in range(self.directions)]

    def names(self, layer: int, way: int) -> dict[str, str]:
        """weight_ih, … -> the module's own name of it."""
        suffix = "" if self.is_cell else f"_l{layer}{'_reverse' if way else ''}"
        return {name: name + suffix for name in (WEIGHTS if self.bias else WEIGHTS[:2])}

    def all_names(self) -> Iterator[str]:
        """Yield every weight the module has."""
        for layer, way in self.rows:
            yield from self.names(layer, way).values()

    def params(self, weights: Mapping[str, Array], layer: int, way: int = 0) -> Params:
        """Return one layer's weights, by the module's names, under ours."""
        named = {name: weights[own] for name, own in self.names(layer, way).items()}
        return our_params(self.counterpart, self.counterpart.build(self.activation), named)


def our_params(counterpart: Counterpart, cell: Cell, arrays: Mapping[str, Array]) -> Params:
    """Weights in our order of gates, the two biases added up where nothing stands between them.

    `arrays` holds weight_ih (N, I), weight_hh (N, H), and bias_ih, bias_hh (N,) where there are any.
    """
    gates, sums = counterpart.gates, cell.pre_activations
    zeros = np.zeros(len(arrays["weight_hh"]))
    rows = [gates.index(gate) for gate in sums]
    split = {name: np.split(arrays.get(name, zeros), len(rows)) for name in WEIGHTS}
    first, second = ([split[name][k] for k in rows] for name in WEIGHTS[2:])
    apart = {f"b_h{gate}": b for gate, b in zip(sums, second, strict=True) if gate in counterpart.inner}
    b = [i + h * (gate not in counterpart.inner) for gate, i, h in zip(sums, first, second, strict=True)]
    W_x, W_h = (np.concatenate([split[name][k].T for k in rows], axis=1) for name in WEIGHTS[:2])
    return {"W_x": W_x, "W_h": W_h, "b": np.concatenate(b)} | apart


def counterpart_to(cell: Cell) -> Counterpart:
    """PyTorch's counterpart of a cell; ValueError where it has none."""
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
