"""Signals: inputs and their targets. One class a signal, each draws from its own generator."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from .arrays import Array
from .losses import LOSSES, Loss, WhereAsked
from .recording import Recording


@dataclass(frozen=True, eq=False)
class Task:
    """x (T, B, I) and targets (T, B, O); for tokens the targets are one-hot."""

    x: Array
    targets: Array


class Signal(ABC):
    """A kind of input with the target that goes with it. The first steps do not depend on how many follow."""

    name: ClassVar[str]
    label: ClassVar[str]
    loss: ClassVar[str] = "squared_error"

    @abstractmethod
    def draw(self, settings, rng: Generator) -> Task:
        """Return the task of these settings."""

    def inputs(self, settings) -> int:
        """Return I, the number of inputs a step."""
        return settings.inputs

    def outputs(self, settings) -> int:
        """Return O, the number of targets a step."""
        return self.inputs(settings)

    def loss_of(self, settings) -> Loss:
        """Return the loss that goes with the targets."""
        return LOSSES[self.loss]


class RunningAverage(Signal):
    """x_t ~ N(0, 1), y_t = mean(x_1 … x_t)"""

    name, label = "running_average", "running average of noise"

    def draw(self, settings, rng):
        x = rng.normal(size=(settings.steps, settings.batch, settings.inputs))
        return Task(x, running_average(x))


class Impulse(Signal):
    """x_t = a ~ N(0, 1) at one step, else 0; from there on y_t = a"""

    name, label = "impulse", "impulse"

    def draw(self, settings, rng):
        T, start = settings.steps, settings.impulse_step - 1
        height = rng.normal(size=(settings.batch, settings.inputs))
        x = np.zeros((T, settings.batch, settings.inputs))
        x[start] = height
        targets = np.zeros_like(x)
        targets[start:] = height
        return Task(x, targets)


class Sines(Signal):
    """The mean of three sines of random period (4 to 64 steps) and phase; y_t = mean(x_1 … x_t)"""

    name, label = "sines", "sine mix"

    def draw(self, settings, rng):
        shape = (3, settings.batch, settings.inputs)
        period = np.exp(rng.uniform(np.log(4), np.log(64), shape))
        phase = rng.uniform(0, 2 * np.pi, shape)
        t = np.arange(1.0, settings.steps + 1)[:, None, None, None]
        x = np.sin(2 * np.pi * t / period + phase).mean(axis=1)
        return Task(x, running_average(x))


class Constant(Signal):
    """x_t = a ~ N(0, 1) at every step, y_t = a"""

    name, label = "constant", "constant"

    def draw(self, settings, rng):
        height = rng.normal(size=(1, settings.batch, settings.inputs))
        x = np.repeat(height, settings.steps, axis=0)
        return Task(x, x)


class Tokens(Signal):
    """Uniform tokens, one-hot; the answer at every step is the first token: how far back can credit reach?"""

    name, label, loss = "tokens", "tokens", "cross_entropy"

    def draw(self, settings, rng):
        ids = rng.integers(settings.tokens, size=(settings.steps, settings.batch))
        one_hot = np.eye(settings.tokens)
        return Task(one_hot[ids], np.broadcast_to(one_hot[ids[0]], (*ids.shape, settings.tokens)))

    def inputs(self, settings):
        return settings.tokens


class Own(Signal):
    """The user's own data: one sequence, the same for every sample, or a recording of many; y_t is the recording's
    own target, or mean(x_1 … x_t)"""

    name, label = "own", "own sequence"

    def draw(self, settings, rng):
        if settings.recording is not None:
            return recorded(settings.recording, settings.steps, last=settings.loss == "last")
        rows = np.array(settings.own, dtype=np.float64)[: settings.steps, None, :]
        x = np.repeat(rows, settings.batch, axis=1)
        return Task(x, running_average(x))

    def inputs(self, settings):
        return len(settings.own[0]) if settings.recording is None else settings.recording.inputs

    def outputs(self, settings):
        targets = None if settings.recording is None else settings.recording.targets
        return self.inputs(settings) if targets is None else targets.shape[-1]

    def loss_of(self, settings):
        if settings.recording is None:
            return super().loss_of(settings)
        return WhereAsked(LOSSES[settings.recording.loss])


def recorded(recording: Recording, steps: int, last: bool) -> Task:
    """Return the first steps of a recording. Its running average leaves masked steps out."""
    x = recording.values[:steps]
    targets = recording.asked(steps, last)
    if targets is not None:
        return Task(x, targets)
    active = np.ones(x.shape[:2]) if recording.active is None else recording.active[:steps]
    return Task(x, np.cumsum(x, axis=0) / np.maximum(np.cumsum(active, axis=0), 1)[..., None])


def running_average(x: Array) -> Array:
    """mean(x_1 … x_t) along the first axis."""
    return np.cumsum(x, axis=0) / np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))


SIGNALS = {s.name: s() for s in (RunningAverage, Impulse, Sines, Constant, Tokens, Own)}
