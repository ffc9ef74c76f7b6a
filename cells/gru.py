"""The GRU in its two forms; they differ in where the reset gate acts and in the sense of z."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .activations import Activation, sigmoid, sigmoid_slope
from .arrays import Array, empty_unit_major
from .base import (
    Arrays,
    Cell,
    Params,
    Recipe,
    StateArrays,
    Tape,
    blocks,
    ones_like,
    project_inputs,
    row,
    states_like,
    transposed,
)
from .gate import Gate
from .initialisers import chrono_biases
from .knobs import Knobs, choice, switch
from .scaled import Scaled, sums_of_products
from .step_graph import (
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

CHRONO_HELP = "Update-gate biases spread over time scales 1 to T."

RESET = pre_activation_path("r", "the reset gate", "reset")
UPDATE = pre_activation_path("z", "the update gate", "update")
CANDIDATE = pre_activation_path("n", "the candidate", "new")
KEEP = Path("update_gate", "the update gate", "update", straight=True)


class GRU(Cell):
    """The gated recurrent unit in the form of cuDNN and PyTorch.

    The reset acts after the product, and z = 1 keeps the state. The columns of W_x, W_h and b are in the order r, z, n.

    forward:
        a_r, a_z, a_n  = x_t W_x + b                  all steps at once
        a_r, a_z      += h_{t-1} W_hr, h_{t-1} W_hz
        r, z = sigmoid(a_r), sigmoid(a_z)
        q    = h_{t-1} W_hn + b_hn
        a_n += r ⊙ q
        n    = σ(a_n)
        h_t  = z ⊙ h_{t-1} + (1 - z) ⊙ n

    backward, the first four for all steps at once:
        ∂h/∂a_n = (1 - z) ⊙ σ'(a_n)
        ∂h/∂q   = ∂h/∂a_n ⊙ r
        ∂h/∂a_r = ∂h/∂a_n ⊙ q ⊙ r (1 - r)
        ∂h/∂a_z = (h_{t-1} - n) ⊙ z (1 - z)
        δa_n = δh_t ⊙ ∂h/∂a_n
        δa_r = δh_t ⊙ ∂h/∂a_r
        δa_z = δh_t ⊙ ∂h/∂a_z
        δq   = δh_t ⊙ ∂h/∂q
        δh_{t-1}  = [δa_r δa_z δq] W_hᵀ
        δh_{t-1} += δh_t ⊙ z
    """

    name, label = "gru", "GRU"
    gates = Gate("r", "reset r", "reset"), Gate("z", "update z", "update"), Gate("n", "candidate n", "new")
    pre_activations = ("r", "z", "n")
    candidate = "n"
    keep_sign = 1.0  # z = 1 keeps
    delta_blocks = 4  # gradients of n, r, z and of q = h W_hn + b_hn: [n r z] is what x sees, [r z q] what h sees

    @dataclass(frozen=True)
    class Options(Knobs):
        form: str = choice(
            "pytorch",
            {"pytorch": "PyTorch", "cho": "Cho et al. 2014"},
            "Form",
            "Where the reset gate acts: after the product (PyTorch) or before it (Cho), where z = 1 overwrites.",
        )
        chrono: bool = switch(False, "Chrono biases", CHRONO_HELP, draws=True)

    @classmethod
    def build(cls, options: Any, activation: Activation) -> "GRU":
        return (ChoGRU if options.form == "cho" else cls)(options, activation)

    def step_graph(self) -> StepGraph:
        q = Node("q", "q_t", (Term(("h_prev",), "W_hn", CANDIDATE),), "b_hn")
        a_n = Node("a_n", "a^n_t", (Term(("x",), "W_xn"), Term(("r", "q"))), "b_n")
        h = Node("h", "h_t", (Term(("1-z", "n")), Term(("z", "h_prev"), path=KEEP)))
        return *gate_nodes(), q, a_n, activated("n", "a_n"), h

    def init_params(self, recipe: Recipe) -> Params:
        H = recipe.hidden
        b = np.zeros(3 * H)
        if self.options.chrono:
            b[H : 2 * H] = self.keep_sign * chrono_biases(recipe.steps, H, recipe.rng(2))
        return {"W_x": recipe.input(3), "W_h": recipe.recurrent(3), "b": b, "b_hn": np.zeros(H)}

    def init_tape(self, params: Params, x: Scaled, start: StateArrays, times: Array) -> Tape:
        a = project_inputs(x, params["W_x"], params["b"]).plain()
        h = states_like(start["h"], len(times))
        return {"a": a, "s": np.empty_like(a), "q": np.empty_like(h[1:]), "h": h}

    def forward_steps(self, params: Params, tape: Tape, steps: range) -> None:
        W_h, h_W, b_hn = params["W_h"], np.empty_like(tape["a"][0]), row(params["b_hn"])
        h_W_rz, h_W_n = gates_and_candidate(h_W)
        for a_rz, a_n, rz, r, z, n, q, h, h_next in self.step_views(tape, steps):
            np.matmul(h, W_h, h_W)
            np.add(a_rz, h_W_rz, a_rz)
            sigmoid(a_rz, rz)
            np.add(h_W_n, b_hn, q)
            np.add(a_n, np.multiply(r, q, h_next), a_n)  # h_next is still free
            self.activation.value(a_n, n)
            mix(z, h, n, h_next)

    def step_views(self, tape: Tape, steps: range) -> Iterator[Arrays]:
        """Yield the views (…, B, ·) of each step: a of [r z] and of n, the gates [r z], r, z, n, then q and both h."""
        now, after = slice(steps.start, steps.stop), slice(steps.start + 1, steps.stop + 1)
        a, s, q, h = tape["a"][now], tape["s"][now], tape["q"][now], tape["h"]
        rz, _ = gates_and_candidate(s)
        return zip(*gates_and_candidate(a), rz, *blocks(s, 3), q, h[now], h[after], strict=True)

    def local_derivatives(self, params: Params, tape: Tape, steps: Any) -> Tape:
        a, s, q, h = tape["a"][steps], tape["s"][steps], tape["q"][steps], tape["h"][:-1][steps]
        (_, _, a_n), (r, z, n) = blocks(a, 3), blocks(s, 3)
        slope_r, slope_z = slopes_of_gates(a, s)
        dh_da_n, dh_da_r, dh_da_z, dh_dq = blocks(empty_unit_major(*z.shape[:-1], 4 * z.shape[-1], dtype=z.dtype), 4)
        self.activation.slope(a_n, n, dh_da_n)
        dh_da_n *= 1 - z
        np.multiply(dh_da_n, r, dh_dq)
        np.multiply(dh_da_n, q, dh_da_r)
        dh_da_r *= slope_r
        np.subtract(h, n, dh_da_z)
        dh_da_z *= slope_z
        return {"dh_da_n": dh_da_n, "dh_da_r": dh_da_r, "dh_da_z": dh_da_z, "dh_dq": dh_dq, "z": z}

    def split_delta(self, delta: Array) -> Arrays:
        return delta[..., delta.shape[-1] // 4 :], *blocks(delta, 4)

    def backward_step(self, params: Params, derivatives: Arrays, d_next: Arrays, d_prev: Arrays, delta: Arrays) -> None:
        dh_da_n, dh_da_r, dh_da_z, dh_dq, z = derivatives
        (d_h,), (d_h_prev,), (d_rzq, d_a_n, d_a_r, d_a_z, d_q) = d_next, d_prev, delta
        np.multiply(d_h, dh_da_n, d_a_n)
        np.multiply(d_h, dh_da_r, d_a_r)
        np.multiply(d_h, dh_da_z, d_a_z)
        np.multiply(d_h, dh_dq, d_q)
        np.matmul(d_rzq, transposed(params["W_h"]), d_h_prev)
        d_h_prev += d_h * z

    def input_delta(self, delta: Array) -> Array:
        H = delta.shape[-1] // 4
        return np.concatenate([delta[..., H : 3 * H], delta[..., :H]], axis=-1)

    def param_grads(self, params: Params, tape: Tape, x: Scaled, h: Scaled, delta: Scaled) -> Params:
        H = params["b_hn"].shape[-1]
        d_nrz, d_rzq = (Scaled(d, delta.exponent) for d in (delta.mantissa[..., : 3 * H], delta.mantissa[..., H:]))
        W_x, b = (np.roll(sums, -H, axis=-1) for sums in sums_of_products([x, ones_like(x)], d_nrz))
        W_h, b_h = sums_of_products([h, ones_like(x)], d_rzq)
        return {"W_x": W_x, "W_h": W_h, "b": b[..., 0, :], "b_hn": b_h[..., 0, 2 * H :]}


def gate_nodes() -> StepGraph:
    """Return the leaves, the pre-activations of r and z, and their openings."""
    return X, H_PREV, pre_activation("r", RESET), pre_activation("z", UPDATE), sigmoid_of("r"), sigmoid_of("z")


def gates_and_candidate(a: Array) -> tuple[Array, Array]:
    """Split an array (…, 3H) into the columns of r and z, (…, 2H), and those of n, (…, H)."""
    H = a.shape[-1] // 3
    return a[..., : 2 * H], a[..., 2 * H :]


def slopes_of_gates(a: Array, s: Array) -> list[Array]:
    """Return r (1 - r) and z (1 - z) from pre-activations and gates, (…, 3H) each."""
    (a_rz, _), (rz, _) = gates_and_candidate(a), gates_and_candidate(s)
    return blocks(sigmoid_slope(a_rz, rz), 2)


def mix(z: Array, kept: Array, new: Array, out: Array) -> None:
    """Write z ⊙ kept + (1 - z) ⊙ new to `out`."""
    np.multiply(z, kept, out)
    out += (1 - z) * new


class ChoGRU(GRU):
    """The gated recurrent unit of Cho et al. 2014: the reset acts before the product, and z = 1 overwrites the state.

    forward:
        a_r, a_z, a_n  = x_t W_x + b                  all steps at once
        a_r, a_z      += h_{t-1} W_hr, h_{t-1} W_hz
        r, z = sigmoid(a_r), sigmoid(a_z)
        q    = r ⊙ h_{t-1}
        a_n += q W_hn
        n    = σ(a_n)
        h_t  = z ⊙ n + (1 - z) ⊙ h_{t-1}

    backward, the first three for all steps at once:
        ∂q/∂a_r = h_{t-1} ⊙ r (1 - r)
        ∂h/∂a_z = (n - h_{t-1}) ⊙ z (1 - z)
        ∂h/∂a_n = z ⊙ σ'(a_n)
        δa_n = δh_t ⊙ ∂h/∂a_n
        δa_z = δh_t ⊙ ∂h/∂a_z
        δq   = δa_n W_hnᵀ
        δa_r = δq ⊙ ∂q/∂a_r
        δh_{t-1}  = [δa_r δa_z] [W_hr W_hz]ᵀ
        δh_{t-1} += δh_t ⊙ (1 - z)
        δh_{t-1} += δq ⊙ r
    """

    delta_blocks = 3
    keep_sign = -1.0  # z = 1 overwrites

    def step_graph(self) -> StepGraph:
        q = Node("q", "q_t", (Term(("r", "h_prev"), path=CANDIDATE),))
        a_n = Node("a_n", "a^n_t", (Term(("x",), "W_xn"), Term(("q",), "W_hn")), "b_n")
        h = Node("h", "h_t", (Term(("1-z", "h_prev"), path=KEEP), Term(("z", "n"))))
        return *gate_nodes(), q, a_n, activated("n", "a_n"), h

    def init_params(self, recipe: Recipe) -> Params:
        params = super().init_params(recipe)
        del params["b_hn"]
        return params

    def forward_steps(self, params: Params, tape: Tape, steps: range) -> None:
        W_rz, W_n = gates_and_candidate(params["W_h"])
        h_W, q_W = gates_and_candidate(np.empty_like(tape["a"][0]))
        for a_rz, a_n, rz, r, z, n, q, h, h_next in self.step_views(tape, steps):
            np.add(a_rz, np.matmul(h, W_rz, h_W), a_rz)
            sigmoid(a_rz, rz)
            np.multiply(r, h, q)
            np.add(a_n, np.matmul(q, W_n, q_W), a_n)
            self.activation.value(a_n, n)
            mix(z, n, h, h_next)

    def local_derivatives(self, params: Params, tape: Tape, steps: Any) -> Tape:
        a, s, h = tape["a"][steps], tape["s"][steps], tape["h"][:-1][steps]
        (_, _, a_n), (r, z, n) = blocks(a, 3), blocks(s, 3)
        slope_r, slope_z = slopes_of_gates(a, s)
        dq_da_r, dh_da_z, dh_da_n = blocks(np.empty_like(s), 3)
        np.multiply(h, slope_r, dq_da_r)
        np.subtract(n, h, dh_da_z)
        dh_da_z *= slope_z
        self.activation.slope(a_n, n, dh_da_n)
        dh_da_n *= z
        return {"dq_da_r": dq_da_r, "dh_da_z": dh_da_z, "dh_da_n": dh_da_n, "r": r, "1-z": 1 - z}

    def split_delta(self, delta: Array) -> Arrays:
        d_rz, _ = gates_and_candidate(delta)
        return d_rz, *blocks(delta, 3)

    def backward_step(self, params: Params, derivatives: Arrays, d_next: Arrays, d_prev: Arrays, delta: Arrays) -> None:
        dq_da_r, dh_da_z, dh_da_n, r, not_z = derivatives
        (d_h,), (d_h_prev,), (d_rz, d_a_r, d_a_z, d_a_n) = d_next, d_prev, delta
        W_rz, W_n = gates_and_candidate(params["W_h"])
        np.multiply(d_h, dh_da_n, d_a_n)
        np.multiply(d_h, dh_da_z, d_a_z)
        d_q = np.matmul(d_a_n, transposed(W_n))
        np.multiply(d_q, dq_da_r, d_a_r)
        np.matmul(d_rz, transposed(W_rz), d_h_prev)
        d_h_prev += d_h * not_z
        d_h_prev += d_q * r

    def input_delta(self, delta: Array) -> Array:
        return delta

    def param_grads(self, params: Params, tape: Tape, x: Scaled, h: Scaled, delta: Scaled) -> Params:
        (d_rz, d_n), q = gates_and_candidate(delta.mantissa), Scaled(tape["q"], h.exponent)
        W_rz = sums_of_products([h], Scaled(d_rz, delta.exponent))
        W_n = sums_of_products([q], Scaled(d_n, delta.exponent))
        W_x, b = sums_of_products([x, ones_like(x)], delta)
        return {"W_x": W_x, "W_h": np.concatenate([*W_rz, *W_n], axis=-1), "b": b[..., 0, :]}
