"""What the engine's tests run over: every form of every cell, and small settings of each."""

from dataclasses import replace
from itertools import product

import numpy as np

from cells import CELLS, RunSettings
from cells.activations import ACTIVATIONS
from cells.initialisers import INITIALISERS
from cells.network import Network, build
from cells.signals import SIGNALS

OWN_TIMES = (-3.5, 0.0, 0.25, 4.0, 4.5, *(5.0 + 0.75 * k for k in range(3000)))  # as many as any test takes steps
SHORT_PERIODS = {"shortest_period": 2.0, "longest_period": 9.0, "open_ratio": 0.6}

FORMS = {  # name -> (cell, its own knobs)
    "rnn": ("rnn", {}),
    "rnn residual": ("rnn", {"residual": True}),
    "gru": ("gru", {}),
    "gru chrono": ("gru", {"chrono": True}),
    "gru cho": ("gru", {"form": "cho", "chrono": True}),
    "lstm": ("lstm", {}),
    "lstm peepholes": ("lstm", {"peepholes": True, "forget_bias": -0.5}),
    "lstm chrono": ("lstm", {"chrono": True}),
    "phased": ("phased_lstm", SHORT_PERIODS),
    "phased leaky irregular": ("phased_lstm", SHORT_PERIODS | {"leak": 0.2, "sampling": "irregular"}),
    "phased updated": ("phased_lstm", SHORT_PERIODS | {"output": "updated", "leak": 0.0}),
    "phased peepholes": ("phased_lstm", SHORT_PERIODS | {"peepholes": True, "sampling": "irregular"}),
    "phased open": ("phased_lstm", SHORT_PERIODS | {"gate": "open", "peepholes": True}),
    "phased plus two sensors": (
        "phased_lstm",
        SHORT_PERIODS | {"shift_sign": "plus", "sampling": "two_sensors", "at_test": True},
    ),
    "phased own times": ("phased_lstm", SHORT_PERIODS | {"sampling": "own", "timestamps": OWN_TIMES}),
    "phased updated peepholes": ("phased_lstm", SHORT_PERIODS | {"output": "updated", "peepholes": True}),
}

LOSSES = (
    {"loss": "last"},
    {"loss": "all", "loss_reduction": "mean"},
    {"loss": "all", "loss_reduction": "sum"},
    {"loss": "chosen", "loss_steps": (2, 3)},
)

STEPS = 5
OWN = tuple((0.3 * t, np.sin(1.0 + t)) for t in range(STEPS))
TASKS = tuple(product(LOSSES, SIGNALS))
DRAWS = tuple(product(INITIALISERS, (1, 2, 3, 4)))

assert len(TASKS) == len(DRAWS)


def settings_of(form: str, **fields) -> RunSettings:
    """Small settings of one form of a cell."""
    cell, knobs = FORMS[form]
    small = {"steps": STEPS, "hidden": 3, "batch": 2, "inputs": 2, "tokens": 4, "own": OWN, "impulse_step": 2}
    return RunSettings(cell=cell, options=CELLS[cell].Options(**knobs), **(small | fields))


def combinations(form: str, activation: str) -> list[RunSettings]:
    """Each initialiser with each number of layers, once; and beside them each loss with each signal, once."""
    turn = 5 * list(FORMS).index(form) + 7 * list(ACTIVATIONS).index(activation)
    found = []
    for k, (init, layers) in enumerate(DRAWS):
        loss, signal = TASKS[(5 * k + turn) % len(TASKS)]
        fields = {"activation": activation, "init": init, "layers": layers, "signal": signal, "seed": k} | loss
        found.append(settings_of(form, weight_scale=1.2, scale_inputs=bool(k % 2), **fields))
    return found


def full_cross(form: str, activation: str) -> list[RunSettings]:
    """Everything with everything."""
    return [
        settings_of(form, activation=activation, init=init, layers=layers, signal=signal, **loss)
        for (init, layers), (loss, signal) in product(DRAWS, TASKS)
    ]


def network_of(settings: RunSettings) -> Network:
    """The network of these settings with biases and initial states that are not zero, so that nothing hides."""
    network = build(settings)
    rng = np.random.default_rng((settings.seed, 1))
    layers = tuple(
        {name: p + rng.normal(0, 0.3, p.shape) if name.startswith("b") else p for name, p in params.items()}
        for params in network.layers
    )
    start = tuple({part: rng.normal(size=rows.shape) for part, rows in states.items()} for states in network.start)
    return replace(network, layers=layers, start=start)
