"""The LSTM, with optional peepholes."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .activations import sigmoid, sigmoid_slope
from .arrays import Array
from .base import Cell, blocks, linear_grads, project_inputs, row, states_like, transposed
from .initialisers import chrono_biases
from .knobs import Knobs, knob, switch
from .scaled import Scaled, sum_over_time

FORGET_HELP = "Above 0 the cell remembers by default (Gers et al. 2000; Jozefowicz et al. 2015)."
PEEPHOLES_HELP = "The gates also see the cell state: i and f the old one, o the new one."
CHRONO_HELP = "Forget biases log U(1, T-1), input biases their negatives: memories of all lengths up to T."


class Gates(NamedTuple):
    """Views of one step: pre-activations and openings, and those of the gates that need not wait for the new cell."""

    a_early: Array
    early: Array
    a_o: Array
    a_i: Array
    a_f: Array
    a_g: Array
    o: Array
    i: Array
    f: Array
    g: Array


class LSTM(Cell):
    """i, f, o = sigmoid(x W_x + h W_h + b), g = σ(…), c' = f c + i g, h' = o σ(c')

    Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber, Cummins 2000; peepholes: Gers & Schmidhuber 2000.
    Columns stand in the order o, i, f, g: the three sigmoids side by side, and the three that c' drives side by side.
    """

    name, label = "lstm", "LSTM"
    state_names = ("h", "c")
    gates = pre_activations = ("o", "i", "f", "g")
    candidate = "g"
    delta_blocks = 4

    @dataclass(frozen=True)
    class Options(Knobs):
        forget_bias: float = knob(1.0, -4.0, 6.0, "Forget bias", FORGET_HELP, step=0.1)
        peepholes: bool = switch(False, "Peepholes", PEEPHOLES_HELP)
        chrono: bool = switch(False, "Chrono biases", CHRONO_HELP)

    def init_params(self, recipe):
        params = {"W_x": recipe.input(4), "W_h": recipe.recurrent(4), "b": self._biases(recipe)}
        if self.options.peepholes:
            drawn = recipe.rng(3).normal(0, recipe.hidden**-0.5, (3, recipe.hidden))
            params |= {name: recipe.weight_scale * p for name, p in zip(("p_o", "p_i", "p_f"), drawn, strict=True)}
        return params

    def _biases(self, recipe):
        H = recipe.hidden
        b = np.zeros(4 * H)
        b[2 * H : 3 * H] = self.options.forget_bias
        if self.options.chrono:
            b[2 * H : 3 * H] = chrono_biases(recipe.steps, H, recipe.rng(2))
            b[H : 2 * H] = -b[2 * H : 3 * H]
        return b

    def init_tape(self, params, x, start, times):
        a = project_inputs(x, params["W_x"], params["b"]).plain()
        T, c = len(times), start["c"]
        h, c = states_like(start["h"], T), states_like(c, T)
        return {"a": a, "s": np.empty_like(a), "h": h, "c": c, "v": np.empty_like(c[1:])}  # v = σ(c')

    def forward_steps(self, params, tape, steps):
        W_h, product = params["W_h"], np.empty_like(tape["a"][0])
        now, after = slice(steps.start, steps.stop), slice(steps.start + 1, steps.stop + 1)
        h, c = tape["h"], tape["c"]
        states = h[now], h[after], c[now], c[after]
        rows = zip(tape["a"][now], self.gates_of(tape, now), *states, tape["v"][now], strict=True)
        for a, gates, h, h_new, c, c_new, v in rows:
            np.add(a, np.matmul(h, W_h, product), a)
            self.update_cell(params, gates, c, c_new, v)
            self.open_output(params, gates, c_new, v)
            np.multiply(gates.o, v, h_new)

    def gates_of(self, tape, steps):
        """The blocks of the pre-activations and of the gates, step by step."""
        a, s = tape["a"][steps], tape["s"][steps]
        H = a.shape[-1] // 4
        first = H if self.options.peepholes else 0  # with peepholes o must wait for c'
        return map(Gates, a[..., first : 3 * H], s[..., first : 3 * H], *blocks(a, 4), *blocks(s, 4))

    def update_cell(self, params, gates, c, c_new, free):
        """The gates, and c' = f c + i g; `free` (…, B, H) may be overwritten."""
        if self.options.peepholes:
            np.add(gates.a_i, row(params["p_i"]) * c, gates.a_i)
            np.add(gates.a_f, row(params["p_f"]) * c, gates.a_f)
        sigmoid(gates.a_early, gates.early)
        self.activation.value(gates.a_g, gates.g)
        np.multiply(gates.f, c, c_new)
        np.add(c_new, np.multiply(gates.i, gates.g, free), c_new)

    def open_output(self, params, gates, c_seen, v):
        """v = σ(c'), and with peepholes the output gate."""
        self.activation.value(c_seen, v)
        if self.options.peepholes:
            np.add(gates.a_o, row(params["p_o"]) * c_seen, gates.a_o)
            sigmoid(gates.a_o, gates.o)

    def local_derivatives(self, params, tape, steps):
        """by_ turns d_h, d_c, d_c, d_c into the pre-activation gradients of o, i, f, g; ∂h'/∂c' and ∂c'/∂c."""
        a, s, v = tape["a"][steps], tape["s"][steps], tape["v"][steps]
        by = np.empty_like(s)
        (o, i, f, g), (by_o, by_i, by_f, by_g) = blocks(s, 4), blocks(by, 4)
        H = o.shape[-1]
        sigmoid_slope(a[..., : 3 * H], s[..., : 3 * H], by[..., : 3 * H])
        by_o *= v
        by_i *= g
        by_f *= tape["c"][:-1][steps]
        self.activation.slope(a[..., 3 * H :], g, by_g)
        by_g *= i
        h_by_c, c_by_c = self.activation.slope(self.seen_by_output(tape)[steps], v), f
        h_by_c *= o
        if self.options.peepholes:
            h_by_c += by_o * row(params["p_o"])
            c_by_c = f + by_i * row(params["p_i"]) + by_f * row(params["p_f"])
        found = {"by_o": by_o, "by_i": by_i, "by_f": by_f, "by_g": by_g}
        return found | {"h_by_c": h_by_c, "c_by_c": c_by_c}

    def split_delta(self, delta):
        return delta, *blocks(delta, 4)

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        by_o, by_i, by_f, by_g, h_by_c, c_by_c = derivatives
        (d_h, d_c), (d_h_prev, d_c_prev), (d_a, d_o, d_i, d_f, d_g) = d_next, d_prev, delta
        np.add(d_c, np.multiply(d_h, h_by_c, d_o), d_c)
        np.multiply(d_h, by_o, d_o)
        np.multiply(d_c, by_i, d_i)
        np.multiply(d_c, by_f, d_f)
        np.multiply(d_c, by_g, d_g)
        np.multiply(d_c, c_by_c, d_c_prev)
        np.matmul(d_a, transposed(params["W_h"]), d_h_prev)

    def param_grads(self, params, tape, x, h, delta):
        grads = linear_grads(x, h, delta)
        if self.options.peepholes:
            seen = {"p_o": self.seen_by_output(tape), "p_i": tape["c"][:-1], "p_f": tape["c"][:-1]}
            for k, (name, c) in enumerate(seen.items()):
                H = c.shape[-1]
                part = delta.mantissa[..., k * H : (k + 1) * H]
                grads[name] = sum_over_time(Scaled(part * c, delta.exponent))
        return grads

    def seen_by_output(self, tape):
        """The cell state that h' and the output gate's peephole see: (T, …, B, H)."""
        return tape["c"][1:]

    def grads_through_h(self, derivatives, t, d_h):
        return d_h, d_h * derivatives["h_by_c"][t]
