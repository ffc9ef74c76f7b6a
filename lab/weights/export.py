"""Weights out: a run's parameters under our names, as a file that `find_modules` reads back bit for bit."""

import json

import numpy as np
from safetensors.numpy import save

from cells.trace import Trace


def to_safetensors(trace: Trace) -> bytes:
    """Return layers.0.W_x, layers.0.W_h, … and the readout, with cell, activation and its knobs as notes."""
    layers = enumerate(layer.record.params for layer in trace.layers)
    arrays = {f"layers.{k}.{name}": array for k, params in layers for name, array in params.items()}
    arrays |= {f"readout.{name}": array for name, array in trace.network.readout.items()}
    s = trace.settings
    choices = {name: value for name, value in vars(s.options).items() if isinstance(value, str | bool)}
    notes = {"cell": s.cell, "activation": s.activation, "options": json.dumps(choices)}
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, notes)
