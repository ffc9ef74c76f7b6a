"""The contract of a task: what goes in, what is asked for, and on which data it is judged."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cells.arrays import Array
from cells.knobs import BadValue, Knobs

TRAIN, VALIDATION, TEST = 11, 12, 13  # streams of random numbers
HELD_OUT = 512  # sequences drawn for the validation, and as many for the test


@dataclass(frozen=True, eq=False)
class Batch:
    """T steps of B sequences, padded on the right.

    x        (T, B, I) numbers, or (T, B) symbols as whole numbers
    targets  (T', B, O) numbers, or (T', B) symbols; T' = T, or 1 where only each sequence's last step is read
    weights  (T', B): how much each step's loss counts; 0 where nothing is asked
    times    (T, B) timestamps, where time is data
    lengths  (B,) steps of each sequence, where they differ
    fresh    whether a carried state starts anew
    """

    x: Array
    targets: Array
    weights: Array
    times: Array | None = None
    lengths: Array | None = None
    fresh: bool = True

    @property
    def last_only(self) -> bool:
        """Return whether only each sequence's last step is read out."""
        return len(self.targets) == 1 and len(self.x) > 1


class Task(ABC):
    """One task at some settings. Batches depend on the settings and on the update's number alone."""

    name: ClassVar[str]
    label: ClassVar[str]
    hint: ClassVar[str] = ""  # what chance reaches, and what is hard
    kind: ClassVar[str] = "classification"  # or "regression", "language"
    symbols: ClassVar[bool] = False  # whether x are symbols, which an embedding may read
    stream: ClassVar[bool] = False  # whether windows follow each other, so that a state may be carried
    reads_text: ClassVar[bool] = False  # whether it takes a text of the user's
    writes: ClassVar[bool] = False  # whether the network may write what it has learned

    @dataclass(frozen=True)
    class Options(Knobs):
        """Knobs of this task alone."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.options = settings.task_options

    @classmethod
    def check(cls, settings: Any) -> None:
        """BadValue where the settings do not go with this task."""
        return

    @property
    @abstractmethod
    def inputs(self) -> int:
        """Return numbers a step reads, or the size of the vocabulary."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Return numbers or classes a step may answer."""

    @property
    def classes(self) -> list[str]:
        """Return what the answers are called, where they are classes."""
        return [str(number) for number in range(self.outputs)]

    @abstractmethod
    def train(self, update: int) -> Batch:
        """Return the batch of an update, counted from 0."""

    @abstractmethod
    def held_out(self, stream: int) -> Iterator[Batch]:
        """Return the batches of VALIDATION or TEST, always the same."""

    @property
    def updates_an_epoch(self) -> int:
        """Updates in which every training sequence is seen once; 0 where each batch is drawn anew."""
        return 0

    @property
    def chance_loss(self) -> float | None:
        """Return the loss of one who knows nothing, from which the smoothed loss starts.

        None starts at the first loss.
        """
        return None

    def decode(self, symbols: Array) -> str:
        """Symbols as text, where they are letters or words."""
        return " ".join(map(str, symbols))


class Drawn(Task):
    """A task whose sequences are drawn anew for every batch."""

    def rng(self, stream: int, number: int = 0) -> np.random.Generator:
        """Return a generator of its own for each batch."""
        return np.random.default_rng((self.settings.seed if stream == TRAIN else 0, stream, number))

    @abstractmethod
    def draw(self, rng: np.random.Generator, batch: int) -> Batch:
        """Draw so many sequences from the generator."""

    def train(self, update: int) -> Batch:
        return self.draw(self.rng(TRAIN, update), self.settings.batch)

    def held_out(self, stream: int) -> Iterator[Batch]:
        yield self.draw(self.rng(stream), HELD_OUT)


def ones(steps: int, batch: int) -> Array:
    """Weights that count every step of every sequence alike."""
    return np.ones((steps, batch))


def whole(settings: Any, name: str, multiple: int) -> None:
    """BadValue unless a field is a multiple."""
    value = settings.get(name)
    if value % multiple:
        raise BadValue(
            f"{name} = {value} is no multiple of {multiple}", name, max(multiple, value // multiple * multiple)
        )
