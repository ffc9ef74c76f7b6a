"""A cell that the project has never heard of, with letters of its own: one file, as docs/extending.md tells it."""

from dataclasses import dataclass

import numpy as np

from cells.activations import sigmoid, sigmoid_slope
from cells.base import blocks, linear_grads, project_inputs, states_like, transposed
from cells.clocked import Clocked, ClockKnobs
from cells.gate import Gate
from cells.scaled import Scaled
from cells.step_graph import H_PREV, SKIP, Node, Term, X, activated, pre_activation, pre_activation_path, sigmoid_of

ADMIT = pre_activation_path("a", "the admitting gate", "input")
MATTER = pre_activation_path("m", "the matter", "candidate")


class Toy(Clocked):
    """Adds, whenever its clock lets it, gated matter to the state.

    forward:
        a_a, a_m  = x_t W_x + b                       all steps at once
        a_a, a_m += h_{t-1} W_h
        a    = sigmoid(a_a)
        m    = σ(a_m)
        h_t  = w ⊙ a ⊙ m
        h_t += h_{t-1}

    backward, the first three for all steps at once:
        ∂h/∂a_a = w ⊙ m ⊙ a (1 - a)
        ∂h/∂a_m = w ⊙ a ⊙ σ'(a_m)
        ∂h/∂w   = a ⊙ m
        δa_a, δa_m, δw = δh_t ⊙ ∂h/∂a_a, δh_t ⊙ ∂h/∂a_m, δh_t ⊙ ∂h/∂w
        δh_{t-1}  = [δa_a δa_m] W_hᵀ
        δh_{t-1} += δh_t
    """

    name, label = "toy", "Toy"
    gates = Gate("a", "admit a", "input"), Gate("m", "matter m", "candidate"), Gate("w", "watch w", "time_gate")
    pre_activations = ("a", "m")
    candidate = "m"
    time_gate = gates[2]
    without_gate = "rnn"
    skip_path = True
    delta_blocks = 3

    @dataclass(frozen=True)
    class Options(ClockKnobs):
        pass

    def step_graph(self):
        pre = pre_activation("a", ADMIT), pre_activation("m", MATTER)
        h = Node("h", "h_t", (Term(("w", "a", "m")), Term(("h_prev",), path=SKIP)))
        return X, H_PREV, *pre, sigmoid_of("a"), activated("m", "a_m"), Node("w", "w_t"), h

    def init_params(self, recipe):
        drawn = {"W_x": recipe.input(2), "W_h": recipe.recurrent(2), "b": np.zeros(2 * recipe.hidden)}
        return drawn | self.clock_params(recipe)

    def init_tape(self, params, x, start, times):
        a = project_inputs(x, params["W_x"], params["b"]).plain()
        phi, w = self.clock(params, times)
        w = np.ones_like(w) if self.options.gate == "open" else w
        h = states_like(start["h"], len(times))
        return {"a": a, "s": np.empty_like(a), "h": h, "times": times, "phi": phi, "w": w}

    def forward_steps(self, params, tape, steps):
        for t in steps:
            pre, (a, m), h, h_next = tape["a"][t], blocks(tape["s"][t], 2), tape["h"][t], tape["h"][t + 1]
            pre += h @ params["W_h"]
            a_a, a_m = blocks(pre, 2)
            sigmoid(a_a, a)
            self.activation.value(a_m, m)
            np.multiply(tape["w"][t], a * m, h_next)
            h_next += h

    def local_derivatives(self, params, tape, steps):
        (a_a, a_m), (a, m), w = blocks(tape["a"][steps], 2), blocks(tape["s"][steps], 2), tape["w"][steps]
        dh_da_a = w * m * sigmoid_slope(a_a, a)
        return {"dh_da_a": dh_da_a, "dh_da_m": w * a * self.activation.slope(a_m, m), "dh_dw": a * m}

    def split_delta(self, delta):
        return self.input_delta(delta), *blocks(delta, 3)

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        (d_h,), (d_h_prev,), (d_pre, *parts) = d_next, d_prev, delta
        for local, d in zip(derivatives, parts, strict=True):
            np.multiply(d_h, local, d)
        np.matmul(d_pre, transposed(params["W_h"]), d_h_prev)
        d_h_prev += d_h

    def input_delta(self, delta):
        return delta[..., : 2 * (delta.shape[-1] // 3)]

    def param_grads(self, params, tape, x, h, delta):
        open_ = self.options.gate == "open"
        d_w = Scaled(blocks(delta.mantissa, 3)[2] * (not open_), delta.exponent)
        inner = Scaled(self.input_delta(delta.mantissa), delta.exponent)
        return linear_grads(x, h, inner) | self.clock_grads(params, tape, d_w)
