"""The GRU in its two forms; they differ in where the reset gate acts and in the sense of z."""

from dataclasses import dataclass

import numpy as np

from .activations import sigmoid, sigmoid_slope
from .base import Cell, project, row, states_like, total_over_time, transposed
from .initialisers import chrono_biases
from .knobs import Knobs, choice, switch
from .scaled import Scaled, sum_of_products


class GRU(Cell):
    """r, z = sigmoid(x W_x + h W_h + b),  n = σ(x W_xn + b_n + r ⊙ (h W_hn + b_hn)),  h' = (1 - z) n + z h

    The form of cuDNN and PyTorch: the reset acts after the product, and z = 1 keeps the state.
    """

    name, label = "gru", "GRU"
    gates = sums = ("r", "z", "n")
    candidate = "n"
    width = 4  # gradients of n, r, z and of q = h W_hn + b_hn: [n r z] is what x sees, [r z q] what h sees

    @dataclass(frozen=True)
    class Options(Knobs):
        form: str = choice(
            "pytorch",
            {"pytorch": "PyTorch", "cho": "Cho et al. 2014"},
            "Form",
            "Where the reset gate acts: after the product (PyTorch) or before it (Cho), where z = 1 overwrites.",
        )
        chrono: bool = switch(False, "Chrono biases", "Update-gate biases spread over time scales 1 to T.")

    @classmethod
    def build(cls, options, activation):
        return (ChoGRU if options.form == "cho" else cls)(options, activation)

    keep_sign = 1.0  # z = 1 keeps

    def init_params(self, recipe):
        H = recipe.hidden
        b = np.zeros(3 * H)
        if self.options.chrono:
            b[H : 2 * H] = self.keep_sign * chrono_biases(recipe.steps, H, recipe.rng(2))
        return {"W_x": recipe.input(3), "W_h": recipe.recurrent(3), "b": b, "b_hn": np.zeros(H)}

    def open_tape(self, params, x, start, times):
        a = project(x, params["W_x"], params["b"]).plain()
        T, H = len(times), start["h"].shape[-1]
        return {
            "a": a,
            "s": np.empty_like(a),
            "q": np.empty((T, *start["h"].shape), start["h"].dtype),
            "h": states_like(start["h"], T),
            "work": np.empty((*start["h"].shape[:-1], 3 * H), start["h"].dtype),
        }

    def step(self, params, tape, t):
        a, s, q, h, h_new = tape["a"][t], tape["s"][t], tape["q"][t], tape["h"][t], tape["h"][t + 1]
        H = h.shape[-1]
        work = np.matmul(h, params["W_h"], out=tape["work"])
        a[..., : 2 * H] += work[..., : 2 * H]
        r, z, n = _thirds(s)
        sigmoid(a[..., : 2 * H], s[..., : 2 * H])
        np.add(work[..., 2 * H :], row(params["b_hn"]), out=q)
        a[..., 2 * H :] += r * q
        self.activation.value(a[..., 2 * H :], n)
        np.multiply(z, h, out=h_new)
        h_new += (1 - z) * n

    def close_tape(self, params, tape):
        r, z, n = _thirds(tape["s"])
        a = tape["a"]
        H = r.shape[-1]
        gate_slope = sigmoid_slope(a[..., : 2 * H], tape["s"][..., : 2 * H])
        by_n = (1 - z) * self.activation.slope(a[..., 2 * H :], n)
        tape["by_n"] = by_n
        tape["by_r"] = by_n * tape["q"] * gate_slope[..., :H]
        tape["by_z"] = (tape["h"][:-1] - n) * gate_slope[..., H:]
        tape["by_q"] = by_n * r

    def step_back(self, params, tape, t, d_next, d_prev, delta):
        (d,), (d_h,) = d_next, d_prev
        H = d.shape[-1]
        for k, factor in enumerate(("by_n", "by_r", "by_z", "by_q")):
            np.multiply(d, tape[factor][t], out=delta[..., k * H : (k + 1) * H])
        np.matmul(delta[..., H:], transposed(params["W_h"]), out=d_h)
        d_h += d * _thirds(tape["s"][t])[1]

    def input_delta(self, delta):
        H = delta.shape[-1] // 4
        return np.concatenate([delta[..., H : 3 * H], delta[..., :H]], axis=-1)

    def param_grads(self, params, tape, x, h, delta):
        H = params["b_hn"].shape[-1]
        inner = Scaled(self.input_delta(delta.mantissa), delta.exponent)
        outer = Scaled(delta.mantissa[..., H:], delta.exponent)
        return {
            "W_x": sum_of_products(x, inner),
            "W_h": sum_of_products(h, outer),
            "b": total_over_time(inner),
            "b_hn": total_over_time(outer)[..., 2 * H :],
        }


