"""The GRU in its two forms; they differ in where the reset gate acts and in the sense of z."""

from dataclasses import dataclass

import numpy as np

from .activations import sigmoid, sigmoid_slope
from .arrays import room
from .base import Cell, blocks, ones_like, project_inputs, row, states_like, times_blocks, transposed
from .initialisers import chrono_biases
from .knobs import Knobs, choice, switch
from .scaled import Scaled, sums_of_products


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
        a = project_inputs(x, params["W_x"], params["b"]).plain()
        T = len(times)
        return {
            "a": a,
            "s": np.empty_like(a),
            "q": room(T, *start["h"].shape, dtype=start["h"].dtype),
            "h": states_like(start["h"], T),
        }

    def advance(self, params, tape, steps):
        W_h, product, b_hn = params["W_h"], np.empty_like(tape["a"][0]), row(params["b_hn"])
        H = tape["h"].shape[-1]
        for t in steps:
            a, s, q, h, h_new = tape["a"][t], tape["s"][t], tape["q"][t], tape["h"][t], tape["h"][t + 1]
            r, z, n = blocks(s, 3)
            np.matmul(h, W_h, out=product)
            a[..., : 2 * H] += product[..., : 2 * H]
            sigmoid(a[..., : 2 * H], s[..., : 2 * H])
            np.add(product[..., 2 * H :], b_hn, out=q)
            a[..., 2 * H :] += r * q
            self.activation.value(a[..., 2 * H :], n)
            np.multiply(z, h, out=h_new)
            h_new += (1 - z) * n

    def factors(self, params, tape, steps):
        """by turns d_h into delta; keep is the old state's share."""
        a, s = tape["a"][steps], tape["s"][steps]
        r, z, n = blocks(s, 3)
        by = room(*z.shape[:-1], 4 * z.shape[-1])
        by_n, by_r, by_z, by_q = blocks(by, 4)
        slope_r, slope_z = blocks(sigmoid_slope(*(gates[..., : -z.shape[-1]] for gates in (a, s))), 2)
        self.activation.slope(blocks(a, 3)[2], n, by_n)
        by_n *= 1 - z
        np.multiply(by_n, r, out=by_q)
        np.multiply(by_n, tape["q"][steps], out=by_r)
        by_r *= slope_r
        np.subtract(tape["h"][:-1][steps], n, out=by_z)
        by_z *= slope_z
        return {"by": by, "keep": z}

    def step_back(self, params, factors, t, d_next, d_prev, delta):
        (d,), (d_h,) = d_next, d_prev
        times_blocks(d, factors["by"][t], delta)
        np.matmul(delta[..., d.shape[-1] :], transposed(params["W_h"]), out=d_h)
        d_h += d * factors["keep"][t]

    def input_delta(self, delta):
        H = delta.shape[-1] // 4
        return np.concatenate([delta[..., H : 3 * H], delta[..., :H]], axis=-1)

    def param_grads(self, params, tape, x, h, delta):
        H = params["b_hn"].shape[-1]
        inner = Scaled(self.input_delta(delta.mantissa), delta.exponent)
        outer = Scaled(delta.mantissa[..., H:], delta.exponent)
        W_x, b = sums_of_products([x, ones_like(x)], inner)
        W_h, b_h = sums_of_products([h, ones_like(x)], outer)
        return {"W_x": W_x, "W_h": W_h, "b": b[..., 0, :], "b_hn": b_h[..., 0, 2 * H :]}


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

    def advance(self, params, tape, steps):
        W_h, product = params["W_h"], np.empty_like(tape["a"][0])
        H = tape["h"].shape[-1]
        for t in steps:
            a, s, q, h, h_new = tape["a"][t], tape["s"][t], tape["q"][t], tape["h"][t], tape["h"][t + 1]
            r, z, n = blocks(s, 3)
            a[..., : 2 * H] += np.matmul(h, W_h[..., : 2 * H], out=product[..., : 2 * H])
            sigmoid(a[..., : 2 * H], s[..., : 2 * H])
            np.multiply(r, h, out=q)  # q holds r ⊙ h here
            a[..., 2 * H :] += np.matmul(q, W_h[..., 2 * H :], out=product[..., 2 * H :])
            self.activation.value(a[..., 2 * H :], n)
            np.multiply(z, n, out=h_new)
            h_new += (1 - z) * h

    def factors(self, params, tape, steps):
        a, s, h = tape["a"][steps], tape["s"][steps], tape["h"][:-1][steps]
        r, z, n = blocks(s, 3)
        by = np.empty_like(s)  # turns d_h into the gradients of z and n, and that of r ⊙ h into that of r
        by_r, by_z, by_n = blocks(by, 3)
        slope_r, slope_z = blocks(sigmoid_slope(*(gates[..., : -z.shape[-1]] for gates in (a, s))), 2)
        np.multiply(h, slope_r, out=by_r)
        np.subtract(n, h, out=by_z)
        by_z *= slope_z
        self.activation.slope(blocks(a, 3)[2], n, by_n)
        by_n *= z
        return {"by": by, "reset": r, "keep": 1 - z}

    def step_back(self, params, factors, t, d_next, d_prev, delta):
        (d,), (d_h,) = d_next, d_prev
        W, H = params["W_h"], d.shape[-1]
        (by_r, by_z, by_n), (d_r, d_z, d_n) = blocks(factors["by"][t], 3), blocks(delta, 3)
        np.multiply(d, by_n, out=d_n)
        np.multiply(d, by_z, out=d_z)
        d_reset = d_n @ transposed(W[..., 2 * H :])
        np.multiply(d_reset, by_r, out=d_r)
        np.matmul(delta[..., : 2 * H], transposed(W[..., : 2 * H]), out=d_h)
        d_h += d * factors["keep"][t]
        d_h += d_reset * factors["reset"][t]

    def input_delta(self, delta):
        return delta

    def param_grads(self, params, tape, x, h, delta):
        H = h.mantissa.shape[-1]
        gates = Scaled(delta.mantissa[..., : 2 * H], delta.exponent)
        candidate = Scaled(delta.mantissa[..., 2 * H :], delta.exponent)
        W_h = sums_of_products([h], gates) + sums_of_products([Scaled(tape["q"], h.exponent)], candidate)
        W_x, b = sums_of_products([x, ones_like(x)], delta)
        return {"W_x": W_x, "W_h": np.concatenate(W_h, axis=-1), "b": b[..., 0, :]}
