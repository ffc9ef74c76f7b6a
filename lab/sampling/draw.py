"""From logits to the next symbol."""

from dataclasses import dataclass

import numpy as np

from cells.arrays import Array
from cells.knobs import Knobs, knob, switch

TEMPERATURE_HELP = "Divides the logits: below 1 the likely gets likelier. (Some multiply; theirs is 1 over ours.)"


@dataclass(frozen=True)
class Manner(Knobs):
    """How the next symbol is chosen, and when writing stops."""

    temperature: float = knob(1.0, 0.01, 10.0, "Temperature", TEMPERATURE_HELP, group="sampling")
    greedy: bool = switch(False, "Greedy", "Always the likeliest symbol.", group="sampling")
    top_k: int = knob(0, 0, 20_000, "Top k", "Only the k likeliest symbols may come; 0 lets all.", group="sampling")
    beam: int = knob(0, 0, 64, "Beam width", "Above 0: beam search in place of drawing.", group="sampling")
    length_penalty: float = knob(
        0.7, 0.0, 2.0, "Length penalty α", "A finished text counts log p / length^α.", group="sampling"
    )
    length: int = knob(200, 1, 10_000, "Longest text", "Symbols after which it stops in any case.", group="sampling")
    seed: int = knob(0, 0, 2**32 - 1, "Seed of the draw", group="sampling")


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