class ChoGRU(GRU):
    """r, z = sigmoid(x W_x + h W_h + b),  n = σ(x W_xn + b_n + (r ⊙ h) W_hn),  h' = (1 - z) h + z n

    Cho et al. 2014: the reset acts before the product, and z = 1 overwrites the state.
    """

    width = 3
    keep_sign = -1.0  # z = 1 overwrites

    def init_params(self, recipe):
        params = super().init_params(recipe)
        del params["b_hn"]
        return params

    def open_tape(self, params, x, start, times):
        tape = super().open_tape(params, x, start, times)
        tape["work"] = np.empty_like(tape["work"][..., : 2 * start["h"].shape[-1]])
        return tape  # q holds r ⊙ h here

    def step(self, params, tape, t):
        a, s, q, h, h_new = tape["a"][t], tape["s"][t], tape["q"][t], tape["h"][t], tape["h"][t + 1]
        H = h.shape[-1]
        W = params["W_h"]
        r, z, n = _thirds(s)
        a[..., : 2 * H] += np.matmul(h, W[..., : 2 * H], out=tape["work"])
        sigmoid(a[..., : 2 * H], s[..., : 2 * H])
        np.multiply(r, h, out=q)
        a[..., 2 * H :] += q @ W[..., 2 * H :]
        self.activation.value(a[..., 2 * H :], n)
        np.multiply(z, n, out=h_new)
        h_new += (1 - z) * h

    def close_tape(self, params, tape):
        r, z, n = _thirds(tape["s"])
        a, h = tape["a"], tape["h"][:-1]
        H = r.shape[-1]
        gate_slope = sigmoid_slope(a[..., : 2 * H], tape["s"][..., : 2 * H])
        tape["by_r"] = h * gate_slope[..., :H]
        tape["by_z"] = (n - h) * gate_slope[..., H:]
        tape["by_n"] = z * self.activation.slope(a[..., 2 * H :], n)

    def step_back(self, params, tape, t, d_next, d_prev, delta):
        (d,), (d_h,) = d_next, d_prev
        H = d.shape[-1]
        W = params["W_h"]
        r, z, _ = _thirds(tape["s"][t])
        d_r, d_z, d_n = _thirds(delta)
        np.multiply(d, tape["by_n"][t], out=d_n)
        np.multiply(d, tape["by_z"][t], out=d_z)
        d_reset = d_n @ transposed(W[..., 2 * H :])
        np.multiply(d_reset, tape["by_r"][t], out=d_r)
        np.matmul(delta[..., : 2 * H], transposed(W[..., : 2 * H]), out=d_h)
        d_h += d * (1 - z)
        d_h += d_reset * r

    def input_delta(self, delta):
        return delta

    def param_grads(self, params, tape, x, h, delta):
        H = h.mantissa.shape[-1]
        gates = Scaled(delta.mantissa[..., : 2 * H], delta.exponent)
        candidate = Scaled(delta.mantissa[..., 2 * H :], delta.exponent)
        W_h = [sum_of_products(h, gates), sum_of_products(Scaled(tape["q"], h.exponent), candidate)]
        return {
            "W_x": sum_of_products(x, delta),
            "W_h": np.concatenate(W_h, axis=-1),
            "b": total_over_time(delta),
        }


def _thirds(a):
    H = a.shape[-1] // 3
    return a[..., :H], a[..., H : 2 * H], a[..., 2 * H :]
