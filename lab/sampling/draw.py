"""From logits to the next symbol."""

import numpy as np

from cells.arrays import Array
from lab.manner import Manner


def log_softmax(logits: Array) -> Array:
    """log of the softmax along the last axis, in float64."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def chances(logits: Array, manner: Manner) -> Array:
    """Return the probabilities (B, V) from which `manner` draws."""
    scaled = logits.astype(np.float64) / manner.temperature
    if 0 < manner.top_k < scaled.shape[-1]:
        least = np.partition(scaled, -manner.top_k, axis=-1)[:, -manner.top_k, None]
        scaled = np.where(scaled >= least, scaled, -np.inf)
    return np.exp(log_softmax(scaled))


def choose(logits: Array, manner: Manner, rng: np.random.Generator) -> Array:
    """Return the next symbol of each row of logits (B, V): the likeliest, or one drawn."""
    if manner.greedy:
        return logits.argmax(axis=-1)
    cumulative = np.cumsum(chances(logits, manner), axis=-1)
    marks = rng.random((len(logits), 1)) * cumulative[:, -1:]
    return (cumulative <= marks).sum(axis=-1).clip(max=logits.shape[-1] - 1)
