"""A network ready to run: cells, parameters and task of one setting, or of many side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from .activations import ACTIVATIONS
from .arrays import Array
from .base import Cell, Params, Recipe, product, project, transposed
from .losses import Loss, loss_weights
from .masked import masked
from .registry import CELLS
from .scaled import Scaled
from .settings import RunSettings
from .signals import SIGNALS

TASK_STREAM, READOUT_STREAM, TIME_STREAM = 101, 102, 103  # clear of the layers' own streams

Shared = dict[tuple, Any]  # draws, by everything they depend on


@dataclass(frozen=True, eq=False)
class Network:
    """Arrays as in base.py; with an axis of settings every array has it, right before the batch or in front."""

    cell: Cell
    layers: tuple[Params, ...]
    readout: Params  # W_y (H, O), b_y (O)
    start: tuple[dict[str, Array], ...]  # initial state of each layer
    x: Array  # (T, B, I)
    targets: Array  # (T, B, O)
    times: Array  # (T, B)
    weights: Array  # (T,) of each step's loss
    loss: Loss
    divisor: int  # L = Σ_b L_b / divisor: the batch size for the mean over the batch, 1 for the sum
    truncation: int = 0  # steps in a window that the gradient does not leave (truncation.py); 0 for none
    final: tuple[dict[str, Array], ...] = ()  # ∂L_b/∂ of each layer's final state, where the loss reads it by itself
    reverse: "Network | None" = None  # the other direction of a bidirectional net: its own cells, x from the end on

    @property
    def finals(self) -> tuple[dict[str, Array], ...]:
        """Return one entry a layer; empty where the loss reads outputs alone."""
        return self.final or ({},) * len(self.layers)

    @cached_property
    def attached(self) -> Array:
        """Return indices, from 0, of the steps that the loss is attached to.

        With an axis of settings, in any of them.
        """
        attached = np.flatnonzero(self.weights.reshape(len(self.weights), -1).any(axis=1))
        attached.flags.writeable = False
        return attached

    def read_out(self, states: Scaled) -> Scaled:
        """ŷ = h W_y + b_y: (T, …, B, H) -> (T, …, B, O)."""
        return project(states, self.readout["W_y"], self.readout["b_y"])

    def read_back(self, d_y: Array) -> Array:
        """Return ∂L/∂h of ∂L/∂ŷ: (T, …, B, O) -> (T, …, B, H)."""
        return product(d_y, transposed(self.readout["W_y"]))


def build(settings: RunSettings, shared: Shared | None = None) -> Network:
    """Draw everything; each part has a generator of its own, so that changing one leaves the others as they were.

    Settings that are built with the same `shared` draw once what they have in common.
    """
    s, shared = settings, {} if shared is None else shared
    signal = SIGNALS[s.signal]
    cell = _cell(s)
    task = _once(shared, _task_key(s), lambda: signal.draw(s, np.random.default_rng((s.seed, TASK_STREAM))))
    outputs = task.targets.shape[-1]
    return Network(
        cell=cell,
        layers=tuple(_params(s, cell, layer) for layer in range(s.layers)),
        readout=_once(shared, ("readout", s.seed, s.hidden, outputs, s.network), lambda: _readout(s, outputs)),
        start=(_once(shared, ("start", s.batch, s.hidden, cell.state_names), lambda: _zeros(s, cell)),) * s.layers,
        x=task.x,
        targets=task.targets,
        times=_once(
            shared, ("times", s.options, s.steps, s.batch, s.seed, s.recording, s.signal), lambda: _times(s, cell)
        ),
        weights=_once(shared, ("weights", s.steps, s.loss, s.loss_steps, s.loss_reduction), lambda: loss_weights(s)),
        loss=signal.loss_of(s),
        divisor=s.batch,
        truncation=s.truncation,
    )


def _cell(s: RunSettings) -> Cell:
    """Return the cell; with sequences that pause or end early, one whose state stands still there."""
    cell = CELLS[s.cell].build(s.options, ACTIVATIONS[s.activation])
    active = s.recording.active if s.recording is not None and s.signal == "own" else None
    return cell if active is None else masked(cell, active[: s.steps])


def _once(shared: Shared, key: tuple, draw: Callable[[], Any]) -> Any:
    if key not in shared:
        shared[key] = draw()
    return shared[key]


def _task_key(s: RunSettings) -> tuple:
    """Return all that a signal draws from."""
    brought = (s.own, s.recording, s.loss == "last")
    return s.signal, s.steps, s.batch, s.inputs, s.tokens, s.impulse_step, brought, s.seed


def _readout(s: RunSettings, outputs: int) -> Params:
    """Return the readout that was brought, or a drawn one."""
    if s.network is not None and s.network.readout is not None:
        return dict(s.network.readout)
    rng = np.random.default_rng((s.seed, READOUT_STREAM))
    return {"W_y": rng.normal(0, s.hidden**-0.5, (s.hidden, outputs)), "b_y": np.zeros(outputs)}


def _zeros(s: RunSettings, cell: Cell) -> dict[str, Array]:
    return {part: np.zeros((s.batch, s.hidden)) for part in cell.state_names}


def _times(s: RunSettings, cell: Cell) -> Array:
    recorded = s.recorded_times
    if recorded is not None:
        return recorded[: s.steps].copy()
    return cell.draw_times(s.steps, s.batch, np.random.default_rng((s.seed, TIME_STREAM)))


def _params(s: RunSettings, cell: Cell, layer: int) -> Params:
    """Return one layer's parameters: drawn, or those of the network that was brought, times the scales."""
    recipe = _recipe(s, layer)
    if s.network is None:
        return cell.init_params(recipe)
    small = replace(recipe, init="identity", weight_scale=1.0, input_scale=1.0)
    return s.network.params(layer, s.weight_scale, recipe.input_scale, cell.init_params(small))


def _recipe(s: RunSettings, layer: int) -> Recipe:
    return Recipe(
        init=s.init,
        weight_scale=s.weight_scale,
        input_scale=s.weight_scale if s.scale_inputs else 1.0,
        seed=s.seed,
        layer=layer,
        inputs=s.hidden if layer else s.input_size,
        hidden=s.hidden,
        steps=s.steps,
    )


def stack_networks(networks: Sequence[Network]) -> Network:
    """Return many networks of one shape as one network with an axis of settings."""
    first = networks[0]
    return Network(
        cell=first.cell,
        layers=tuple(_stack_dicts([n.layers[k] for n in networks]) for k in range(len(first.layers))),
        readout=_stack_dicts([n.readout for n in networks]),
        start=tuple(_stack_dicts([n.start[k] for n in networks]) for k in range(len(first.start))),
        x=_stack([n.x for n in networks], axis=1),
        targets=_stack([n.targets for n in networks], axis=1),
        times=_stack([n.times for n in networks], axis=1),
        weights=_stack([n.weights for n in networks], axis=1),
        loss=first.loss,
        divisor=first.divisor,
        truncation=first.truncation,
    )


def _stack_dicts(dicts: Sequence[Params]) -> Params:
    return {name: _stack([d[name] for d in dicts]) for name in dicts[0]}


def _stack(arrays: Sequence[Array], axis: int = 0) -> Array:
    """`np.stack`; a read-only view where they are all one array that was drawn once."""
    first = arrays[0]
    if any(array is not first for array in arrays):
        return np.stack(arrays, axis=axis)
    shape = (*first.shape[:axis], len(arrays), *first.shape[axis:])
    return np.broadcast_to(np.expand_dims(first, axis), shape)
