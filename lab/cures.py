"""Look for what would have prevented a halt: each change is tried, from the start where that is near, else from
where it was.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import takewhile

import numpy as np

from cells.words import number

from .record import Cure
from .settings import LabSettings
from .training import Training, Update

NEAR = 500  # updates that are soon done once more
BEYOND = 100  # updates a cured run has to last beyond the halt
SMOOTH = 10  # updates whose mean loss is told


def try_cures(training: Training, stop: Callable[[], bool] = lambda: False) -> bool:
    """Add to a halted run's halt what each change would have done; False, and nothing is added, once `stop` says so."""
    halt = training.progress.halt
    if halt is None or halt.cures:
        return True
    cures = tuple(_tried(training, halt.update, stop))
    if stop():
        return False
    training.progress.halt = replace(halt, cures=cures)
    return True


def _tried(training: Training, update: int, stop: Callable[[], bool]) -> Iterator[Cure]:
    for change, settings in _changes(training.settings, training):
        longest = update + BEYOND if update <= NEAR else BEYOND
        run = Training(settings.replace(updates=longest, patience=0, target=0.0, evaluate_every=longest))
        if update > NEAR:
            run.take_over(training)
        yield _outcome(change, run, stop)


def _changes(s: LabSettings, training: Training) -> Iterator[tuple[str, LabSettings]]:
    """Clipping, a lower rate, and, where the beginning is near, a smaller start."""
    if not 0 < s.clip <= 1:
        yield "clipping by norm at 1", s.replace(clip=1.0)
    for part in (10, 100):
        if s.rate / part >= 1e-8:
            yield f"a learning rate of {number(s.rate / part)}", s.replace(rate=s.rate / part)
    radius = Training(s).radius() if training.progress.update < NEAR else 0.0
    if radius > 1:
        scale = s.weight_scale / radius
        yield f"a start with spectral radius 1 (weight scale {number(scale)})", s.replace(weight_scale=scale)


def _outcome(change: str, run: Training, stop: Callable[[], bool]) -> Cure:
    losses = [event.row["loss"] for event in takewhile(lambda _: not stop(), run.events()) if isinstance(event, Update)]
    if run.progress.halt is not None:
        return Cure(change, False, f"halts at update {run.progress.halt.update}")
    if not losses:
        return Cure(change, False, "not tried")
    first, last = losses[0], float(np.mean(losses[-SMOOTH:]))
    learns = math.isfinite(last) and last < first
    told = f"the loss goes from {number(first)} to {number(last)} in {len(losses)} updates"
    return Cure(change, learns, told if learns else f"finite, but it does not learn: {told}")
