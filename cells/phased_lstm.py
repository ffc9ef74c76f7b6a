"""The Phased LSTM: an LSTM behind a gate that opens by the clock."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .activations import Activation, sigmoid
from .arrays import Array
from .base import Arrays, Params, Recipe, StateArrays, Tape, blocks, row, transposed
from .clocked import SOURCE, Clocked, ClockKnobs
from .gate import Gate
from .knobs import choice
from .lstm import LSTM, MEMORY
from .scaled import Scaled
from .step_graph import Node, Path, StepGraph, Term

OUTPUT_HELP = f"h̃ = o σ(c̃), the candidate, in {SOURCE}; h̃ = o σ(c'), the updated cell, in some implementations."

TIME_GATE = Gate("k", "time gate k", "time_gate")
CLOSED = Path("closed_gate", "the closed time gate", "time_gate", straight=True)


class PhasedLSTM(LSTM, Clocked):
    """The LSTM behind a gate k that each unit opens by its own clock (Neil, Pfeiffer, Liu 2016).

    Each unit has its own period τ, shift s and open ratio r_on, all trained. Where k = 0 the step is the identity for h
    and for c, and the gradient is copied unchanged. Time is data: times (T, B), regular or not. `c_new` and `h_new` are
    c̃ and h̃, the states that the LSTM's step would give; `read` is what the output reads, c̃ or, if chosen, c_t.

    forward:
        φ, k = the clock at time t, 1 - k             all steps at once
        a_o, a_i, a_f, a_g  = x_t W_x + b             all steps at once
        a_o, a_i, a_f, a_g += h_{t-1} W_h
        a_i += p_i ⊙ c_{t-1}                          peepholes
        a_f += p_f ⊙ c_{t-1}                          peepholes
        o, i, f = sigmoid(a_o), sigmoid(a_i), sigmoid(a_f)
        g    = σ(a_g)
        c̃    = f ⊙ c_{t-1}
        c̃   += i ⊙ g
        c_t  = k ⊙ c̃
        c_t += (1 - k) ⊙ c_{t-1}
        v    = σ(read)
        a_o += p_o ⊙ read                             peepholes
        o    = sigmoid(a_o)                           peepholes
        h̃    = o ⊙ v
        h_t  = k ⊙ h̃
        h_t += (1 - k) ⊙ h_{t-1}

    backward:
        ∂h̃/∂a_o, ∂c̃/∂a_i, ∂c̃/∂a_f, ∂c̃/∂a_g, ∂h̃/∂read, ∂c̃/∂c_{t-1}: the LSTM's, all steps at once
        ∂h/∂k = h̃ - h_{t-1}                           all steps at once
        ∂c/∂k = c̃ - c_{t-1}                           all steps at once
        δh̃    = k ⊙ δh_t
        δread = δh̃ ⊙ ∂h̃/∂read
        δc_t += δread                                 if the output reads c_t
        δc̃    = k ⊙ δc_t
        δc̃   += δread                                 if the output reads c̃
        δa_o  = δh̃ ⊙ ∂h̃/∂a_o
        δa_i  = δc̃ ⊙ ∂c̃/∂a_i
        δa_f  = δc̃ ⊙ ∂c̃/∂a_f
        δa_g  = δc̃ ⊙ ∂c̃/∂a_g
        δk    = δh_t ⊙ ∂h/∂k + δc_t ⊙ ∂c/∂k
        δh_{t-1}  = δa W_hᵀ                           δa: δa_o, δa_i, δa_f, δa_g side by side
        δh_{t-1} += (1 - k) ⊙ δh_t
        δc_{t-1}  = δc̃ ⊙ ∂c̃/∂c_{t-1}
        δc_{t-1} += (1 - k) ⊙ δc_t
    """

    name, label, title = "phased_lstm", "Phased", "Phased LSTM"
    gates = (*LSTM.gates, TIME_GATE)
    time_gate = TIME_GATE
    without_gate = LSTM.name
    delta_blocks = 5

    @dataclass(frozen=True)
    class Options(ClockKnobs, LSTM.Options):
        output: str = choice(
            "candidate", {"candidate": "candidate c̃", "updated": "updated c'"}, "Output reads", OUTPUT_HELP
        )

    @classmethod
    def build(cls, options: Any, activation: Activation) -> "PhasedLSTM":
        return (OpenPhasedLSTM if options.gate == "open" else cls)(options, activation)

    def step_graph(self) -> StepGraph:
        c_new = Node("c_new", r"\tilde c_t", MEMORY)
        c = Node("c", "c_t", (Term(("k", "c_new")), Term(("1-k", "c_prev"), path=CLOSED)))
        h_new = Node("h_new", r"\tilde h_t", (Term(("o", "v")),))
        h = Node("h", "h_t", (Term(("k", "h_new")), Term(("1-k", "h_prev"), path=CLOSED)))
        read = self.output_nodes("c" if self.reads_updated else "c_new")
        return *self.gate_nodes(), Node("k", "k_t"), c_new, c, *read, h_new, h

    def init_params(self, recipe: Recipe) -> Params:
        return super().init_params(recipe) | self.clock_params(recipe)

    @property
    def reads_updated(self) -> bool:
        """Return whether h̃ reads c_t instead of c̃."""
        return self.options.output == "updated"

    def init_tape(self, params: Params, x: Scaled, start: StateArrays, times: Array) -> Tape:
        tape = super().init_tape(params, x, start, times)
        phi, k = self.clock(params, times)
        new = {name: np.empty_like(tape["c"][1:]) for name in ("c_new", "h_new")}
        return tape | new | {"times": times, "phi": phi, "k": k, "1-k": 1 - k}

    def forward_steps(self, params: Params, tape: Tape, steps: range) -> None:
        W_h, h_W = params["W_h"], np.empty_like(tape["a"][0])
        activation, peepholes, reads_updated = self.activation.value, self.options.peepholes, self.reads_updated
        for gates, states, own in self.step_views(tape, steps, "a", "v", "k", "1-k", "c_new", "h_new"):
            (a_ready, ready, a_o, a_i, a_f, a_g, o, i, f, g), (h, h_next, c, c_next) = gates, states
            a, v, k, not_k, c_new, h_new = own
            np.add(a, np.matmul(h, W_h, h_W), a)
            if peepholes:
                np.add(a_i, row(params["p_i"]) * c, a_i)
                np.add(a_f, row(params["p_f"]) * c, a_f)
            sigmoid(a_ready, ready)
            activation(a_g, g)
            np.multiply(f, c, c_new)
            np.add(c_new, np.multiply(i, g, v), c_new)  # v is still free
            np.multiply(k, c_new, c_next)
            c_next += not_k * c
            read = c_next if reads_updated else c_new
            activation(read, v)
            if peepholes:
                np.add(a_o, row(params["p_o"]) * read, a_o)
                sigmoid(a_o, o)
            np.multiply(o, v, h_new)
            np.multiply(k, h_new, h_next)
            h_next += not_k * h

    def seen_by_output(self, tape: Tape) -> Array:
        return tape["c"][1:] if self.reads_updated else tape["c_new"]

    def local_derivatives(self, params: Params, tape: Tape, steps: Any) -> Tape:
        inner = super().local_derivatives(params, tape, steps)
        return inner | {
            "k": tape["k"][steps],
            "1-k": tape["1-k"][steps],
            "dh_dk": tape["h_new"][steps] - tape["h"][:-1][steps],
            "dc_dk": tape["c_new"][steps] - tape["c"][:-1][steps],
        }

    def split_delta(self, delta: Array) -> Arrays:
        return self.input_delta(delta), *blocks(delta, 5)

    def backward_step(self, params: Params, derivatives: Arrays, d_next: Arrays, d_prev: Arrays, delta: Arrays) -> None:
        dhn_da_o, dcn_da_i, dcn_da_f, dcn_da_g, dhn_dread, dcn_dc_prev, k, not_k, dh_dk, dc_dk = derivatives
        (d_h, d_c), (d_h_prev, d_c_prev), (d_a, d_a_o, d_a_i, d_a_f, d_a_g, d_k) = d_next, d_prev, delta
        d_h_new = k * d_h
        d_read = d_h_new * dhn_dread
        if self.reads_updated:
            d_c += d_read
        d_c_new = k * d_c
        if not self.reads_updated:
            d_c_new += d_read
        np.multiply(d_h_new, dhn_da_o, d_a_o)
        np.multiply(d_c_new, dcn_da_i, d_a_i)
        np.multiply(d_c_new, dcn_da_f, d_a_f)
        np.multiply(d_c_new, dcn_da_g, d_a_g)
        np.add(np.multiply(d_h, dh_dk, d_k), d_c * dc_dk, d_k)
        np.matmul(d_a, transposed(params["W_h"]), d_h_prev)
        d_h_prev += not_k * d_h
        np.multiply(d_c_new, dcn_dc_prev, d_c_prev)
        d_c_prev += not_k * d_c

    def input_delta(self, delta: Array) -> Array:
        return delta[..., : 4 * (delta.shape[-1] // 5)]

    def grads_through_h(self, derivatives: Tape, t: Any, d_h: Array) -> Arrays:
        through_h = derivatives["k"][t] * derivatives["dh_dc"][t] if self.reads_updated else 0.0
        return d_h, d_h * through_h

    def param_grads(self, params: Params, tape: Tape, x: Scaled, h: Scaled, delta: Scaled) -> Params:
        inner = Scaled(self.input_delta(delta.mantissa), delta.exponent)
        d_k = Scaled(blocks(delta.mantissa, 5)[4], delta.exponent)
        return super().param_grads(params, tape, x, h, inner) | self.clock_grads(params, tape, d_k)


class OpenPhasedLSTM(PhasedLSTM):
    """The Phased LSTM with k = 1 throughout: the plain LSTM's step bit for bit, beside clocks that nobody reads."""

    delta_blocks = LSTM.delta_blocks
    forward_steps, backward_step = LSTM.forward_steps, LSTM.backward_step
    local_derivatives, split_delta = LSTM.local_derivatives, LSTM.split_delta
    step_graph = LSTM.step_graph
    input_delta, seen_by_output, grads_through_h = LSTM.input_delta, LSTM.seen_by_output, LSTM.grads_through_h

    def init_tape(self, params: Params, x: Scaled, start: StateArrays, times: Array) -> Tape:
        phi, _ = self.clock(params, times)
        return LSTM.init_tape(self, params, x, start, times) | {"phi": phi, "k": np.ones_like(phi)}

    def param_grads(self, params: Params, tape: Tape, x: Scaled, h: Scaled, delta: Scaled) -> Params:
        unread = np.zeros((*delta.mantissa.shape[1:-2], h.mantissa.shape[-1]))
        return LSTM.param_grads(self, params, tape, x, h, delta) | dict.fromkeys(("tau", "s", "r_on"), unread)
