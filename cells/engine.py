"""One run: draw the network, go forward, take the loss, go backward."""

import numpy as np

from .backward import UpstreamGrad, backprop
from .base import Tape, product, transposed
from .bidirectional import Backward, Taped, backward_both, forward_both
from .forward import forward
from .network import Network, build
from .scaled import Scaled
from .settings import RunSettings
from .trace import LayerRecord, Trace


def run(settings: RunSettings) -> Trace:
    """Return one forward and backward pass."""
    return solve(build(settings), settings)


def solve(network: Network, settings: RunSettings | None = None) -> Trace:
    """Forward and backward of a network made by `build` from these settings, or by hand from none."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        if network.reverse is not None:
            return Trace(settings, network, *_both_directions(network, network.reverse))
        tapes, inputs = forward(network)
        layers = backward(network, tapes, inputs, direct_gradient(network, inputs[-1]))
    return Trace(settings, network, tuple(layers))


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def direct_gradient(network: Network, states: Scaled) -> UpstreamGrad:
    """∂L_b/∂h_t through h_t's own output, at the steps with a loss; states (T, …, B, H) of the top layer."""
    attached = network.attached
    slope = network.loss.slope(network.read_out(states.at(attached)), network.targets[attached])
    d_y = slope.mantissa * network.weights[attached][..., None, None]
    return UpstreamGrad([int(t) + 1 for t in attached], Scaled(network.read_back(d_y), slope.exponent))


def backward(network: Network, tapes: list[Tape], inputs: list[Scaled], direct: UpstreamGrad) -> list[LayerRecord]:
    """Go back through all layers, top first; returns their records, lowest first."""
    records, cell, last = [], network.cell, len(network.x)
    finals = network.finals[::-1]
    for params, tape, read, final in zip(network.layers[::-1], tapes[::-1], inputs[-2::-1], finals, strict=True):
        direct = direct.with_final(final, last)
        grads, delta = backprop(cell, params, tape, direct, network.truncation)
        records.append(LayerRecord(cell, params, tape, read, grads, delta, direct, network.divisor, network.truncation))
        if read is not inputs[0]:
            d_x = product(cell.input_delta(delta.mantissa), transposed(params["W_x"]))
            direct = UpstreamGrad(list(range(1, len(d_x) + 1)), Scaled(d_x, delta.exponent))
    return records[::-1]


def _both_directions(ahead: Network, back: Network) -> tuple[tuple[LayerRecord, ...], tuple[LayerRecord, ...]]:
    """Return the records of every layer forward in time, and of every layer from the last input to the first."""
    tapes, inputs = forward_both(ahead, back)
    first, second = _taped(ahead, tapes[0]), _taped(back, tapes[1])
    directs = direct_gradient(ahead, inputs[0][-1]), direct_gradient(back, inputs[1][-1])
    found = backward_both(first, second, directs, (ahead.finals, back.finals))
    return _records(ahead, first, inputs[0], found[0]), _records(back, second, inputs[1], found[1])


def _taped(network: Network, tapes: list[Tape]) -> list[Taped]:
    return [Taped(network.cell, params, tape) for params, tape in zip(network.layers, tapes, strict=True)]


def _records(
    network: Network, taped: list[Taped], inputs: list[Scaled], found: list[Backward]
) -> tuple[LayerRecord, ...]:
    return tuple(
        LayerRecord(*layer, read, done.grads, done.delta, done.direct, network.divisor)
        for layer, read, done in zip(taped, inputs[:-1], found, strict=True)
    )
