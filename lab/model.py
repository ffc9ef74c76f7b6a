"""The network that learns: an embedding where symbols want one, recurrent layers, a readout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cells.activations import ACTIVATIONS
from cells.arrays import Array
from cells.base import Cell, Params, Recipe

from .counterpart import fused_layer
from .recurrence import Layer, Measured, unroll_layer
from .settings import LabSettings

DTYPES = {"float32": torch.float32, "float64": torch.float64}
READOUT_STREAM, EMBEDDING_STREAM, SMALL_STREAM, BIAS_STREAM = 103, 104, 105, 106  # clear of the layers' own streams
BIASES = "b", "b_hn"
CLOCK = {"tau": (1e-3, None), "r_on": (1e-3, 1.0)}  # where a time gate's parameters mean something

State = tuple[tuple[Tensor, ...], ...]  # of each layer the parts, (B, H)


@dataclass(frozen=True, eq=False)
class Reading:
    """The result of a forward pass: the top layer's h (T, B, H), and the state after the last step."""

    h: Tensor
    state: State


class RecurrentNet(nn.Module):
    """Layers of one cell between an embedding and ŷ = h W_y + b_y."""

    def __init__(self, cell: Cell, layers: Sequence[Params], readout: Params, embedding: Array | None = None) -> None:
        super().__init__()
        self.cell = cell
        self.layers = nn.ModuleList([_parameters(params, cell.constants) for params in layers])
        self.readout = _parameters(readout)
        self.embedding = None if embedding is None else nn.Parameter(torch.tensor(embedding))
        self.engine, self.dropout, self.dropout_ends, self.truncate = "own", 0.0, False, 0
        self._measured: list[list[Measured]] = []

    @property
    def hidden(self) -> int:
        """Return H, the number of hidden units."""
        return self.readout.get_parameter("W_y").shape[0]

    @property
    def recurrent_part(self) -> slice:
        """Return where the layers' parameters stand among all that are trained: behind the embedding, if any."""
        first = 0 if self.embedding is None else self.embedding.numel()
        return slice(first, first + sum(p.numel() for p in self.layers.parameters() if p.requires_grad))

    @property
    def dtype(self) -> torch.dtype:
        """Return the dtype of all arrays: float32 or float64."""
        return self.readout.get_parameter("W_y").dtype

    def initial_state(self, batch: int) -> State:
        """Zeros for every part of every layer."""
        zeros = torch.zeros(batch, self.hidden, dtype=self.dtype)
        return ((zeros,) * len(self.cell.state_names),) * len(self.layers)

    def embed(self, x: Array, vocabulary: int) -> Tensor:
        """Return numbers (T, B, I) as they are, symbols (T, B) by the embedding's rows or as one-hot vectors."""
        if x.ndim == 3:
            return torch.from_numpy(x).to(self.dtype)
        symbols = torch.from_numpy(x)
        if self.embedding is None:
            return functional.one_hot(symbols, vocabulary).to(self.dtype)
        return functional.embedding(symbols, self.embedding)

    def forward(
        self, x: Tensor, times: Array, state: State | None = None, noise: torch.Generator | None = None
    ) -> Reading:
        """Run x (T, B, I) at timestamps (T, B); `noise` draws the dropout, and without it there is none."""
        state = self.initial_state(x.shape[1]) if state is None else state
        x = self._thin(x, noise) if self.dropout_ends else x
        self._measured, outputs = [], []
        for steps in self._windows(len(x)):
            self._measured.append([Measured(times[steps].shape) for _ in self.layers])
            h, state = self._window(x[steps], times[steps], state, noise)
            outputs.append(h)
        h = outputs[0] if len(outputs) == 1 else torch.cat(outputs)
        return Reading(self._thin(h, noise) if self.dropout_ends else h, state)

    def read_out(self, h: Tensor) -> Tensor:
        """ŷ (…, O) of states (…, H)."""
        return h @ self.readout.get_parameter("W_y") + self.readout.get_parameter("b_y")

    def log10_norms(self) -> dict[str, Array]:
        """Return log10 ‖dL/d(part)_t‖ of the last backward pass, (T, B), by part and layer counted from 1: "h1",
        "c1", …
        """
        if self.engine == "torch":
            return {}
        windows, places = self._measured, [(part, k) for k in range(len(self.layers)) for part in self.cell.state_names]
        return {f"{part}{k + 1}": np.concatenate([window[k].of(part) for window in windows]) for part, k in places}

    def states_of(self, x: Tensor, times: Array) -> list[Tensor]:
        """h of every layer (T, B, H), without dropout and truncation."""
        found = []
        for layer, start in zip(self.layers, self.initial_state(x.shape[1]), strict=True):
            x = self._layer(layer, x, times, start, Measured(times.shape))[0]
            found.append(x)
        return found

    @torch.no_grad()
    def keep_clocks(self) -> None:
        """Bring the time gates' periods and open ratios back to where they mean something."""
        for layer in self.layers:
            for name, (low, high) in CLOCK.items():
                if name in layer._parameters:
                    layer.get_parameter(name).clamp_(low, high)

    def _windows(self, steps: int) -> list[slice]:
        """Stretches that credit does not leave."""
        size = self.truncate or steps
        return [slice(first, min(first + size, steps)) for first in range(0, steps, size)]

    def _window(self, x: Tensor, times: Array, state: State, noise: torch.Generator | None) -> tuple[Tensor, State]:
        after = []
        for k, (layer, start) in enumerate(zip(self.layers, state, strict=True)):
            x = self._thin(x, noise) if k else x
            parts = self._layer(layer, x, times, start, self._measured[-1][k])
            x = parts[0]
            after.append(tuple(part[-1].detach() for part in parts))
        return x, tuple(after)

    def _layer(self, layer: nn.Module, x: Tensor, times: Array, start: Sequence[Tensor], out: Measured) -> Any:
        params = dict(layer.named_parameters()) | dict(layer.named_buffers())
        if self.engine == "torch":
            return fused_layer(self.cell, params, x, start)
        return unroll_layer(Layer(self.cell, tuple(params), times, out), x, start, tuple(params.values()))

    def _thin(self, x: Tensor, noise: torch.Generator | None) -> Tensor:
        """Dropout: each number is 0 with this probability, the others grow by 1/(1 - p)."""
        if noise is None or not self.dropout:
            return x
        kept = torch.rand(x.shape, generator=noise, dtype=x.dtype) >= self.dropout
        return x * kept / (1 - self.dropout)


