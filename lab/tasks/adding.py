"""The adding problem (Hochreiter & Schmidhuber 1997)."""

import numpy as np

from .base import Batch, Drawn, ones


class Adding(Drawn):
    """Two rows: numbers from U(0, 1), and a mark on one of each half; the answer is the sum of the marked two."""

    name, label, kind = "adding", "adding problem", "regression"
    hint = "Who always answers 1 has a loss of 1/6 = 0.167."

    @property
    def inputs(self):
        return 2

    @property
    def outputs(self):
        return 1

    def draw(self, rng, batch):
        T = self.settings.length
        numbers, marks, each = rng.random((T, batch)), np.zeros((T, batch)), np.arange(batch)
        for low, high in ((0, T // 2), (T // 2, T)):
            marks[rng.integers(low, high, batch), each] = 1
        total = (numbers * marks).sum(axis=0)
        return Batch(np.stack([numbers, marks], axis=-1), total[None, :, None], ones(1, batch))
