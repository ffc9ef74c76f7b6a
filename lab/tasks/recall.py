"""The first digit of a row, recalled after the last."""

import numpy as np

from .base import Batch, Drawn, ones

DIGITS = 10


class Recall(Drawn):
    """T random digits, one-hot; after the last, name the first."""

    name, label = "recall", "first digit recalled"
    hint = "Chance is right in 10 %: the answer stands T − 1 steps back, and nothing on the way repeats it."

    @property
    def inputs(self):
        return DIGITS

    @property
    def outputs(self):
        return DIGITS

    def draw(self, rng, batch):
        digits = rng.integers(DIGITS, size=(self.settings.length, batch))
        return Batch(np.eye(DIGITS)[digits], digits[:1], ones(1, batch))
