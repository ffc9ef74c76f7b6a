"""The contract every cell keeps.

Shapes: T steps, B batch, I inputs, H hidden, n blocks of H columns. Every array may carry an axis of settings (G) right
before the batch, (T, G, B, H), and every parameter the same axis in front, (G, H, nH): no method needs to know.

The cells' equations write δz for dL_b/dz, the total gradient of one sample's loss, and ∂z/∂y for a local derivative:
within one step, elementwise, with all else that z reads held fixed. In the code they are `d_z` and `dz_dy`.

The tape is what one layer remembers of its forward pass: a dict of arrays whose first axis is time. States hold T+1
entries, index 0 the initial one, so `tape["h"][t]` enters step t and `tape["h"][t + 1]` leaves it (t counts from 0).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .activations import Activation
from .arrays import Array, empty_unit_major
from .gate import Gate
from .initialisers import draw
from .knobs import Knobs
from .scaled import Scaled, sums_of_products
from .step_graph import StepGraph

Params = dict[str, Array]
Tape = dict[str, Array]
Arrays = tuple[Array, ...]
StateArrays = Mapping[str, Array]  # by the state's name


@dataclass(frozen=True)
class Recipe:
    """Everything that initial parameters depend on: the same for every cell."""

    init: str
    weight_scale: float
    input_scale: float
    seed: int
    layer: int
    inputs: int
    hidden: int
    steps: int

    def rng(self, purpose: int) -> np.random.Generator:
        """Return a generator of its own for this seed, layer and purpose."""
        return np.random.default_rng((self.seed, self.layer, purpose))

    def recurrent(self, blocks: int) -> Array:
        """W_h (H, blocks·H), times the weight scale."""
        stream = (self.seed, self.layer, 1)
        return self.weight_scale * draw(self.init, (self.hidden, self.hidden), blocks, stream)

    def input(self, blocks: int) -> Array:
        """Draw W_x (I, blocks·H), times the input scale."""
        stream = (self.seed, self.layer, 0)
        return self.input_scale * draw(self.init, (self.inputs, self.hidden), blocks, stream)


class Cell(ABC):
    """One layer of a recurrent network, forward and backward, and all that is shown of it by name.

    `gates` are in the order they are shown; the time gate is one of them. What is not declared is not there.
    """

    name: ClassVar[str]
    label: ClassVar[str]  # on buttons and in menus
    title: ClassVar[str] = ""  # in sentences, where the label is short for it
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    gates: ClassVar[tuple[Gate, ...]] = ()
    pre_activations: ClassVar[tuple[str, ...]]  # in the order of the columns of W_x; a gate's bears its name
    candidate: ClassVar[str]  # the block that carries new content; its recurrent matrix sets the spectral radius
    time_gate: ClassVar[Gate | None] = None  # the gate that opens by a clock, in cells that are Clocked
    without_gate: ClassVar[str] = ""  # the cell that is left where the time gate is gone
    delta_blocks: ClassVar[int]  # blocks of H columns in the pre-activation gradient
    constants: ClassVar[tuple[str, ...]] = ()  # parameters that are not trained
    elman: ClassVar[bool] = False  # whether a step is σ(x W_x + h W_h + b) and nothing else but a skip path

    @dataclass(frozen=True)
    class Options(Knobs):
        """Knobs of this cell alone."""

    def __init__(self, options: Any, activation: Activation) -> None:
        self.options = options
        self.activation = activation

    @classmethod
    def build(cls, options: Any, activation: Activation) -> "Cell":
        """Return the cell these options describe."""
        return cls(options, activation)

    @property
    def scalable(self) -> bool:
        """Return whether the state may outgrow float64 and still be carried exactly, by an exponent."""
        return False

    def colour_of(self, name: str) -> str:
        """Return the palette's role for what belongs to a gate, `f`, `W_hf` or `p_f`; h's where it belongs to none."""
        found = [gate for gate in self.gates if name == gate.name or re.search(f"_[xh]?{gate.name}$", name)]
        return found[0].colour if found else "h"

    @property
    def shown_gates(self) -> tuple[Gate, ...]:
        """Return the gates that are drawn side by side: all but the time gate, which has a panel of its own."""
        return tuple(gate for gate in self.gates if gate != self.time_gate)

    @property
    def skip_path(self) -> bool:
        """Return whether the old state is added to the new one, unweighted."""
        return False

    @property
    def shift_sign(self) -> str:
        """Return how the clock reads its shift, a name in `clock.SIGNS`."""
        return "minus"

    @property
    def reads_updated(self) -> bool:
        """Return whether the output of a cell with a time gate reads the updated memory, so that h_t depends on
        c_{t-1}.
        """
        return False

    def step_graph(self) -> StepGraph:
        """Return the step as a graph, in the notation of its equations; empty for a cell that declares none."""
        return ()

    @property
    def blocks(self) -> int:
        """Blocks of H columns in W_x and W_h."""
        return len(self.pre_activations)

    def draw_times(self, steps: int, batch: int, rng: np.random.Generator) -> Array:
        """Return timestamps (T, B); 1, 2, …, T unless the cell knows others."""
        return np.repeat(np.arange(1.0, steps + 1)[:, None], batch, axis=1)

    @abstractmethod
    def init_params(self, recipe: Recipe) -> Params:
        """Draw the initial parameters of one layer."""

    @abstractmethod
    def init_tape(self, params: Params, x: Scaled, start: StateArrays, times: Array) -> Tape:
        """Allocate the tape and do everything that all steps can share: x (T, …, B, I), times (T, …, B)."""

    @abstractmethod
    def forward_steps(self, params: Params, tape: Tape, steps: range) -> None:
        """For every t of a few steps, one after another: fill the tape's states at t + 1 from those at t."""

    @abstractmethod
    def local_derivatives(self, params: Params, tape: Tape, steps: Any) -> Tape:
        """Local derivatives of some steps (a slice or an index array), vectorised over them, by name."""

    def step_vjp(self, params: Params, derivatives: Tape, t: Any, d_next: Arrays, d_prev: Arrays, delta: Array) -> None:
        """Carry gradients of the states after a step to those before it; t is its place among the derivatives.

        d_next, one array (…, B, H) a state: on entry what reaches the states at t + 1 from outside this step; on
        return c has been completed by what flows into it through h_{t+1} itself. d_prev is overwritten with what
        reaches the states at t through this step; delta (…, B, delta_blocks·H) with the gradients of the
        pre-activations. Any of these arrays may have further axes in front: many vectors travel together.
        """
        self.backward_step(params, tuple([d[t] for d in derivatives.values()]), d_next, d_prev, self.split_delta(delta))

    @abstractmethod
    def backward_step(self, params: Params, derivatives: Arrays, d_next: Arrays, d_prev: Arrays, delta: Arrays) -> None:
        """`step_vjp` on a step's own arrays: its local derivatives in order, and delta as `split_delta` gives it."""

    def split_delta(self, delta: Array) -> Arrays:
        """Return the views of delta (…, delta_blocks·H) that `backward_step` writes to and reads."""
        return (delta,)

    @abstractmethod
    def param_grads(self, params: Params, tape: Tape, x: Scaled, h: Scaled, delta: Scaled) -> Params:
        """Return gradients of the summed loss: x (T, …, B, I) and h (T, …, B, H) enter each step."""

    def input_delta(self, delta: Array) -> Array:
        """Return the part of delta, in the column order of W_x, that the input projection sees."""
        return delta

    def grads_through_h(self, derivatives: Tape, t: Any, d_h: Array) -> Arrays:
        """Return what reaches each part through h itself, at the steps that have the places t among the derivatives."""
        return (d_h,)

    def views(self, params: Mapping[str, Array], hidden: int) -> Params:
        """Return the same parameters gate by gate: W_xi, W_hi, b_i, …"""
        found = {}
        for k, gate in enumerate(self.pre_activations):
            columns = slice(k * hidden, (k + 1) * hidden)
            names = {"W_x": f"W_x{gate}", "W_h": f"W_h{gate}", "b": f"b_{gate}"}
            found |= {new: params[old][..., columns] for old, new in names.items() if old in params}
        return found


