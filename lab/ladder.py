"""Weights of the recurrent layers at earlier updates: a few of them, evenly spaced, however long the run."""

from collections.abc import Mapping

from cells.arrays import Array

BUDGET = 16_000_000  # bytes that the weights of one run may take
FEWEST, MOST = 2, 32  # updates whose weights are kept


class Ladder:
    """Weights by update. Where there are too many, every second one is dropped, and later ones come half as often.

    Which updates are kept depends on their numbers alone, so that a run that was resumed keeps the same ones.
    """

    def __init__(self, size: int) -> None:
        """Make room for arrays of `size` bytes each."""
        self.most = min(MOST, max(FEWEST, BUDGET // max(1, size)))
        self.rungs: dict[int, Array] = {}
        self._every = 1

    def note(self, update: int, weights: Array) -> None:
        """Keep a copy of the weights after an update, if it is one of those that are kept."""
        if update % self._every:
            return
        self.rungs[update] = weights.copy()
        while len(self.rungs) > self.most:
            self._every *= 2
            self.rungs = {at: kept for at, kept in self.rungs.items() if at % self._every == 0}

    def restore(self, rungs: Mapping[int, Array]) -> None:
        """Take over what was kept."""
        self.rungs = {at: rungs[at].copy() for at in sorted(rungs)}
        updates = [*self.rungs][:2]
        self._every = max(1, updates[-1] - updates[0]) if updates else 1
