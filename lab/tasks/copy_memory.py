"""Copy memory (Hochreiter & Schmidhuber 1997; Arjovsky, Shah, Bengio 2016)."""

from dataclasses import dataclass

import numpy as np

from cells.knobs import BadValue, Knobs, knob

from .base import Batch, Drawn

SYMBOLS = 8
BLANK, GO = SYMBOLS, SYMBOLS + 1


class CopyMemory(Drawn):
    """S symbols, blanks, a sign; then the S symbols are to be written from memory. T counts all of it."""

    name, label, symbols = "copy_memory", "copy memory", True
    hint = "Chance is right in 12.5 %: the way back is T − S steps for each of S symbols."

    @dataclass(frozen=True)
    class Options(Knobs):
        count: int = knob(5, 1, 50, "Symbols S", "How many are to be remembered.", group="task")

    @classmethod
    def check(cls, settings):
        least = 2 * settings.task_options.count + 1
        if settings.length < least:
            told = f"length = {settings.length} leaves no delay; with {settings.task_options.count} symbols it takes"
            raise BadValue(f"{told} [{least}, 2000]", "length", least)

    @property
    def inputs(self):
        return SYMBOLS + 2

    @property
    def outputs(self):
        return SYMBOLS

    def draw(self, rng, batch):
        T, S = self.settings.length, self.options.count
        symbols = rng.integers(SYMBOLS, size=(S, batch))
        x = np.full((T, batch), BLANK)
        x[:S], x[T - S - 1] = symbols, GO
        targets, weights = np.zeros((T, batch), dtype=np.int64), np.zeros((T, batch))
        targets[T - S :], weights[T - S :] = symbols, 1.0
        return Batch(x, targets, weights)
