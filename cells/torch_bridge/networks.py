"""A call and weights as a network whose outputs are its states and whose loss is Σ d_out ⊙ output."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cells.arrays import Array
from cells.base import Cell, Params
from cells.losses import Linear
from cells.masked import masked
from cells.network import Network
from cells.scaled import Scaled

from .call import Call, Start
from .counterparts import Kind


class StateNetwork(Network):
    """A network whose output is its top layer's state: W_y is the identity, and nothing is multiplied by it."""

    def read_out(self, states: Scaled) -> Scaled:
        return states

    def read_back(self, d_y: Array) -> Array:
        return d_y


def network_of(
    cell: Cell, layers: Sequence[Params], call: Call, reverse: Sequence[Params] = (), times: Array | None = None
) -> Network:
    """Return the network; with the parameters of `reverse` it is bidirectional."""
    attached = np.asarray(call.d_out.any(axis=(1, 2)))
    if not reverse:
        return _one_way(cell, layers, call, attached, times)
    ahead, back = (_half(call, way) for way in range(2))
    other = _one_way(cell, reverse, back, attached[::-1], times)
    return replace(_one_way(cell, layers, ahead, attached, times), reverse=other)


def module_network(kind: Kind, weights: Mapping[str, Array], call: Call) -> Network:
    """Return a module's network, its weights by the module's own names."""
    ways = [[kind.params(weights, layer, way) for layer in range(kind.layers)] for way in range(kind.directions)]
    reverse = ways[1] if kind.directions == 2 else ()
    return network_of(kind.counterpart.build(kind.activation), ways[0], call, reverse)


def _half(call: Call, way: int) -> Call:
    """Return one direction's part of a bidirectional call, in its own time."""
    H, step = call.d_out.shape[-1] // 2, -1 if way else 1
    return Call(
        x=call.x[::step],
        d_out=call.d_out[::step, :, way * H : (way + 1) * H],
        start=_every_other(call.start, way),
        final=_every_other(call.final, way),
        mask=None if call.active is None else call.active[::step],
    )


def _every_other(states: Start | None, way: int) -> Start | None:
    return None if states is None else states[way::2]


def _one_way(cell: Cell, layers: Sequence[Params], call: Call, attached: Array, times: Array | None) -> Network:
    (T, B, H), zeros = call.d_out.shape, np.zeros(call.d_out.shape[1:])
    own_times = cell.draw_times(T, B, np.random.default_rng(0)) if times is None else times
    return StateNetwork(
        cell=cell if call.active is None else masked(cell, call.active),
        layers=tuple(layers),
        readout={"W_y": np.eye(H), "b_y": np.zeros(H)},
        start=call.start or tuple(dict.fromkeys(cell.state_names, zeros) for _ in layers),
        x=call.x,
        targets=call.d_out,
        times=own_times,
        weights=_weights(attached, call.final),
        loss=Linear(),
        divisor=1,
        final=call.final or (),
    )


def _weights(attached: Array, final: Start | None) -> Array:
    """1 at the steps whose outputs or final states feed the loss; at the last step where none do."""
    weights = attached.astype(np.float64)
    if not weights.any() or any(rows.any() for states in final or () for rows in states.values()):
        weights[-1] = 1
    return weights
