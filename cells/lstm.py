"""The LSTM, with optional peepholes."""

from dataclasses import dataclass

import numpy as np

from .activations import sigmoid, sigmoid_slope
from .base import Cell, blocks, linear_grads, project_inputs, row, states_like, times_blocks, transposed
from .initialisers import chrono_biases
from .knobs import Knobs, knob, switch
from .scaled import Scaled, sum_over_time

FORGET_HELP = "Above 0 the cell remembers by default (Gers et al. 2000; Jozefowicz et al. 2015)."
PEEPHOLES_HELP = "The gates also see the cell state: i and f the old one, o the new one."
CHRONO_HELP = "Forget biases log U(1, T-1), input biases their negatives: memories of all lengths up to T."


class LSTM(Cell):
    """i, f, o = sigmoid(x W_x + h W_h + b), g = σ(…), c' = f c + i g, h' = o σ(c')

    Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber, Cummins 2000; peepholes: Gers & Schmidhuber 2000.
    Columns stand in the order o, i, f, g: the three sigmoids side by side, and the three that c' drives side by side.
    """

    name, label = "lstm", "LSTM"
    parts = ("h", "c")
    gates = sums = ("o", "i", "f", "g")
    candidate = "g"
    width = 4

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

    def open_tape(self, params, x, start, times):
        a = project_inputs(x, params["W_x"], params["b"]).plain()
        T, c = len(times), start["c"]
        h, c = states_like(start["h"], T), states_like(c, T)
        return {"a": a, "s": np.empty_like(a), "h": h, "c": c, "v": np.empty_like(c[1:])}  # v = σ(c')

    def advance(self, params, tape, steps):
        W_h, product = params["W_h"], np.empty_like(tape["a"][0])
        for t in steps:
            h, c, c_new = tape["h"][t], tape["c"][t], tape["c"][t + 1]
            tape["a"][t] += np.matmul(h, W_h, out=product)
            self.update_cell(params, tape, t, c, c_new)
            self.open_output(params, tape, t, c_new)
            np.multiply(tape["s"][t][..., : h.shape[-1]], tape["v"][t], out=tape["h"][t + 1])

    def update_cell(self, params, tape, t, c, c_new):
        """The gates, and c' = f c + i g."""
        a, s = tape["a"][t], tape["s"][t]
        H = c.shape[-1]
        first = 0
        if self.options.peepholes:
            a[..., H : 2 * H] += row(params["p_i"]) * c
            a[..., 2 * H : 3 * H] += row(params["p_f"]) * c
            first = H  # o must wait for c'
        sigmoid(a[..., first : 3 * H], s[..., first : 3 * H])
        self.activation.value(a[..., 3 * H :], s[..., 3 * H :])
        np.multiply(s[..., 2 * H : 3 * H], c, out=c_new)
        c_new += s[..., H : 2 * H] * s[..., 3 * H :]

    def open_output(self, params, tape, t, c_seen):
        """σ(c'), and with peepholes the output gate."""
        self.activation.value(c_seen, tape["v"][t])
        if self.options.peepholes:
            H = c_seen.shape[-1]
            o = tape["a"][t][..., :H]
            o += row(params["p_o"]) * c_seen
            sigmoid(o, tape["s"][t][..., :H])

    def factors(self, params, tape, steps):
        """by turns d_h, d_c, d_c, d_c into the pre-activation gradients of o, i, f, g; ∂h'/∂c' and ∂c'/∂c."""
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
        return {"by": by, "h_by_c": h_by_c, "c_by_c": c_by_c}

    def step_back(self, params, factors, t, d_next, d_prev, delta):
        (d_h, d_c), (d_h_prev, d_c_prev) = d_next, d_prev
        H = d_h.shape[-1]
        by, d_o = factors["by"][t], delta[..., :H]
        d_c += np.multiply(d_h, factors["h_by_c"][t], out=d_o)
        np.multiply(d_h, by[..., :H], out=d_o)
        times_blocks(d_c, by[..., H:], delta[..., H:])
        np.multiply(d_c, factors["c_by_c"][t], out=d_c_prev)
        np.matmul(delta, transposed(params["W_h"]), out=d_h_prev)

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

    def direct_parts(self, factors, t, d_h):
        return d_h, d_h * factors["h_by_c"][t]
