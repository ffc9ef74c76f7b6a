"""Layers of a file that may read a recurrent module out: nn.Linear of as many inputs as it has units, and our own."""

from collections.abc import Iterator, Mapping

import numpy as np

from cells.arrays import Array
from cells.own_network import OwnNetwork

from .names import LINEAR, MOST_OUTPUTS, OUR_READOUT

MOST = 20  # of a module
SHOWN = 60  # characters of a name


def readouts_of(network: OwnNetwork, arrays: Mapping[str, Array]) -> dict[str, OwnNetwork]:
    """Return the network with each readout that fits it, by the words for it: `head: 8 to 3`."""
    found = {}
    for name, W_y, b_y in sorted([*_linears(arrays), *_ours(arrays)], key=lambda one: one[0]):
        fits = (
            W_y.ndim == 2 and len(W_y) == network.hidden and b_y.shape == W_y.shape[1:] and 0 < b_y.size <= MOST_OUTPUTS
        )
        if fits and np.isfinite(W_y).all() and np.isfinite(b_y).all() and len(found) < MOST:
            found[f"{name}: {len(W_y)} to {len(b_y)}"] = network.with_readout(name, W_y, b_y)
    return found


def _linears(arrays: Mapping[str, Array]) -> Iterator[tuple[str, Array, Array]]:
    """Yield PyTorch's layers, whose matrix is the transpose of ours; one without a bias has a bias of 0."""
    for name, weight in arrays.items():
        match = LINEAR.fullmatch(name)
        if match and match["kind"] == "weight" and weight.ndim == 2:
            bias = arrays.get(f"{name.removesuffix('weight')}bias", np.zeros(len(weight)))
            yield _short(match["module"] or "the whole file"), weight.T, bias


def _ours(arrays: Mapping[str, Array]) -> Iterator[tuple[str, Array, Array]]:
    for name, W_y in arrays.items():
        match = OUR_READOUT.fullmatch(name)
        if match and match["kind"] == "W_y" and W_y.ndim == 2:
            yield _short(name.removesuffix(".W_y")), W_y, arrays.get(f"{name[:-3]}b_y", np.zeros(W_y.shape[1]))


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= SHOWN else f"…{line[1 - SHOWN :]}"