def _parameters(params: Mapping[str, Array], constants: Sequence[str] = ()) -> nn.Module:
    """Return a module that holds arrays under their names; constants as buffers."""
    module = nn.Module()
    for name, values in params.items():
        tensor = torch.tensor(np.ascontiguousarray(values))
        if name in constants:
            module.register_buffer(name, tensor)
        else:
            module.register_parameter(name, nn.Parameter(tensor))
    return module


def build_net(settings: LabSettings, inputs: int, outputs: int) -> RecurrentNet:
    """Draw the network of these settings for so many inputs and outputs."""
    s = settings
    cell = s.cell_class.build(s.options, ACTIVATIONS[s.activation])
    layers = [_draw_layer(s, cell, layer, inputs) for layer in range(s.layers)]
    rng = np.random.default_rng((s.seed, READOUT_STREAM))
    W_y = rng.normal(0, s.start or s.hidden**-0.5, (s.hidden, outputs))
    readout = {"W_y": W_y, "b_y": _moved(s, rng, np.zeros(outputs))}
    net = RecurrentNet(cell, layers, readout, _draw_embedding(s, inputs))
    net.engine, net.dropout, net.dropout_ends, net.truncate = s.engine, s.dropout, s.dropout_ends, s.truncate
    return net.to(DTYPES[s.precision])


def _draw_layer(s: LabSettings, cell: Cell, layer: int, inputs: int) -> Params:
    """Return a layer's parameters as its initialiser draws them, or all weights from N(0, start²)."""
    reads = s.hidden if layer else s.embedding or inputs
    params = cell.init_params(Recipe(s.init, s.weight_scale, s.input_scale, s.seed, layer, reads, s.hidden, s.length))
    if s.start:
        rng = np.random.default_rng((s.seed, layer, SMALL_STREAM))
        params |= {name: rng.normal(0, s.start, params[name].shape) for name in ("W_x", "W_h")}
    rng = np.random.default_rng((s.seed, layer, BIAS_STREAM))
    return params | {name: _moved(s, rng, params[name]) for name in BIASES if name in params}


def _moved(s: LabSettings, rng: np.random.Generator, bias: Array) -> Array:
    """Return a bias with U(−k/√H, k/√H) added; k is the bias scale."""
    return bias + s.bias_scale * s.hidden**-0.5 * rng.uniform(-1, 1, bias.shape)


def _draw_embedding(s: LabSettings, symbols: int) -> Array | None:
    """Return rows of N(0, 1), or of N(0, start²) as all weights; None for one-hot vectors."""
    if not s.embedding:
        return None
    rng = np.random.default_rng((s.seed, EMBEDDING_STREAM))
    return rng.normal(0, s.start or 1.0, (symbols, s.embedding))
