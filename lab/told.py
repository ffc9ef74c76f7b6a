"""Jobs, runs and recipes in words, as the command line prints them."""

import math
from collections.abc import Iterator, Sequence

import jobs
from cells.words import number, steps

from . import runs
from .recipes import RECIPES
from .record import RunRecord

NO_RUN = "No run yet: python backflow.py lab run RECIPE; python backflow.py lab recipes lists them."


def listed(found: Sequence[jobs.JobStatus]) -> str:
    """Return a line a job: its id, its state, how far it is, its name."""
    lines = [
        f"{now.id[:8]}  {now.state:<11}  {now.done} of {now.total} runs  {now.progress:>4.0%}  {now.name}"
        for now in found
    ]
    return "\n".join(lines) or NO_RUN


def job_in_words(here: jobs.Store, places: Sequence[runs.Place]) -> Iterator[str]:
    """Yield how a job stands, each of its runs and, once all have ended, what the recipe claims of them."""
    now = jobs.status(here, places[0].job, pieces="runs")
    yield f"{now.id[:8]}  {now.name}\n{now.message}"
    for place in places:
        yield f"\n{place.name}  {place.label}\n  {in_words(runs.record_of(here, place))}"
    yield from _claims(here, places, now)


def in_words(record: RunRecord | None) -> str:
    """Return a run in a line or two."""
    if record is None or not record.progress.update:
        return "not begun"
    last = {name: column[-1] for name, column in record.history.items() if len(column)}
    told = f"update {record.progress.update} of {record.settings.updates}, loss {number(last['loss'])}"
    if math.isfinite(last["half_life"]):
        told += f", half-life of the gradient {steps(last['half_life'])}"
    if record.progress.reason:
        measured = ", ".join(f"{name} {number(value)}" for name, value in record.progress.metrics.items())
        told += f"; ended by {record.progress.reason}; on the test data: {measured}"
    if record.progress.halt:
        told += f"\n  {record.progress.halt.sentence}"
    return told + (f"\n  wrote: {record.progress.samples[-1][1]}" if record.progress.samples else "")


def _claims(here: jobs.Store, places: Sequence[runs.Place], now: jobs.JobStatus) -> Iterator[str]:
    recipe = runs.recipe_of(here, now.id)
    if now.state != "done" or recipe not in RECIPES:
        return
    from .verdicts import claims_of  # loads PyTorch

    for seed, claims in claims_of(here, RECIPES[recipe], places):
        yield f"\nSeed {seed}"
        for claim in claims:
            yield f"  {'holds' if claim.holds else 'FAILS'}  {claim.says}: {claim.measured:.4g}"


def recipes_in_words() -> str:
    """Return each recipe's name, title and what it shows."""
    lines = [
        f"{recipe.name:<12} {recipe.title} ({len(recipe.runs)} runs)\n{'':<12} {recipe.shows}"
        for recipe in RECIPES.values()
    ]
    return "\n".join(lines)
