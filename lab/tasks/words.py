"""A word model after Zaremba, Sutskever, Vinyals 2014: windows of words, rare ones as <unk>, sentences end in <eos>."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cells.knobs import BadValue, Knobs, choice, knob
from lab.texts import shipped

from .language import Windows, check_batch, check_length, check_vocabulary

UNKNOWN, END = "<unk>", "<eos>"
OWN_LEAST = 2000  # characters
PIECES = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|[.!?]+")
CORPORA = {"book": "Pride and Prejudice, half of it", "own": "own text"}
RARE_HELP = "Words that the training part has fewer times are read and written as <unk>."


class Words(Windows):
    """Given the words so far, name the next."""

    name, label, reads_text, between = "words", "a text, word by word", True, " "
    hint = "Perplexity: among how many equally likely words it hesitates. Chance hesitates among all."

    @dataclass(frozen=True)
    class Options(Knobs):
        corpus: str = choice("book", CORPORA, "Text", group="task")
        least: int = knob(2, 1, 100, "Least count of a word", RARE_HELP, group="task")

    @classmethod
    def check(cls, settings):
        pieces = pieces_of(_text(settings))
        check_vocabulary(len(known_words(pieces, settings.task_options.least)), "words")
        check_batch(settings, int(0.8 * len(pieces)) // (settings.length + 1), f"windows of {settings.length} words")

    @cached_property
    def vocabulary(self):
        return [UNKNOWN, END, *known_words(pieces_of(_text(self.settings)), self.options.least)]

    @cached_property
    def text(self):
        return self.encode([piece if piece in self.numbers else UNKNOWN for piece in pieces_of(_text(self.settings))])

    @property
    def start(self):
        return 1

    def read(self, prompt):
        return self.encode([piece if piece in self.numbers else UNKNOWN for piece in pieces_of(prompt)])


@lru_cache(maxsize=4)
def pieces_of(text: str) -> tuple[str, ...]:
    """Return words in small letters and <eos> for the end of a sentence."""
    return tuple(END if piece[0] in ".!?" else piece.lower() for piece in PIECES.findall(text))


@lru_cache(maxsize=4)
def known_words(pieces: tuple[str, ...], least: int) -> tuple[str, ...]:
    """Return the words that the training part has often enough, the most frequent first."""
    counts = Counter(pieces[: int(0.8 * len(pieces))])
    del counts[END]
    return tuple(word for word, count in counts.most_common() if count >= least)


def _text(settings) -> str:
    if settings.task_options.corpus == "book":
        return shipped("pride_and_prejudice")
    check_length(settings.text, OWN_LEAST)
    if len(pieces_of(settings.text)) < OWN_LEAST // 10:
        raise BadValue(f"text has {len(pieces_of(settings.text))} words; it takes at least {OWN_LEAST // 10}", "text")
    return settings.text