def row(vector: Array) -> Array:
    """Return a bias or other per-unit parameter (…, H), ready to meet a batch."""
    return vector[..., None, :]


def project(x: Scaled, W: Array, b: Array) -> Scaled:
    """x W + b for all steps: (T, …, B, I), (…, I, N), (…, N) -> (T, …, B, N)."""
    return Scaled(product(x.mantissa, W), x.exponent).plus(row(b))


def project_inputs(x: Scaled, W: Array, b: Array) -> Scaled:
    """Return the same as one product, [x 1] with W on b: faster where N is large."""
    used = row(b).any(axis=-1, keepdims=True).astype(b.dtype)  # a bias of zeros must not bind the exponent
    rows, ones, exponent = x.beside(used)
    both = empty_unit_major(*rows.shape[:-1], rows.shape[-1] + 1, dtype=rows.dtype)
    both[..., :-1], both[..., -1:] = rows, ones
    return Scaled(product(both, np.concatenate([W, row(b)], axis=-2)), exponent)


def product(rows: Array, W: Array) -> Array:
    """rows (T, …, B, I) times W (…, I, N), laid out as `empty_unit_major` does."""
    return np.matmul(rows, W, out=empty_unit_major(*rows.shape[:-1], W.shape[-1], dtype=np.result_type(rows, W)))


def transposed(W: Array) -> Array:
    """Return Wᵀ of each setting."""
    return W.mT


def states_like(start: Array, steps: int) -> Array:
    """Room for T+1 states, the initial one filled in."""
    states = empty_unit_major(steps + 1, *start.shape, dtype=start.dtype)
    states[0] = start
    return states


def blocks(a: Array, n: int) -> list[Array]:
    """a (…, nH) as its n blocks of H columns."""
    H = a.shape[-1] // n
    return [a[..., k * H : (k + 1) * H] for k in range(n)]


def linear_grads(x: Scaled, h: Scaled, delta: Scaled) -> Params:
    """Return gradients of W_x, W_h and b where all three meet the same pre-activations."""
    W_x, W_h, b = sums_of_products([x, h, ones_like(x)], delta)
    return {"W_x": W_x, "W_h": W_h, "b": b[..., 0, :]}


def ones_like(x: Scaled) -> Scaled:
    """Return the constant input 1 that a bias meets: (T, …, B, 1)."""
    return Scaled(np.ones((*x.mantissa.shape[:-1], 1), x.mantissa.dtype))
