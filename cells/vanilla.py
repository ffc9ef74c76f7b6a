"""The vanilla recurrent network, plain or residual."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array
from .base import Arrays, Cell, Params, Recipe, StateArrays, Tape, linear_grads, project_inputs, states_like, transposed
from .knobs import Knobs, switch
from .scaled import Scaled
from .step_graph import H_PREV, SKIP, Node, Path, StepGraph, Term, X, activated

RECURRENT = Path("recurrent", "the recurrent matrix", "recurrent")
RESIDUAL_HELP = "h' = h + σ(u): the identity path copies the gradient."
BRANCH = Path("branch", "the branch σ(u)", "recurrent")


class Vanilla(Cell):
    """The simple recurrent network (Elman 1990), plain or residual (He et al. 2016, read through time).

    forward:
        u_t  = x_t W_x + b                     all steps at once
        u_t += h_{t-1} W_h
        h_t  = σ(u_t)
        h_t += h_{t-1}                         residual

    backward:
        ∂h/∂u     = σ'(u_t)                    all steps at once
        δu_t      = δh_t ⊙ ∂h/∂u
        δh_{t-1}  = δu_t W_hᵀ
        δh_{t-1} += δh_t                       residual
    """

    name, label = "rnn", "RNN"
    pre_activations = ("u",)
    candidate = "u"
    delta_blocks = 1
    elman = True

    @dataclass(frozen=True)
    class Options(Knobs):
        residual: bool = switch(False, "Residual", RESIDUAL_HELP, reshapes=True)

    @property
    def scalable(self) -> bool:
        return self.activation.homogeneous

    @property
    def skip_path(self) -> bool:
        return self.options.residual

    def step_graph(self) -> StepGraph:
        way = BRANCH if self.skip_path else RECURRENT
        u = Node("u", "u_t", (Term(("x",), "W_x"), Term(("h_prev",), "W_h", way)), "b")
        if not self.skip_path:
            return X, H_PREV, u, activated("h", "u")
        h = Node("h", "h_t", (Term(("h_prev",), path=SKIP), Term(("v",))))
        return X, H_PREV, u, activated("v", "u"), h

    def init_params(self, recipe: Recipe) -> Params:
        return {"W_x": recipe.input(1), "W_h": recipe.recurrent(1), "b": np.zeros(recipe.hidden)}

    def init_tape(self, params: Params, x: Scaled, start: StateArrays, times: Array) -> Tape:
        u = project_inputs(x, params["W_x"], params["b"])
        tape = {"a": u.mantissa, "h": states_like(start["h"], len(times))}
        return tape if u.exponent is None else tape | {"a_exponent": u.exponent}

    def forward_steps(self, params: Params, tape: Tape, steps: range) -> None:
        W_h, activation, residual = params["W_h"], self.activation.value, self.options.residual
        h, h_W = tape["h"][steps.start], np.empty_like(tape["h"][0])
        now, after = slice(steps.start, steps.stop), slice(steps.start + 1, steps.stop + 1)
        for u, h_next in zip(tape["a"][now], tape["h"][after], strict=True):
            np.add(u, np.matmul(h, W_h, h_W), u)
            activation(u, h_next)
            if residual:
                h_next += h
            h = h_next

    def local_derivatives(self, params: Params, tape: Tape, steps: Any) -> Tape:
        u, value = tape["a"][steps], tape["h"][1:][steps]
        if self.options.residual:
            value = self.activation.value(u, np.empty_like(u))
        return {"dh_du": self.activation.slope(u, value)}

    def backward_step(self, params: Params, derivatives: Arrays, d_next: Arrays, d_prev: Arrays, delta: Arrays) -> None:
        (dh_du,), (d_h,), (d_h_prev,), (d_u,) = derivatives, d_next, d_prev, delta
        np.multiply(d_h, dh_du, d_u)
        np.matmul(d_u, transposed(params["W_h"]), d_h_prev)
        if self.options.residual:
            np.add(d_h_prev, d_h, d_h_prev)

    def param_grads(self, params: Params, tape: Tape, x: Scaled, h: Scaled, delta: Scaled) -> Params:
        return linear_grads(x, h, delta)
