"""The LSTM, with optional peepholes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .activations import sigmoid, sigmoid_slope
from .arrays import Array
from .base import (
    Arrays,
    Cell,
    Params,
    Recipe,
    StateArrays,
    Tape,
    blocks,
    linear_grads,
    project_inputs,
    row,
    states_like,
    transposed,
)
from .gate import Gate
from .initialisers import chrono_biases
from .knobs import Knobs, knob, switch
from .scaled import Scaled, sum_over_time
from .step_graph import (
    C_PREV,
    H_PREV,
    Node,
    Path,
    StepGraph,
    Term,
    X,
    activated,
    pre_activation,
    pre_activation_path,
    sigmoid_of,
)

FORGET_HELP = "Above 0 the cell remembers by default (Gers et al. 2000; Jozefowicz et al. 2015)."
PEEPHOLES_HELP = "The gates also see the cell state: i and f the old one, o the new one."
CHRONO_HELP = "Forget biases log U(1, T-1), input biases their negatives: memories of all lengths up to T."

PRE = {
    "i": pre_activation_path("i", "the input gate", "input"),
    "f": pre_activation_path("f", "the forget gate", "forget"),
    "o": pre_activation_path("o", "the output gate", "output"),
    "g": pre_activation_path("g", "the candidate", "candidate"),
}
PEEPHOLES = {
    "i": Path("peephole_i", "the input gate's peephole", "input", short="peephole i", pattern="."),
    "f": Path("peephole_f", "the forget gate's peephole", "forget", short="peephole f", pattern="."),
}
FORGET = Path("forget_gate", "the forget gate", "forget", straight=True)
MEMORY = Term(("f", "c_prev"), path=FORGET), Term(("i", "g"))  # f ⊙ c_{t-1} + i ⊙ g


class LSTM(Cell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997).

    Forget gate: Gers, Schmidhuber, Cummins 2000; peepholes: Gers & Schmidhuber 2000. The columns of W_x, W_h and b are
    in the order o, i, f, g: the three sigmoids side by side, and the three that c_t depends on side by side.

    forward:
        a_o, a_i, a_f, a_g  = x_t W_x + b             all steps at once
        a_o, a_i, a_f, a_g += h_{t-1} W_h
        a_i += p_i ⊙ c_{t-1}                          peepholes
        a_f += p_f ⊙ c_{t-1}                          peepholes
        o, i, f = sigmoid(a_o), sigmoid(a_i), sigmoid(a_f)
        g    = σ(a_g)
        c_t  = f ⊙ c_{t-1}
        c_t += i ⊙ g
        v    = σ(c_t)
        a_o += p_o ⊙ c_t                              peepholes
        o    = sigmoid(a_o)                           peepholes
        h_t  = o ⊙ v

    backward, the first six for all steps at once:
        ∂h/∂a_o = v ⊙ o (1 - o)
        ∂c/∂a_i = g ⊙ i (1 - i)
        ∂c/∂a_f = c_{t-1} ⊙ f (1 - f)
        ∂c/∂a_g = i ⊙ σ'(a_g)
        ∂h/∂c   = o ⊙ σ'(c_t)                         peepholes: + ∂h/∂a_o ⊙ p_o
        ∂c/∂c_{t-1} = f                               peepholes: + ∂c/∂a_i ⊙ p_i + ∂c/∂a_f ⊙ p_f
        δc_t += δh_t ⊙ ∂h/∂c
        δa_o  = δh_t ⊙ ∂h/∂a_o
        δa_i  = δc_t ⊙ ∂c/∂a_i
        δa_f  = δc_t ⊙ ∂c/∂a_f
        δa_g  = δc_t ⊙ ∂c/∂a_g
        δc_{t-1} = δc_t ⊙ ∂c/∂c_{t-1}
        δh_{t-1} = δa W_hᵀ                            δa: δa_o, δa_i, δa_f, δa_g side by side
    """

    name, label = "lstm", "LSTM"
    state_names = ("h", "c")
    gates = (
        Gate("f", "forget f", "forget"),
        Gate("i", "input i", "input"),
        Gate("o", "output o", "output"),
        Gate("g", "candidate g", "candidate"),
    )
    pre_activations = ("o", "i", "f", "g")
    candidate = "g"
    delta_blocks = 4

    @dataclass(frozen=True)
    class Options(Knobs):
        forget_bias: float = knob(1.0, -4.0, 6.0, "Forget bias", FORGET_HELP, step=0.1, draws=True)
        peepholes: bool = switch(False, "Peepholes", PEEPHOLES_HELP)
        chrono: bool = switch(False, "Chrono biases", CHRONO_HELP, draws=True)

    def step_graph(self) -> StepGraph:
        h = Node("h", "h_t", (Term(("o", "v")),))
        return *self.gate_nodes(), Node("c", "c_t", MEMORY), *self.output_nodes("c"), h

    def gate_nodes(self) -> StepGraph:
        """Return the leaves, the pre-activations of i, f and g, and their values."""
        seen = self.options.peepholes
        peep = {gate: (Term(("c_prev",), f"p_{gate}", PEEPHOLES[gate]),) if seen else () for gate in ("i", "f")}
        a_i, a_f = (pre_activation(gate, PRE[gate], *peep[gate]) for gate in ("i", "f"))
        a_g = pre_activation("g", PRE["g"])
        return X, H_PREV, C_PREV, a_i, a_f, a_g, sigmoid_of("i"), sigmoid_of("f"), activated("g", "a_g")

    def output_nodes(self, read: str) -> StepGraph:
        """Return o and v = σ(c) of the cell state that the output reads."""
        peep = (Term((read,), "p_o"),) if self.options.peepholes else ()
        return pre_activation("o", PRE["o"], *peep), sigmoid_of("o"), activated("v", read)

    def init_params(self, recipe: Recipe) -> Params:
        params = {"W_x": recipe.input(4), "W_h": recipe.recurrent(4), "b": self._biases(recipe)}
        if self.options.peepholes:
            drawn = recipe.rng(3).normal(0, recipe.hidden**-0.5, (3, recipe.hidden))
            params |= {name: recipe.weight_scale * p for name, p in zip(("p_o", "p_i", "p_f"), drawn, strict=True)}
        return params

    def _biases(self, recipe: Recipe) -> Array:
        b = np.zeros(4 * recipe.hidden)
        _, b_i, b_f, _ = blocks(b, 4)
        b_f[:] = self.options.forget_bias
        if self.options.chrono:
            b_f[:] = chrono_biases(recipe.steps, recipe.hidden, recipe.rng(2))
            b_i[:] = -b_f
        return b

    def init_tape(self, params: Params, x: Scaled, start: StateArrays, times: Array) -> Tape:
        a = project_inputs(x, params["W_x"], params["b"]).plain()
        h, c = states_like(start["h"], len(times)), states_like(start["c"], len(times))
        return {"a": a, "s": np.empty_like(a), "h": h, "c": c, "v": np.empty_like(c[1:])}

    def forward_steps(self, params: Params, tape: Tape, steps: range) -> None:
        W_h, h_W = params["W_h"], np.empty_like(tape["a"][0])
        activation, peepholes = self.activation.value, self.options.peepholes
        for gates, states, (a, v) in self.step_views(tape, steps, "a", "v"):
            (a_ready, ready, a_o, a_i, a_f, a_g, o, i, f, g), (h, h_next, c, c_next) = gates, states
            np.add(a, np.matmul(h, W_h, h_W), a)
            if peepholes:
                np.add(a_i, row(params["p_i"]) * c, a_i)
                np.add(a_f, row(params["p_f"]) * c, a_f)
            sigmoid(a_ready, ready)
            activation(a_g, g)
            np.multiply(f, c, c_next)
            np.add(c_next, np.multiply(i, g, v), c_next)  # v is still free
            activation(c_next, v)
            if peepholes:
                np.add(a_o, row(params["p_o"]) * c_next, a_o)
                sigmoid(a_o, o)
            np.multiply(o, v, h_next)

    def step_views(self, tape: Tape, steps: range, *names: str) -> Iterator[tuple[Arrays, Arrays, Arrays]]:
        """Yield the views (…, B, ·) of each step: pre-activations and gates, old and new states, and the arrays named.

        Before the gates' own come those, side by side, that need not wait for c_t: i and f, and o without peepholes.
        """
        now, after = slice(steps.start, steps.stop), slice(steps.start + 1, steps.stop + 1)
        a, s, h, c = tape["a"][now], tape["s"][now], tape["h"], tape["c"]
        H = h.shape[-1]
        ready = slice(H if self.options.peepholes else 0, 3 * H)
        gates = zip(a[..., ready], s[..., ready], *blocks(a, 4), *blocks(s, 4), strict=True)
        states = zip(h[now], h[after], c[now], c[after], strict=True)
        return zip(gates, states, zip(*(tape[name][now] for name in names), strict=True), strict=True)

    def local_derivatives(self, params: Params, tape: Tape, steps: Any) -> Tape:
        a, s, v = tape["a"][steps], tape["s"][steps], tape["v"][steps]
        c, c_prev = self.seen_by_output(tape)[steps], tape["c"][:-1][steps]
        by = np.empty_like(s)
        (o, i, f, g), (dh_da_o, dc_da_i, dc_da_f, dc_da_g) = blocks(s, 4), blocks(by, 4)
        gates = slice(0, 3 * o.shape[-1])
        sigmoid_slope(a[..., gates], s[..., gates], by[..., gates])
        dh_da_o *= v
        dc_da_i *= g
        dc_da_f *= c_prev
        self.activation.slope(blocks(a, 4)[3], g, dc_da_g)
        dc_da_g *= i
        dh_dc, dc_dc_prev = self.activation.slope(c, v), f
        dh_dc *= o
        if self.options.peepholes:
            dh_dc += dh_da_o * row(params["p_o"])
            dc_dc_prev = f + dc_da_i * row(params["p_i"]) + dc_da_f * row(params["p_f"])
        found = {"dh_da_o": dh_da_o, "dc_da_i": dc_da_i, "dc_da_f": dc_da_f, "dc_da_g": dc_da_g}
        return found | {"dh_dc": dh_dc, "dc_dc_prev": dc_dc_prev}

    def split_delta(self, delta: Array) -> Arrays:
        return delta, *blocks(delta, 4)

    def backward_step(self, params: Params, derivatives: Arrays, d_next: Arrays, d_prev: Arrays, delta: Arrays) -> None:
        dh_da_o, dc_da_i, dc_da_f, dc_da_g, dh_dc, dc_dc_prev = derivatives
        (d_h, d_c), (d_h_prev, d_c_prev), (d_a, d_a_o, d_a_i, d_a_f, d_a_g) = d_next, d_prev, delta
        np.add(d_c, np.multiply(d_h, dh_dc, d_a_o), d_c)  # d_a_o is still free
        np.multiply(d_h, dh_da_o, d_a_o)
        np.multiply(d_c, dc_da_i, d_a_i)
        np.multiply(d_c, dc_da_f, d_a_f)
        np.multiply(d_c, dc_da_g, d_a_g)
        np.multiply(d_c, dc_dc_prev, d_c_prev)
        np.matmul(d_a, transposed(params["W_h"]), d_h_prev)

    def param_grads(self, params: Params, tape: Tape, x: Scaled, h: Scaled, delta: Scaled) -> Params:
        grads = linear_grads(x, h, delta)
        if self.options.peepholes:
            seen = {"p_o": self.seen_by_output(tape), "p_i": tape["c"][:-1], "p_f": tape["c"][:-1]}
            for (name, c), d_a in zip(seen.items(), blocks(delta.mantissa, 4)[:3], strict=True):
                grads[name] = sum_over_time(Scaled(d_a * c, delta.exponent))
        return grads

    def seen_by_output(self, tape: Tape) -> Array:
        """Return the cell state that h_t and the output gate's peephole read: (T, …, B, H)."""
        return tape["c"][1:]

    def grads_through_h(self, derivatives: Tape, t: Any, d_h: Array) -> Arrays:
        return d_h, d_h * derivatives["dh_dc"][t]
