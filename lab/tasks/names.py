"""A character model of names, one after the other: chemical elements, film titles, or lines of the user's own."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cells.knobs import BadValue, Knobs, choice, switch
from lab.texts import shipped

from .language import Lines, check_batch, check_length

END = "\n"
EXERCISE_LENGTH = 7  # letters of an element's name that chance pays for, in the exercise that the recipe follows
OWN_LEAST = 40  # characters
MOST_SYMBOLS = 512
LEFT_SCALE = 10.0  # letters to come that are read as 1
TOLD_HELP = "Each step also reads how many letters are to come: the second stage of writing to a length."
CORPORA = {"elements": "118 element names", "titles": "film titles", "own": "own lines"}


class Names(Lines):
    """Given the letters so far, name the next: every name starts anew, and ends with a line's end."""

    name, label, reads_text = "names", "names, letter by letter", True
    hint = "Chance has a loss of ln V a letter."

    @dataclass(frozen=True)
    class Options(Knobs):
        corpus: str = choice("elements", CORPORA, "Names", group="task")
        told_length: bool = switch(False, "Told the length", TOLD_HELP, group="task")

    @classmethod
    def check(cls, settings):
        names = _names(settings)
        longest = max(map(len, names)) + 1
        if settings.length < longest:
            told = f"length = {settings.length} is less than the {longest} steps of the longest name"
            raise BadValue(told, "length", longest)
        check_batch(settings, len(names) - 2 * max(1, len(names) // 20), "names")

    @cached_property
    def names(self) -> list[str]:
        """Return all of them, those held out too."""
        return _names(self.settings)

    @cached_property
    def vocabulary(self):
        return [END, *sorted(set("".join(self.names)))]

    @property
    def inputs(self):
        return len(self.vocabulary) + self.options.told_length

    def shown(self, symbols, left=None):
        """One-hot letters beside the number to come, where the network is told it."""
        if not self.options.told_length:
            return symbols
        left = np.zeros(symbols.shape) if left is None else left
        return np.concatenate([np.eye(len(self.vocabulary))[symbols], left[..., None] / LEFT_SCALE], axis=-1)

    @property
    def start(self):
        return 0

    @property
    def end(self):
        return 0

    @cached_property
    def lines(self):
        return [self.encode([*name, END]) for name in self.names]

    @property
    def chance_loss(self):
        per_step = math.log(len(self.vocabulary))
        return per_step * self._usual_length if self.settings.reduction == "sum" else per_step

    @property
    def _usual_length(self) -> float:
        """Return how many letters chance pays for: those of the exercise, or of a line on average with its end."""
        if self.options.corpus == "elements":
            return EXERCISE_LENGTH
        return sum(map(len, self.lines)) / len(self.lines)


def _names(settings) -> list[str]:
    corpus = settings.task_options.corpus
    if corpus != "own":
        return shipped(corpus).split() if corpus == "elements" else shipped(corpus).splitlines()
    check_length(settings.text, OWN_LEAST)
    names = [line.strip() for line in settings.text.splitlines() if line.strip()]
    if len(names) < 3:
        raise BadValue(f"text has {len(names)} lines; it takes at least 3 names, one a line", "text")
    count = len(set("".join(names)))
    if count > MOST_SYMBOLS:
        raise BadValue(f"text has {count} different characters; it takes at most {MOST_SYMBOLS}", "text")
    return names
