"""A run that explodes at its second update, and the same with clipping."""

import math

from lab.settings import LabSettings

from .base import Recipe, below, last_mean

BASE = LabSettings(
    task="average", length=50, hidden=32, batch=64, activation="relu", init="identity", weight_scale=1.1,
    input_scale=0.1, optimiser="sgd", rate=0.01, clip=0, updates=1000,
)  # fmt: skip
RUNS = {"unclipped": BASE, "clipped": BASE.replace(clip=1)}


def judge(runs):
    """By where the one halts, and by what the other ends at."""
    halt = runs["unclipped"].halt
    update = halt.update if halt else math.inf
    return [
        below("halts at update", update, 6),
        below("loss when clipped", last_mean(runs["clipped"].history["loss"]), 0.05),
    ]


EXPLODING = Recipe(
    name="exploding",
    title="An exploding run, and what cures it",
    shows="One step along a huge gradient and the next forward pass overflows; clipped by norm, it learns.",
    runs=RUNS,
    lecture=RUNS,
    judge=judge,
)
