"""A text that a network wrote: of each letter its probability, and the gradient that its loss sends back."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from cells.arrays import Array

LIKELIEST = 3  # letters that are told of each step


@dataclass(frozen=True)
class Found:
    """A text that a beam search has found, its log-probability after the prompt, and its score log p / length^α."""

    text: str
    log_p: float
    score: float


@dataclass(frozen=True, eq=False)
class Writing:
    """A text letter by letter, or word by word.

    letters    as they are written, the prompt's first; the end of a text is "⏎"
    given      how many of them the prompt has
    log_p      natural log of each letter's probability, as the network has it at temperature 1
    likeliest  of each step the likeliest letters with their probabilities
    flow       (letters, steps) log10 ‖dℓ_s/dh_t‖: the gradient that the loss of letter s alone sends back to step t
    found      the other texts of a beam search, the best first
    """

    letters: tuple[str, ...]
    given: int
    log_p: tuple[float, ...]
    likeliest: tuple[tuple[tuple[str, float], ...], ...]
    flow: Array
    found: tuple[Found, ...] = ()

    def as_json(self) -> str:
        """Return what `from_json` reads."""
        facts = {name: value for name, value in vars(self).items() if name not in ("flow", "found")}
        flow = [[None if math.isnan(v) else max(v, -1e6) for v in row] for row in self.flow.tolist()]
        return json.dumps(facts | {"flow": flow, "found": [asdict(one) for one in self.found]})

    @classmethod
    def from_json(cls, text: str) -> "Writing":
        """Return the writing that was written down."""
        facts = json.loads(text)
        flow = np.array([[np.nan if v is None else v for v in row] for row in facts["flow"]])
        flow[flow <= -1e6] = -np.inf
        pairs = tuple(_pairs(step) for step in facts["likeliest"])
        found = tuple(Found(**one) for one in facts["found"])
        letters, log_p = tuple(facts["letters"]), tuple(facts["log_p"])
        return cls(letters, facts["given"], log_p, pairs, flow, found)


def _pairs(step: Sequence[Sequence]) -> tuple[tuple[str, float], ...]:
    return tuple((letter, chance) for letter, chance in step)
