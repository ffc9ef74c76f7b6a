"""Fates of a gradient: each kind of verdict with its word, colour and symbol."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .findings import joined


@dataclass(frozen=True)
class Fate:
    """A verdict as pictures show it.

    word  of one run        one, many   of a number of draws, after it
    role  its colour        symbol      of its point
    """

    word: str
    one: str
    many: str
    role: str
    symbol: str


FATES = {
    "vanishing": Fate("vanishing", "vanishes", "vanish", "vanishing", "circle"),
    "stable": Fate("stable", "is stable", "are stable", "stable", "diamond"),
    "copied": Fate("copied", "is copied unchanged", "are copied unchanged", "stable", "square"),
    "exploding": Fate("exploding", "explodes", "explode", "exploding", "triangle-up"),
    "zero": Fate("exactly 0", "gets exactly 0", "get exactly 0", "zero", "circle-open"),
    "overflow": Fate("overflow", "overflows", "overflow", "overflow", "triangle-up-open"),
    "nan": Fate("NaN", "is NaN", "are NaN", "nan", "x"),
    "single": Fate("no way back", "has no step to travel", "have no step to travel", "other", "circle-open"),
}


SIGNS = {"circle": "●", "diamond": "◆", "square": "■", "triangle-up": "▲", "triangle-up-open": "△", "x": "×"}


def sign_of(kind: str) -> str:
    """Return its symbol as a letter."""
    return SIGNS.get(FATES[kind].symbol, "○")


def counted(kinds: Iterable[str]) -> str:
    """`48 vanish and 2 are stable`, the most frequent first."""
    counts = Counter(kinds).most_common()
    return joined([f"{count} {FATES[kind].one if count == 1 else FATES[kind].many}" for kind, count in counts])
