"""One run: draw the network, go forward, take the loss, go backward."""

import numpy as np

from .backward import Injection, backprop
from .base import Tape, product, project, transposed
from .forward import forward
from .network import Network, build
from .scaled import Scaled
from .settings import RunSettings
from .trace import LayerRecord, Trace


def run(settings: RunSettings) -> Trace:
    """One forward and backward pass."""
    return solve(build(settings), settings)


def solve(network: Network, settings: RunSettings | None = None) -> Trace:
    """Forward, loss and backward of a network made by `build` from these settings, or by hand from none."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        tapes, inputs = forward(network)
        outputs = read_out(network, inputs[-1])
        layers = backward(network, tapes, inputs, direct_gradient(network, outputs))
        step_losses = network.loss.value(outputs, network.targets)
    return Trace(settings, network, tuple(layers), outputs, step_losses)


def read_out(network: Network, states: Scaled) -> Scaled:
    """ŷ = h W_y + b_y for all steps: (T, …, B, O)."""
    return project(states, network.readout["W_y"], network.readout["b_y"])


def direct_gradient(network: Network, outputs: Scaled) -> Injection:
    """∂L_b/∂h_t through h_t's own output, at the steps the loss is attached to."""
    weights = network.weights
    attached = np.flatnonzero(weights.reshape(len(weights), -1).any(axis=1))
    exponent = None if outputs.exponent is None else outputs.exponent[attached]
    slope = network.loss.slope(Scaled(outputs.mantissa[attached], exponent), network.targets[attached])
    d_y = slope.mantissa * weights[attached][..., None, None]
    rows = product(d_y, transposed(network.readout["W_y"]))
    return Injection([int(t) + 1 for t in attached], Scaled(rows, slope.exponent))


def backward(network: Network, tapes: list[Tape], inputs: list[Scaled], direct: Injection) -> list[LayerRecord]:
    """All layers, top first; returns their records, lowest first."""
    records, cell = [], network.cell
    for params, tape, read in zip(network.layers[::-1], tapes[::-1], inputs[-2::-1], strict=True):
        grads, delta = backprop(cell, params, tape, direct)
        records.append(LayerRecord(cell, params, tape, read, grads, delta, direct, network.divisor))
        if read is not inputs[0]:
            d_x = product(cell.input_delta(delta.mantissa), transposed(params["W_x"]))
            direct = Injection(list(range(1, len(d_x) + 1)), Scaled(d_x, delta.exponent))
    return records[::-1]
