"""Nets that the tests of the measures run over."""

from dataclasses import replace

import numpy as np

from cells import RunSettings, Trace
from cells.engine import solve
from cells.network import Network, build
from tests.cells.variants import FORMS, network_of, settings_of

FORMS_AND_LAYERS = [(form, layers) for k, form in enumerate(FORMS) for layers in (1, 2 + k % 3)]


def trace_of(form: str, layers: int = 1, **fields) -> Trace:
    """A small run with biases and initial states that are not zero, so that nothing hides."""
    settings = settings_of(form, layers=layers, **({"weight_scale": 1.3} | fields))
    return solve(network_of(settings), settings)


def linear(g: float, steps: int, **fields) -> RunSettings:
    """A linear net with g times an orthogonal matrix: every step back multiplies every gradient's norm by g."""
    more = {"hidden": 4, "batch": 2} | fields
    return RunSettings(activation="identity", init="orthogonal", weight_scale=g, steps=steps, **more)


def with_parameters(settings: RunSettings, **params: np.ndarray) -> Trace:
    """The run of a one-layer net with some of its parameters replaced."""
    network = build(settings)
    return solve(replace(network, layers=(network.layers[0] | params,)), settings)


def closed(**fields) -> RunSettings:
    """A Phased LSTM whose time gates stay exactly closed: it copies state and gradient."""
    options = {"leak": 0.0, "open_ratio": 0.001, "shortest_period": 5000.0, "longest_period": 9000.0}
    return RunSettings(cell="phased_lstm", options=options, hidden=3, batch=2, seed=1, **fields)


def cut(network: Network, first: int, last: int, states: list[dict]) -> Network:
    """Steps first … last (from 1) of a network, entered with `states` of every layer, the loss on the last alone."""
    steps = slice(first - 1, last)
    weights = np.zeros(last - first + 1)
    weights[-1] = 1
    return replace(
        network,
        start=tuple(states),
        x=network.x[steps],
        targets=network.targets[steps],
        times=network.times[steps],
        weights=weights,
    )


def states_at(trace: Trace, step: int) -> list[dict]:
    """Every layer's state after a step."""
    return [{part: layer.states[part][step] for part in layer.state_names} for layer in trace.layers]
