"""Palindromes of digits: the last one is the first."""

from dataclasses import dataclass

import numpy as np

from cells.knobs import Knobs, choice

from .base import Batch, Drawn, ones

DIGITS = 10


class Palindrome(Drawn):
    """A palindrome of T digits: given the first T - 1, name the last, which is the first."""

    name, label = "palindrome", "palindrome"
    hint = "Chance is right in 10 %: the answer stands T − 1 steps back."

    @dataclass(frozen=True)
    class Options(Knobs):
        coding: str = choice("one_hot", {"one_hot": "one-hot", "scalar": "scalar"}, "Digits as", group="task")

    @property
    def inputs(self):
        return DIGITS if self.options.coding == "one_hot" else 1

    @property
    def outputs(self):
        return DIGITS

    def draw(self, rng, batch):
        T = self.settings.length
        half = rng.integers(DIGITS, size=((T + 1) // 2, batch))
        digits = np.concatenate([half, half[: T // 2][::-1]])
        given = digits[:-1]
        x = np.eye(DIGITS)[given] if self.options.coding == "one_hot" else given[..., None].astype(float)
        return Batch(x, digits[-1:], ones(1, batch))
