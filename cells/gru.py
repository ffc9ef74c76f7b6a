"""The GRU in its two forms; they differ in where the reset gate acts and in the sense of z."""

from dataclasses import dataclass

import numpy as np

from .activations import sigmoid, sigmoid_slope
from .arrays import empty_unit_major
from .base import Cell, blocks, ones_like, project_inputs, row, states_like, transposed
from .initialisers import chrono_biases
from .knobs import Knobs, choice, switch
from .scaled import Scaled, sums_of_products


class GRU(Cell):
    """r, z = sigmoid(x W_x + h W_h + b),  n = σ(x W_xn + b_n + r ⊙ (h W_hn + b_hn)),  h' = (1 - z) n + z h

    The form of cuDNN and PyTorch: the reset acts after the product, and z = 1 keeps the state.
    """

    name, label = "gru", "GRU"
    gates = pre_activations = ("r", "z", "n")
    candidate = "n"
    delta_blocks = 4  # gradients of n, r, z and of q = h W_hn + b_hn: [n r z] is what x sees, [r z q] what h sees

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

    def init_tape(self, params, x, start, times):
        a = project_inputs(x, params["W_x"], params["b"]).plain()
        T = len(times)
        return {
            "a": a,
            "s": np.empty_like(a),
            "q": empty_unit_major(T, *start["h"].shape, dtype=start["h"].dtype),
            "h": states_like(start["h"], T),
        }

    def forward_steps(self, params, tape, steps):
        W_h, product, b_hn = params["W_h"], np.empty_like(tape["a"][0]), row(params["b_hn"])
        h_W_rz, h_W_n = halves(product)
        for (a_rz, a_n), rz, r, z, n, q, h, h_new in self.at_steps(tape, steps):
            np.matmul(h, W_h, product)
            np.add(a_rz, h_W_rz, a_rz)
            sigmoid(a_rz, rz)
            np.add(h_W_n, b_hn, q)
            np.add(a_n, np.multiply(r, q, h_new), a_n)
            self.activation.value(a_n, n)
            _blend(z, h, n, h_new)

    def at_steps(self, tape, steps):
        """Step by step: pre-activations of [r z] and n, gates [r z], r, z and n, q, h and the new h."""
        now, after = slice(steps.start, steps.stop), slice(steps.start + 1, steps.stop + 1)
        a, s = tape["a"][now], tape["s"][now]
        rows = zip(*halves(a), strict=True), halves(s)[0], *blocks(s, 3), tape["q"][now]
        return zip(
            *rows,
            tape["h"][now],
            tape["h"][after],
            strict=True,
        )

    def local_derivatives(self, params, tape, steps):
        """by turns d_h into delta; keep is the old state's share."""
        a, s = tape["a"][steps], tape["s"][steps]
        r, z, n = blocks(s, 3)
        by = empty_unit_major(*z.shape[:-1], 4 * z.shape[-1])
        by_n, by_r, by_z, by_q = blocks(by, 4)
        slope_r, slope_z = blocks(sigmoid_slope(*(gates[..., : -z.shape[-1]] for gates in (a, s))), 2)
        self.activation.slope(blocks(a, 3)[2], n, by_n)
        by_n *= 1 - z
        np.multiply(by_n, r, out=by_q)
        np.multiply(by_n, tape["q"][steps], out=by_r)
        by_r *= slope_r
        np.subtract(tape["h"][:-1][steps], n, out=by_z)
        by_z *= slope_z
        return {"by_n": by_n, "by_r": by_r, "by_z": by_z, "by_q": by_q, "keep": z}

    def split_delta(self, delta):
        return delta[..., delta.shape[-1] // 4 :], *blocks(delta, 4)

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        (by_n, by_r, by_z, by_q, keep), (d,), (d_h,) = derivatives, d_next, d_prev
        d_seen_by_h, d_n, d_r, d_z, d_q = delta
        np.multiply(d, by_n, d_n)
        np.multiply(d, by_r, d_r)
        np.multiply(d, by_z, d_z)
        np.multiply(d, by_q, d_q)
        np.matmul(d_seen_by_h, transposed(params["W_h"]), d_h)
        d_h += d * keep

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


def halves(a):
    """The columns of r and z, and those of n, of an array (…, 3H)."""
    H = a.shape[-1] // 3
    return a[..., : 2 * H], a[..., 2 * H :]


def _blend(z, kept, new, out):
    """out = z kept + (1 - z) new."""
    np.multiply(z, kept, out)
    out += (1 - z) * new


class ChoGRU(GRU):
    """r, z = sigmoid(x W_x + h W_h + b),  n = σ(x W_xn + b_n + (r ⊙ h) W_hn),  h' = (1 - z) h + z n

    Cho et al. 2014: the reset acts before the product, and z = 1 overwrites the state.
    """

    delta_blocks = 3
    keep_sign = -1.0  # z = 1 overwrites

    def init_params(self, recipe):
        params = super().init_params(recipe)
        del params["b_hn"]
        return params

    def forward_steps(self, params, tape, steps):
        (W_rz, W_n), (product_rz, product_n) = halves(params["W_h"]), halves(np.empty_like(tape["a"][0]))
        for (a_rz, a_n), rz, r, z, n, q, h, h_new in self.at_steps(tape, steps):
            np.add(a_rz, np.matmul(h, W_rz, product_rz), a_rz)
            sigmoid(a_rz, rz)
            np.multiply(r, h, q)  # q holds r ⊙ h here
            np.add(a_n, np.matmul(q, W_n, product_n), a_n)
            self.activation.value(a_n, n)
            _blend(z, n, h, h_new)

    def local_derivatives(self, params, tape, steps):
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
        return {"by_r": by_r, "by_z": by_z, "by_n": by_n, "reset": r, "keep": 1 - z}

    def split_delta(self, delta):
        return halves(delta)[0], *blocks(delta, 3)

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        (by_r, by_z, by_n, reset, keep), (d,), (d_h,) = derivatives, d_next, d_prev
        (d_rz, d_r, d_z, d_n), (W_rz, W_n) = delta, halves(params["W_h"])
        np.multiply(d, by_n, d_n)
        np.multiply(d, by_z, d_z)
        d_reset = np.matmul(d_n, transposed(W_n))
        np.multiply(d_reset, by_r, d_r)
        np.matmul(d_rz, transposed(W_rz), d_h)
        d_h += d * keep
        d_h += d_reset * reset

    def input_delta(self, delta):
        return delta

    def param_grads(self, params, tape, x, h, delta):
        H = h.mantissa.shape[-1]
        gates = Scaled(delta.mantissa[..., : 2 * H], delta.exponent)
        candidate = Scaled(delta.mantissa[..., 2 * H :], delta.exponent)
        W_h = sums_of_products([h], gates) + sums_of_products([Scaled(tape["q"], h.exponent)], candidate)
        W_x, b = sums_of_products([x, ones_like(x)], delta)
        return {"W_x": W_x, "W_h": np.concatenate(W_h, axis=-1), "b": b[..., 0, :]}
