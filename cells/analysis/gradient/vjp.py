"""The way back once more, over the tape of a finished run, for gradients other than the run's own."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cells.backward import UpstreamGrad, backprop
from cells.base import product, transposed
from cells.bidirectional import Taped, backward_both
from cells.scaled import Scaled
from cells.trace import LayerTrace, Trace


def backpropagate(trace: Trace, direct: UpstreamGrad, finals: Sequence = ()) -> tuple[LayerTrace, ...]:
    """Return every layer, lowest first, with the gradients it has if `direct` alone reaches the top layer's outputs.

    `finals`, one a layer, is what reaches the final states besides. In a bidirectional net the losses of the same
    steps reach the other direction's outputs too.
    """
    finals = finals or ({},) * len(trace.layers)
    if trace.reverse is not None:
        return _carry_both(trace, trace.reverse, direct, finals)
    layers = []
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for layer, final in zip(reversed(trace.layers), reversed(finals), strict=True):
            record, direct = layer.record, direct.with_final(final, len(trace.inputs))
            grads, delta = backprop(layer.cell, record.params, record.tape, direct, record.truncation)
            layers.append(LayerTrace(replace(record, grads=grads, delta=delta, direct=direct)))
            direct = below(layer, delta)
    return tuple(layers[::-1])


def _carry_both(trace: Trace, other: Trace, direct: UpstreamGrad, finals: Sequence) -> tuple[LayerTrace, ...]:
    """Return the same in a bidirectional net, whose other direction counts its steps from the end."""
    mirrored = _some(other.top.record.direct, [len(trace.inputs) + 1 - step for step in direct.steps])
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        found, _ = backward_both(_taped(trace), _taped(other), (direct, mirrored), (finals, ({},) * len(finals)))
    records = [replace(layer.record, **one._asdict()) for layer, one in zip(trace.layers, found, strict=True)]
    return tuple(map(LayerTrace, records))


def _taped(trace: Trace) -> list[Taped]:
    return [Taped(layer.cell, layer.record.params, layer.record.tape) for layer in trace.layers]


def below(layer: LayerTrace, delta: Scaled) -> UpstreamGrad:
    """Return what the pre-activation gradients (T, …, B, delta_blocks·H) of a layer hand to the outputs of the
    one below.
    """
    rows = product(layer.cell.input_delta(delta.mantissa), transposed(layer.record.params["W_x"]))
    return UpstreamGrad(list(range(1, len(rows) + 1)), Scaled(rows, delta.exponent))


def attached(trace: Trace) -> list[int]:
    """Return the steps, counted from 1, at which the loss reads a state: through its output, or the final one by
    itself.
    """
    direct, last = trace.top.record.direct, len(trace.inputs)
    fed = np.flatnonzero(direct.rows.mantissa.reshape(len(direct.steps), -1).any(axis=1))
    steps = [direct.steps[k] for k in fed]
    if last not in steps and any(rows.any() for final in trace.network.finals for rows in final.values()):
        steps.append(last)
    return steps or list(direct.steps)


def only(direct: UpstreamGrad, step: int) -> UpstreamGrad:
    """Return the part of an upstream gradient that arrives at one step."""
    return _some(direct, [step])


def _some(direct: UpstreamGrad, steps: Sequence[int]) -> UpstreamGrad:
    """Return what arrives at some steps; none of them need have a part of its own."""
    places = [k for k, step in enumerate(direct.steps) if step in set(steps)]
    return UpstreamGrad([direct.steps[k] for k in places], direct.rows.at(places))


def last_credit(trace: Trace, layer: int) -> LayerTrace:
    """Return one layer with the gradients of the loss at the last attached step alone."""
    steps = attached(trace)
    if len(steps) == 1:
        return trace.layer(layer)
    finals = _other_finals(trace) if steps[-1] == len(trace.inputs) else ()
    return backpropagate(trace, only(trace.top.record.direct, steps[-1]), finals)[layer]


def _other_finals(trace: Trace) -> list[dict]:
    """Return what reaches the final states of all layers, but for the top one's h: that stands among its direct
    rows.
    """
    *lower, top = trace.network.finals
    return [*lower, {part: rows for part, rows in top.items() if part != "h"}]
