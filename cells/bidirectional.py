"""Bidirectional networks: each layer reads what both directions below it gave, side by side.

The reverse direction is a network of its own whose time runs from the last input to the first: its step t reads
x_{T+1-t}. Its padded or masked steps then come first, and the initial state waits through them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .arrays import Array
from .backward import UpstreamGrad, backprop
from .base import Cell, Params, Tape, product, transposed
from .forward import forward_layer
from .network import Network
from .scaled import Scaled


class Taped(NamedTuple):
    """One layer of one direction, after its forward pass."""

    cell: Cell
    params: Params
    tape: Tape


class Backward(NamedTuple):
    """One layer's backward pass: its upstream gradient, and what it found."""

    direct: UpstreamGrad
    grads: dict[str, Scaled]
    delta: Scaled


def forward_both(ahead: Network, back: Network) -> tuple[list[list[Tape]], list[list[Scaled]]]:
    """Run all layers of both directions. Returns, for each direction, what `forward` returns."""
    tapes, inputs = [[], []], [[Scaled(ahead.x)], [Scaled(back.x)]]
    for k in range(len(ahead.layers)):
        found = [forward_layer(net, k, read[-1]) for net, read in zip((ahead, back), inputs, strict=True)]
        for kept, (tape, _) in zip(tapes, found, strict=True):
            kept.append(tape)
        (_, first), (_, second) = found
        last = k + 1 == len(ahead.layers)
        inputs[0].append(first if last else beside(first, flipped(second)))
        inputs[1].append(second if last else beside(flipped(first), second))
    return tapes, inputs


def backward_both(
    ahead: Sequence[Taped],
    back: Sequence[Taped],
    directs: tuple[UpstreamGrad, UpstreamGrad],
    finals: tuple[Sequence, Sequence],
) -> tuple[list[Backward], list[Backward]]:
    """Go back through all layers of both directions, top first; returns what each found, lowest first.

    `directs` reaches the outputs of the two top layers, `finals` the final states of every layer, in each direction's
    own time.
    """
    found: tuple[list[Backward], list[Backward]] = ([], [])
    for k in reversed(range(len(ahead))):
        for side, layer, direct, final in zip(found, (ahead[k], back[k]), directs, finals, strict=True):
            direct = direct.with_final(final[k], len(layer.tape["a"]))
            side.append(Backward(direct, *backprop(layer.cell, layer.params, layer.tape, direct)))
        if k:
            directs = _below((ahead[k], back[k]), (found[0][-1], found[1][-1]))
    return found[0][::-1], found[1][::-1]


def _below(layers: tuple[Taped, Taped], found: tuple[Backward, Backward]) -> tuple[UpstreamGrad, UpstreamGrad]:
    """Return what both directions of a layer hand to the outputs of the two below it."""
    first, second = (input_gradient(layer, done.delta) for layer, done in zip(layers, found, strict=True))
    total = added(first, flipped(second))
    steps, H = list(range(1, len(total.mantissa) + 1)), total.mantissa.shape[-1] // 2
    halves = Scaled(total.mantissa[..., :H], total.exponent), Scaled(total.mantissa[..., H:], total.exponent)
    return UpstreamGrad(steps, halves[0]), UpstreamGrad(steps, flipped(halves[1]))


def input_gradient(layer: Taped, delta: Scaled) -> Scaled:
    """∂L_b/∂ of what the layer reads, (T, …, B, I)."""
    return Scaled(product(layer.cell.input_delta(delta.mantissa), transposed(layer.params["W_x"])), delta.exponent)


def flipped(rows: Scaled) -> Scaled:
    """Return the same from the last step to the first."""
    return rows.at(slice(None, None, -1))


def beside(first: Scaled, second: Scaled) -> Scaled:
    """[first, second] along the units."""
    exponent, rows = _at_one_exponent(first, second)
    return Scaled(np.concatenate(rows, axis=-1), exponent)


def added(first: Scaled, second: Scaled) -> Scaled:
    """Return the sum of two scaled arrays."""
    exponent, (one, two) = _at_one_exponent(first, second)
    return Scaled(one + two, exponent)


def _at_one_exponent(first: Scaled, second: Scaled) -> tuple[Array | None, tuple[Array, Array]]:
    if first.exponent is None and second.exponent is None:
        return None, (first.mantissa, second.mantissa)
    exponents = [np.where(s.mantissa.any(axis=-1), 0 if s.exponent is None else s.exponent, 0) for s in (first, second)]
    common = np.maximum(*exponents)
    return common, (first.aligned(common), second.aligned(common))
