"""The vanilla recurrent network, plain or residual."""

from dataclasses import dataclass

import numpy as np

from .base import Cell, linear_grads, project_inputs, states_like, transposed
from .knobs import Knobs, switch


class Vanilla(Cell):
    """h' = σ(x W_x + h W_h + b)   (Elman 1990);   residual: h' = h + σ(…)   (He et al. 2016, read through time)"""

    name, label = "rnn", "RNN"
    pre_activations = ("u",)
    candidate = "u"
    delta_blocks = 1

    @dataclass(frozen=True)
    class Options(Knobs):
        residual: bool = switch(False, "Residual", "h' = h + σ(u): the identity path copies the gradient.")

    @property
    def scalable(self):
        return self.activation.homogeneous

    def init_params(self, recipe):
        return {"W_x": recipe.input(1), "W_h": recipe.recurrent(1), "b": np.zeros(recipe.hidden)}

    def init_tape(self, params, x, start, times):
        a = project_inputs(x, params["W_x"], params["b"])
        tape = {"a": a.mantissa, "h": states_like(start["h"], len(times))}
        return tape if a.exponent is None else tape | {"a_exponent": a.exponent}

    def forward_steps(self, params, tape, steps):
        W_h, value, residual = params["W_h"], self.activation.value, self.options.residual
        h, product = tape["h"][steps.start], np.empty_like(tape["h"][0])
        now, after = slice(steps.start, steps.stop), slice(steps.start + 1, steps.stop + 1)
        for a, h_new in zip(tape["a"][now], tape["h"][after], strict=True):
            np.add(a, np.matmul(h, W_h, product), a)
            value(a, h_new)
            if residual:
                h_new += h
            h = h_new

    def local_derivatives(self, params, tape, steps):
        a, value = tape["a"][steps], tape["h"][1:][steps]
        if self.options.residual:
            value = self.activation.value(a, np.empty_like(a))
        return {"slope": self.activation.slope(a, value)}

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        (slope,), (d,), (d_h,), (d_u,) = derivatives, d_next, d_prev, delta
        np.multiply(d, slope, d_u)
        np.matmul(d_u, transposed(params["W_h"]), d_h)
        if self.options.residual:
            np.add(d_h, d, d_h)

    def param_grads(self, params, tape, x, h, delta):
        return linear_grads(x, h, delta)
