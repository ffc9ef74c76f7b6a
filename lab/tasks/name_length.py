"""How long a name will be, from its first letters: the first stage of writing to a length."""

import numpy as np

from .base import TRAIN, VALIDATION, Batch, ones
from .names import Names

MOST_GIVEN = 3  # first letters that may be given


class NameLength(Names):
    """0 to 3 first letters of a name in, the number of its letters out."""

    name, label, kind, writes = "name_length", "length of a name", "classification", False
    hint = "Always the commonest length is right in about 15 %."

    @property
    def outputs(self):
        return self.settings.length

    @property
    def chance_loss(self):
        return None

    def train(self, update):
        batch = super().train(update)
        rng = np.random.default_rng((self.settings.seed, TRAIN, update))
        return _beginnings(batch, rng)

    def held_out(self, stream):
        for batch in super().held_out(stream):
            yield _beginnings(batch, np.random.default_rng((VALIDATION, stream)))

    def asked(self, prompt: str) -> Batch:
        """Return one prompt, without an answer."""
        x = np.concatenate([[self.start], self.read(prompt)])[:, None]
        return Batch(x, np.zeros((1, 1), dtype=np.int64), ones(1, 1))


def _beginnings(batch: Batch, rng: np.random.Generator) -> Batch:
    """Return the first letters of each name, some of them many, and the name's own length."""
    letters = np.asarray(batch.lengths) - 1
    given = rng.integers(0, np.minimum(MOST_GIVEN, letters) + 1)
    return Batch(batch.x[: MOST_GIVEN + 1], letters[None], ones(1, len(letters)), lengths=given + 1)
