"""Parity of a row of bits."""

from dataclasses import dataclass

import numpy as np

from cells.knobs import Knobs, choice

from .base import Batch, Drawn, ones


class Parity(Drawn):
    """Bits; whether the number of ones so far is odd: asked after the last bit, or at every step."""

    name, label = "parity", "parity"
    hint = "Chance is right in 50 %: one bit missed and the answer is worth nothing."

    @dataclass(frozen=True)
    class Options(Knobs):
        asked: str = choice("last", {"last": "the last step", "all": "every step"}, "Loss on", group="task")

    @property
    def inputs(self):
        return 1

    @property
    def outputs(self):
        return 2

    def draw(self, rng, batch):
        bits = rng.integers(2, size=(self.settings.length, batch))
        odd = np.cumsum(bits, axis=0) % 2
        targets = odd if self.options.asked == "all" else odd[-1:]
        return Batch(bits[..., None].astype(float), targets, ones(len(targets), batch))
