"""The common part of tasks that read symbols and name the next one: a vocabulary, lists of lines, windows of a text."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeGuard

import numpy as np

from cells.arrays import Array
from cells.knobs import BadValue

from .base import TEST, VALIDATION, Batch, Task

MOST_SYMBOLS = 20_000
EPOCH_STREAM = 31


class Language(Task):
    """Symbols in, the next symbol out."""

    kind, symbols, writes = "language", True, True
    between = ""  # what stands between two symbols as they are written

    @property
    @abstractmethod
    def vocabulary(self) -> list[str]:
        """Return the symbols, in the order of their numbers."""

    @property
    @abstractmethod
    def start(self) -> int:
        """Return the symbol that a text begins after."""

    @property
    def end(self) -> int | None:
        """Return the symbol that ends a text; None where it never does."""
        return None

    @property
    def inputs(self):
        return len(self.vocabulary)

    @property
    def outputs(self):
        return len(self.vocabulary)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Return the number of each symbol of a text."""
        return {symbol: number for number, symbol in enumerate(self.vocabulary)}

    def encode(self, pieces: Sequence[str]) -> Array:
        """Symbols as numbers; BadValue names one that the vocabulary does not have."""
        unknown = next((piece for piece in pieces if piece not in self.numbers), None)
        if unknown is not None:
            raise BadValue(f"prompt has {unknown!r}, which the training text does not have", "prompt")
        return np.array([self.numbers[piece] for piece in pieces], dtype=np.int64)

    def shown(self, symbols: Array, left: Array | None = None) -> Array:
        """Return what the network reads of symbols (T, B).

        A task may tell it more, such as how many are left, (T, B).
        """
        return symbols

    def read(self, prompt: str) -> Array:
        """Return a prompt as numbers."""
        return self.encode(prompt)

    def decode(self, symbols: Array) -> str:
        """Return the text that these symbols spell."""
        return self.between.join(self.vocabulary[symbol] for symbol in symbols)


def can_write(task: Task) -> TypeGuard[Language]:
    """Return whether a network that has learned this task writes: it names the next symbol, of a text to be read."""
    return isinstance(task, Language) and task.writes


class Windows(Language):
    """A long text in B columns, of which each update reads the next T symbols."""

    stream = True

    @property
    @abstractmethod
    def text(self) -> Array:
        """Return the whole text as numbers: the first 80 % train, then 10 % validate and 10 % test."""

    @cached_property
    def _parts(self) -> dict[int, Array]:
        n = len(self.text)
        first, second = int(0.8 * n), int(0.9 * n)
        return {0: self.text[:first], VALIDATION: self.text[first:second], TEST: self.text[second:]}

    @cached_property
    def _columns(self) -> Array:
        return columns(self._parts[0], self.settings.batch)

    @property
    def updates_an_epoch(self):
        return max(1, (len(self._columns) - 1) // self.settings.length)

    def train(self, update):
        number = update % self.updates_an_epoch
        return window(self._columns, number, self.settings.length)

    def held_out(self, stream) -> Iterator[Batch]:
        part = self._parts[stream]
        wide = columns(part, min(self.settings.batch, max(1, len(part) // (2 * self.settings.length))))
        for number in range(max(1, (len(wide) - 1) // self.settings.length)):
            yield window(wide, number, self.settings.length)


def columns(text: Array, batch: int) -> Array:
    """Return a text cut into B pieces side by side, (N, B); what does not fill the last row is left out."""
    rows = len(text) // batch
    return np.ascontiguousarray(text[: rows * batch].reshape(batch, rows).T)


def window(wide: Array, number: int, length: int) -> Batch:
    """Return the window of this number: symbols, and those one step later."""
    rows = wide[number * length : (number + 1) * length + 1]
    x, targets = rows[:-1], np.ascontiguousarray(rows[1:])
    return Batch(x, targets, np.ones(x.shape), fresh=number == 0)


class Lines(Language):
    """A list of short texts, in another order every epoch; each is written from its start to its end."""

    _shuffled: tuple[int, list[int]] = (-1, [])

    @property
    @abstractmethod
    def lines(self) -> list[Array]:
        """Return the texts as numbers, each with its end."""

    @cached_property
    def _parts(self) -> dict[int, list[int]]:
        """Return places of the lines that train, validate and test: 90, 5 and 5 %, always the same."""
        order = np.random.default_rng(0).permutation(len(self.lines)).tolist()
        held = max(1, len(order) // 20)
        return {VALIDATION: order[:held], TEST: order[held : 2 * held], 0: order[2 * held :]}

    @property
    def updates_an_epoch(self):
        return max(1, len(self._parts[0]) // self.settings.batch)

    def train(self, update):
        epoch, number = divmod(update, self.updates_an_epoch)
        size = self.settings.batch
        return self.padded(self._order(epoch)[number * size : (number + 1) * size])

    def _order(self, epoch: int) -> list[int]:
        """Return the training lines in the order of an epoch; the last one asked for is remembered."""
        if self._shuffled[0] != epoch:
            rng = np.random.default_rng((self.settings.seed, EPOCH_STREAM, epoch))
            self._shuffled = epoch, rng.permutation(self._parts[0]).tolist()
        return self._shuffled[1]

    def held_out(self, stream):
        yield self.padded(self._parts[stream])

    def padded(self, places: Sequence[int]) -> Batch:
        """Return lines side by side, filled up with their end, which counts nothing there."""
        chosen = [self.lines[place] for place in places]
        lengths = np.array([len(line) for line in chosen])
        targets = np.full((lengths.max(), len(chosen)), self.end, dtype=np.int64)
        for column, line in enumerate(chosen):
            targets[: len(line), column] = line
        x = np.concatenate([np.full((1, len(chosen)), self.start), targets[:-1]])
        weights = (np.arange(len(targets))[:, None] < lengths).astype(float)
        left = np.maximum(lengths - 1 - np.arange(len(x))[:, None], 0)
        return Batch(self.shown(x, left), targets, weights, lengths=lengths)


def check_vocabulary(count: int, what: str) -> None:
    """BadValue where a text has more different symbols than a readout may have."""
    if count > MOST_SYMBOLS:
        raise BadValue(f"text has {count} different {what}; it takes at most {MOST_SYMBOLS}", "text")


def check_batch(settings, available: int, what: str) -> None:
    """BadValue where a batch asks for more than there is."""
    if settings.batch > available:
        told = f"batch = {settings.batch} is outside [1, {available}], the {what} there are to train on"
        raise BadValue(told, "batch", max(1, available))


def check_length(text: str, least: int) -> None:
    """BadValue where a text is too short to learn from."""
    if len(text) < least:
        raise BadValue(f"text has {len(text)} characters; it takes at least {least}", "text")
