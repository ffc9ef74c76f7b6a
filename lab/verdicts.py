"""Judge a recipe's claims on runs that have ended, seed by seed."""

from collections.abc import Iterator, Sequence

import jobs

from . import runs
from .checkpoint import unpack
from .outcome import Run
from .recipes import Claim, Recipe


def claims_of(here: jobs.Store, recipe: Recipe, places: Sequence[runs.Place]) -> Iterator[tuple[int, list[Claim]]]:
    """Yield (seed, claims) for each seed of which every run of the recipe is there, unchanged and not ended by hand."""
    for seed in sorted({place.settings.seed for place in places}):
        wanted = recipe.settings(seed)
        at = {place.settings: place for place in places}
        if all(settings in at for settings in wanted.values()):
            found = {label: ended(here, at[settings]) for label, settings in wanted.items()}
            if not any(run.reason == "stopped" for run in found.values()):
                yield seed, recipe.judge(found)


def ended(here: jobs.Store, place: runs.Place) -> Run:
    """Return a run that has ended, with its network."""
    payload = runs.payload_of(here, place)
    if payload is None:
        raise jobs.JobError(f"the run {place.name} has not begun")
    return Run(unpack(payload))
