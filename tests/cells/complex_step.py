"""Derivatives by a complex step through our own forward pass: no difference is taken, so no digits are lost.

The derivative of f along v is Im f(x + i ε v) / ε, exact for ε as small as one likes (Squire & Trapp 1998).
"""

from dataclasses import replace

import numpy as np

from cells.engine import forward

EPS = 1e-30


def losses(network):
    """L_b of each sample, (B,), also where the network's numbers are complex."""
    with np.errstate(over="ignore", under="ignore"):
        _, read = forward(network)
        outputs = network.read_out(read[-1])
        return (network.weights[:, None] * network.loss.value(outputs, network.targets)).sum(axis=0)


def complex_copy(network):
    return replace(
        network,
        layers=tuple(map(complex_dict, network.layers)),
        readout=complex_dict(network.readout),
        start=tuple(map(complex_dict, network.start)),
        x=network.x.astype(complex),
    )


def complex_dict(arrays):
    return {name: array.astype(complex) for name, array in arrays.items()}


def along_parameter(network, layer, name, direction):
    """d(mean over b of L_b) along a direction in one parameter."""
    moved = complex_copy(network)
    moved.layers[layer][name] += 1j * EPS * direction
    return losses(moved).imag.sum() / EPS / network.divisor


def along_start(network, layer, part, direction):
    """dL_b along a direction in one initial state, (B,)."""
    moved = complex_copy(network)
    moved.start[layer][part] += 1j * EPS * direction
    return losses(moved).imag / EPS


def along_input(network, step, direction):
    """dL_b along a direction in the input of one step, (B,)."""
    moved = complex_copy(network)
    moved.x[step] += 1j * EPS * direction
    return losses(moved).imag / EPS
