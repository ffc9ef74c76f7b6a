"""Frequency discrimination on irregular times (Neil, Pfeiffer, Liu 2016)."""

from dataclasses import dataclass

import numpy as np

from cells.knobs import Knobs, switch

from .base import Batch, Drawn, ones

SPAN = 125.0  # units of time in which the samples fall
TARGET = (5.0, 6.0)  # periods of the one class ...
OTHERS = ((1.0, 5.0), (6.0, 100.0))  # ... and of the other


class Frequency(Drawn):
    """A sine seen at T random times: is its period between 5 and 6, or elsewhere in 1 to 100?"""

    name, label = "frequency", "frequency on irregular times"
    hint = "Chance is right in 50 %: the times are as much of the input as the values."

    @dataclass(frozen=True)
    class Options(Knobs):
        time_input: bool = switch(True, "Time as an input", "Each step reads its time beside the value.", group="task")

    @property
    def inputs(self):
        return 2 if self.options.time_input else 1

    @property
    def outputs(self):
        return 2

    def draw(self, rng, batch):
        labels = rng.integers(2, size=batch)
        times = np.sort(rng.uniform(0, SPAN, (self.settings.length, batch)), axis=0)
        phase = rng.uniform(0, 2 * np.pi, batch)
        value = np.sin(2 * np.pi * times / _periods(rng, labels) + phase)
        x = np.stack([value, times / SPAN], axis=-1)[..., : self.inputs]
        return Batch(x, labels[None], ones(1, batch), times=times)


def _periods(rng, labels):
    """Uniform in the class's interval; of the two others one, each as often."""
    low, high = np.where(rng.integers(2, size=len(labels)) == 0, *np.array(OTHERS)[:, :, None])
    low, high = np.where(labels, TARGET[0], low), np.where(labels, TARGET[1], high)
    return rng.uniform(low, high)
