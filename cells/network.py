"""A network ready to run: cells, parameters and task of one setting, or of many side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .activations import ACTIVATIONS
from .arrays import Array
from .base import Cell, Params, Recipe
from .losses import LOSSES, Loss, loss_weights
from .registry import CELLS
from .settings import RunSettings
from .signals import SIGNALS

TASK_STREAM, READOUT_STREAM, TIME_STREAM = 101, 102, 103  # clear of the layers' own streams


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


def build(settings: RunSettings) -> Network:
    """Draw everything; each part has a generator of its own, so that changing one leaves the others as they were."""
    s = settings
    signal = SIGNALS[s.signal]
    cell = CELLS[s.cell].build(s.options, ACTIVATIONS[s.activation])
    task = signal.draw(s, np.random.default_rng((s.seed, TASK_STREAM)))
    readout = np.random.default_rng((s.seed, READOUT_STREAM)).normal(
        0, s.hidden**-0.5, (s.hidden, task.targets.shape[-1])
    )
    zeros = {part: np.zeros((s.batch, s.hidden)) for part in cell.parts}
    return Network(
        cell=cell,
        layers=tuple(cell.init_params(_recipe(s, layer)) for layer in range(s.layers)),
        readout={"W_y": readout, "b_y": np.zeros(task.targets.shape[-1])},
        start=(zeros,) * s.layers,
        x=task.x,
        targets=task.targets,
        times=cell.draw_times(s.steps, s.batch, np.random.default_rng((s.seed, TIME_STREAM))),
        weights=loss_weights(s),
        loss=LOSSES[signal.loss],
        divisor=s.batch,
    )


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


def side_by_side(networks: Sequence[Network]) -> Network:
    """Many networks of one shape as one network with an axis of settings."""
    first = networks[0]
    return Network(
        cell=first.cell,
        layers=tuple(_stack_dicts([n.layers[k] for n in networks]) for k in range(len(first.layers))),
        readout=_stack_dicts([n.readout for n in networks]),
        start=tuple(_stack_dicts([n.start[k] for n in networks]) for k in range(len(first.start))),
        x=np.stack([n.x for n in networks], axis=1),
        targets=np.stack([n.targets for n in networks], axis=1),
        times=np.stack([n.times for n in networks], axis=1),
        weights=np.stack([n.weights for n in networks], axis=1),
        loss=first.loss,
        divisor=first.divisor,
    )


def _stack_dicts(dicts: Sequence[Params]) -> Params:
    return {name: np.stack([d[name] for d in dicts]) for name in dicts[0]}
