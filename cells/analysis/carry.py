"""The way back once more, over the tape of a finished run, for gradients other than the run's own."""

from dataclasses import replace

import numpy as np

from cells.backward import UpstreamGrad, backprop
from cells.base import product, transposed
from cells.scaled import Scaled
from cells.trace import LayerTrace, Trace


def carry(trace: Trace, direct: UpstreamGrad) -> tuple[LayerTrace, ...]:
    """Every layer, lowest first, with the gradients it has if `direct` alone reaches the top layer's outputs."""
    layers = []
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for layer in reversed(trace.layers):
            record = layer.record
            grads, delta = backprop(layer.cell, record.params, record.tape, direct, record.truncation)
            layers.append(LayerTrace(replace(record, grads=grads, delta=delta, direct=direct)))
            direct = below(layer, delta)
    return tuple(layers[::-1])


def below(layer: LayerTrace, delta: Scaled) -> UpstreamGrad:
    """What the pre-activation gradients (T, …, B, delta_blocks·H) of a layer hand to the outputs of the one below."""
    rows = product(layer.cell.input_delta(delta.mantissa), transposed(layer.record.params["W_x"]))
    return UpstreamGrad(list(range(1, len(rows) + 1)), Scaled(rows, delta.exponent))


def attached(trace: Trace) -> list[int]:
    """The steps, counted from 1, whose own output feeds the loss with a gradient."""
    direct = trace.top.record.direct
    fed = np.flatnonzero(direct.rows.mantissa.reshape(len(direct.steps), -1).any(axis=1))
    return [direct.steps[k] for k in fed] or list(direct.steps)


def only(direct: UpstreamGrad, step: int) -> UpstreamGrad:
    """The part of an injection that arrives at one step."""
    k = direct.steps.index(step)
    rows = direct.rows
    exponent = None if rows.exponent is None else rows.exponent[k : k + 1]
    return UpstreamGrad([step], Scaled(rows.mantissa[k : k + 1], exponent))


def last_credit(trace: Trace, layer: int) -> LayerTrace:
    """One layer with the gradients of the loss at the last attached step alone."""
    steps = attached(trace)
    if len(steps) == 1:
        return trace.layer(layer)
    return carry(trace, only(trace.top.record.direct, steps[-1]))[layer]
