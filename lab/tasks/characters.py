"""A character model of a running text."""

import math
from dataclasses import dataclass
from functools import cached_property

from cells.knobs import BadValue, Knobs, choice
from lab.texts import shipped

from .language import Windows, check_batch, check_length

MOST_SYMBOLS = 512
OWN_LEAST = 500  # characters
CORPORA = {"book": "Pride and Prejudice, half of it", "own": "own text"}


class Characters(Windows):
    """Given the letters so far, name the next: windows of T letters of a running text."""

    name, label, reads_text = "characters", "a text, letter by letter", True
    hint = "Always the space is right in about 18 %."

    @dataclass(frozen=True)
    class Options(Knobs):
        corpus: str = choice("book", CORPORA, "Text", group="task")

    @classmethod
    def check(cls, settings):
        text = _text(settings)
        count = len(set(text))
        if count > MOST_SYMBOLS:
            raise BadValue(f"text has {count} different characters; it takes at most {MOST_SYMBOLS}", "text")
        check_batch(settings, int(0.8 * len(text)) // (settings.length + 1), f"windows of {settings.length} letters")

    @cached_property
    def vocabulary(self):
        return sorted(set(_text(self.settings)))

    @cached_property
    def text(self):
        return self.encode(_text(self.settings))

    @property
    def start(self):
        return self.numbers.get("\n", self.numbers.get(" ", 0))

    @property
    def chance_loss(self):
        return math.log(len(self.vocabulary)) if self.settings.reduction == "mean" else None


def _text(settings) -> str:
    if settings.task_options.corpus == "book":
        return shipped("pride_and_prejudice")
    check_length(settings.text, OWN_LEAST)
    return settings.text
