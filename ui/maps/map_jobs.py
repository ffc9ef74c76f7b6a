"""Larger maps: jobs in processes of their own, kept row by row, found again by what they compute."""

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

import jobs
from cells.analysis.maps import MapPlan, PhaseMap
from cells.analysis.maps.tiles import FUNCTION, assembled, fault_of, rows_of
from jobs.address import meaning
from jobs.arrays import Arrays
from jobs.job import from_json
from jobs.store import default_home
from ui.frame import VERSION
from ui.views.fields import knob_of

SCHEDULER = "BACKFLOW_SCHEDULER"  # the address of a dask scheduler; a cluster of this machine without it
BUSY = 3.0  # seconds that a page waits for another process that writes to the store
KEPT = 16  # jobs whose rows stay in memory

_rows: OrderedDict[str, dict[int, Arrays]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class MapJob:
    """A job in the store; `plan` is None where another version wrote it in another way."""

    status: jobs.JobStatus
    plan: MapPlan | None


def scheduler() -> str | None:
    """Return the address that whoever runs the server has set."""
    return os.environ.get(SCHEDULER) or None


def where() -> str:
    """Return where jobs are computed, in words."""
    address = scheduler()
    if address is None:
        return f"Jobs run in processes of this machine; {SCHEDULER} names another machine's dask scheduler."
    return f"Jobs run on the dask scheduler at {address}, named by {SCHEDULER}. {meaning(address)}"


def job_of(plan: MapPlan) -> jobs.Job:
    """Return the job that computes a plan, one tile a row: equal plans, one job."""
    x, y = (knob_of(axis.name).label for axis in (plan.x, plan.y))
    rows, columns = plan.shape
    cell = knob_of("cell").choices[plan.settings.cell]
    name = f"{cell}: {plan.quantity.replace('_', '-')} over {x} × {y}, {columns} × {rows}"
    return jobs.Job(name, FUNCTION, rows_of(plan), plan.as_json(), VERSION)


def store() -> jobs.Store:
    """Return the store of jobs, which may compute rows of maps only; JobError where its folder cannot be used."""
    return jobs.Store(allow=(FUNCTION,), busy=BUSY)


def start(plan: MapPlan) -> None:
    """Begin a job, or go on with what it has not finished; JobError where it cannot run."""
    jobs.submit(store(), job_of(plan), scheduler())


def stop(job_id: str) -> None:
    """Stop the job; its finished rows stay."""
    jobs.stop(store(), job_id)


def delete(job_id: str) -> None:
    """With all its rows; JobError while it runs."""
    jobs.delete(store(), job_id)
    with _lock:
        _rows.pop(job_id, None)


def status(plan: MapPlan) -> jobs.JobStatus | None:
    """Return where the job of a plan stands; None where there is none, JobError where the store cannot be used."""
    if not _any():
        return None
    try:
        return jobs.status(store(), job_of(plan).id, pieces="rows")
    except jobs.NoJob:
        return None


def found(plan: MapPlan, now: jobs.JobStatus) -> PhaseMap:
    """Return the rows that are finished."""
    with _lock:
        rows = _rows.setdefault(now.id, {})
        _rows.move_to_end(now.id)
        if len(rows) > now.done:  # deleted and begun again elsewhere
            rows.clear()
        while len(_rows) > KEPT:
            _rows.popitem(last=False)
        rows |= _new(plan, now.id, rows)
        order = [tile["row"] for tile in rows_of(plan)]
        return assembled(plan, ((order[tile], arrays) for tile, arrays in rows.items()))


def _new(plan: MapPlan, job_id: str, known: Collection[int]) -> dict[int, Arrays]:
    """Return the rows that are not known yet.

    A file that holds something else is set aside, and its row computed again.
    """
    here, found = store(), {}
    for tile, arrays in jobs.results(here, job_id, skip=known):
        if fault := fault_of(plan, arrays):
            jobs.invalidate(here, job_id, tile, fault)
        else:
            found[tile] = arrays
    return found


def all_jobs() -> list[MapJob]:
    """Return every map in the store, the newest first."""
    if not _any():
        return []
    here = store()
    found = ((now, _row(here, now.id)) for now in jobs.overview(here))
    return [MapJob(now, _plan(row["settings"]) if row else None) for now, row in found if _is_map(row)]


def _row(here: jobs.Store, job_id: str) -> sqlite3.Row | None:
    """Return what the store holds of a job; None where that is damaged."""
    try:
        return here.job(job_id)
    except jobs.JobError:
        return None


def _is_map(row: sqlite3.Row | None) -> bool:
    """Return whether a job is a map; a damaged one counts as well, so that it can be deleted."""
    return row is None or row["function"] == FUNCTION


def _any() -> bool:
    """Return whether there is a store; looking at a page makes none."""
    return (default_home() / "jobs.sqlite").exists()


def _plan(settings: str) -> MapPlan | None:
    try:
        return MapPlan.from_json(from_json(settings, "settings"))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):  # whatever JSON can hold
        return None
