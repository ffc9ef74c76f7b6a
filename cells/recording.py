"""Sequences a user brought: values, times, targets, and which samples are there. Settings may carry them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .arrays import Array
from .losses import LOSSES

LONGEST, MOST, WIDEST = 20_000, 256, 64  # steps, sequences and columns
ARRAYS = ("values", "times", "targets", "active")


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """Equal where the numbers are equal. T steps, B sequences side by side; shorter ones end in steps that are masked.

    values   (T, B, I); 0 where masked
    active   (T, B) False where a step is masked: the state stands still
    times    (T, B) from each sequence's first sample on, strictly increasing; None where only the order is known
    targets  (T, B, O); None for the running average of the values, nan where nothing is asked
    loss     squared_error, or cross_entropy for one-hot targets
    key      what a link calls it: the file's SHA-256
    source   the same in words
    """

    values: Array
    times: Array | None = None
    targets: Array | None = None
    active: Array | None = None
    loss: str = "squared_error"
    key: str = ""
    source: str = "sequences of your own"

    def __post_init__(self) -> None:
        for name in ARRAYS:
            array = getattr(self, name)
            if array is not None:
                copy = np.array(array, dtype=bool if name == "active" else np.float64, order="C")
                copy.flags.writeable = False
                object.__setattr__(self, name, copy)
        self._check()

    def _check(self) -> None:
        T, B, columns = self.values.shape
        for name, size, most in (("steps", T, LONGEST), ("sequences", B, MOST), ("columns", columns, WIDEST)):
            low = 2 if name == "steps" else 1
            if not low <= size <= most:
                raise ValueError(f"recording has {size} {name}, outside [{low}, {most}]")
        for name in ARRAYS[1:]:
            array = getattr(self, name)
            if array is not None and array.shape[:2] != (T, B):
                raise ValueError(
                    f"recording has {name} of shape {array.shape} beside values of shape {(T, B, columns)}"
                )
        if self.loss not in LOSSES:
            raise ValueError(f"loss = {self.loss!r} is none of {', '.join(LOSSES)}")
        if not np.isfinite(self.values).all():
            raise ValueError("recording holds values that are not finite")

    @property
    def steps(self) -> int:
        """T, of the longest sequence."""
        return len(self.values)

    @property
    def batch(self) -> int:
        """B: how many sequences there are."""
        return self.values.shape[1]

    @property
    def inputs(self) -> int:
        """Return I: columns of values."""
        return self.values.shape[2]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that a run depends on."""
        found = hashlib.sha256(self.loss.encode())
        for name in ARRAYS:
            array = getattr(self, name)
            found.update(f"{name}{None if array is None else array.shape}".encode())
            found.update(b"" if array is None else array.tobytes())
        return found.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recording) and (self.digest, self.key) == (other.digest, other.key)

    def __hash__(self) -> int:
        return hash((self.digest, self.key))

    def __repr__(self) -> str:
        return f"Recording({self.key!r}, sha256={self.digest})"

    def asked(self, steps: int, last: bool) -> Array | None:
        """Return the targets of the first T steps, (T, B, O), nan at masked ones; None where there are none.

        last  the loss is on step T alone: a sequence that has ended before is asked there for its own last target,
              which its state, standing still since, answers
        """
        if self.targets is None:
            return None
        targets = self.targets[:steps].copy()
        if last:
            targets[-1] = _last_known(targets)
        return targets

    def as_plain(self) -> dict[str, Any]:
        """Plain values that `from_plain` brings back, digit for digit."""
        arrays = {name: getattr(self, name) for name in ARRAYS}
        packed = {n: None if a is None else [list(a.shape), a.astype(float).tobytes().hex()] for n, a in arrays.items()}
        return packed | {"loss": self.loss, "key": self.key, "source": self.source}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Recording":
        """Return the recording of `as_plain`."""
        arrays = {name: None if plain[name] is None else _unpacked(*plain[name]) for name in ARRAYS}
        named: dict[str, Any] = dict(plain) | arrays
        return cls(**named)


def _unpacked(shape: list[int], text: str) -> Array:
    return np.frombuffer(bytes.fromhex(text)).reshape(shape)


def _last_known(targets: Array) -> Array:
    """Return the last target of each sequence that is a number, (B, O)."""
    known = np.asarray(np.isfinite(targets).all(axis=-1))
    last = len(targets) - 1 - known[::-1].argmax(axis=0)
    return targets[last, np.arange(targets.shape[1])]
