"""The way back once more, over the tape of a finished run, for gradients other than the run's own."""

import numpy as np

from cells.backward import Injection, backprop
from cells.base import product, transposed
from cells.scaled import Scaled
from cells.trace import LayerTrace, Trace


def carry(trace: Trace, direct: Injection) -> tuple[dict[str, Scaled], ...]:
    """Gradients of every layer's states, lowest layer first, if `direct` alone reached the top layer's outputs."""
    grads = []
    for layer in reversed(trace.layers):
        found, delta = backprop(layer.cell, layer.record.params, layer.record.tape, direct)
        grads.append(found)
        direct = below(layer, delta)
    return tuple(grads[::-1])


def below(layer: LayerTrace, delta: Scaled) -> Injection:
    """What the pre-activation gradients (T, …, B, width·H) of a layer hand to the outputs of the one below."""
    rows = product(layer.cell.input_delta(delta.mantissa), transposed(layer.record.params["W_x"]))
    return Injection(list(range(1, len(rows) + 1)), Scaled(rows, delta.exponent))


def attached(trace: Trace) -> list[int]:
    """The steps, counted from 1, whose own output feeds the loss with a gradient."""
    direct = trace.top.record.direct
    fed = direct.rows.mantissa.reshape(len(direct.steps), -1).any(axis=1)
    return [step for step, alive in zip(direct.steps, fed, strict=True) if alive] or list(direct.steps)


def only(direct: Injection, step: int) -> Injection:
    """The part of an injection that arrives at one step."""
    k = direct.steps.index(step)
    rows = direct.rows
    exponent = None if rows.exponent is None else rows.exponent[k : k + 1]
    return Injection([step], Scaled(rows.mantissa[k : k + 1], exponent))


def last_credit(trace: Trace, layer: int) -> Scaled:
    """Gradients of the loss at the last attached step alone with respect to h of one layer, (T+1, …, B, H)."""
    steps = attached(trace)
    if len(steps) == 1:
        return trace.layer(layer).record.grads["h"]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return carry(trace, only(trace.top.record.direct, steps[-1]))[layer]["h"]
