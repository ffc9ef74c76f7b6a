"""Larger maps: jobs in processes of their own, kept row by row, found again by what they compute."""

import json
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass

import jobs
from cells.analysis.maps import MapPlan, PhaseMap
from cells.analysis.maps.tiles import FUNCTION, assembled, rows_of
from cells.knobs import BadValue
from jobs.arrays import Arrays
from jobs.store import default_home
from ui.fields import knob_of
from ui.frame import VERSION

SCHEDULER = "BACKFLOW_SCHEDULER"  # the address of a dask scheduler; a cluster of this machine without it
KEPT = 16  # jobs whose rows stay in memory

_rows: OrderedDict[str, dict[int, Arrays]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class MapJob:
    """A job in the store; `plan` is None where another version wrote it in another way."""

    status: jobs.JobStatus
    plan: MapPlan | None


def scheduler() -> str | None:
    """The address that whoever runs the server has set."""
    return os.environ.get(SCHEDULER) or None


def where() -> str:
    """Where jobs are computed, in words."""
    address = scheduler()
    if address is None:
        return f"Jobs run in processes of this machine; {SCHEDULER} names another machine's dask scheduler."
    return f"Jobs run on the dask scheduler at {address}, named by {SCHEDULER}."


def job_of(plan: MapPlan) -> jobs.Job:
    """The job that computes a plan, one tile a row: equal plans, one job."""
    x, y = (knob_of(axis.name).label for axis in (plan.x, plan.y))
    rows, columns = plan.shape
    cell = knob_of("cell").choices[plan.settings.cell]
    name = f"{cell}: {plan.quantity.replace('_', '-')} over {x} × {y}, {columns} × {rows}"
    return jobs.Job(name, FUNCTION, rows_of(plan), plan.as_json(), VERSION)


def store() -> jobs.Store:
    """The store of jobs, which may compute rows of maps only; JobError where its folder cannot be used."""
    return jobs.Store(allow=(FUNCTION,))


def start(plan: MapPlan) -> None:
    """Begin a job, or go on with what it has not finished; JobError where it cannot run."""
    jobs.submit(store(), job_of(plan), scheduler())


def stop(job_id: str) -> None:
    """Finished rows stay."""
    jobs.stop(store(), job_id)


def delete(job_id: str) -> None:
    """With all its rows; JobError while it runs."""
    jobs.delete(store(), job_id)
    with _lock:
        _rows.pop(job_id, None)


def status(plan: MapPlan) -> jobs.JobStatus | None:
    """Where the job of a plan stands; None where there is none."""
    if not _any():
        return None
    try:
        return jobs.status(store(), job_of(plan).id)
    except jobs.JobError:
        return None


def found(plan: MapPlan, now: jobs.JobStatus) -> PhaseMap:
    """The rows that are finished."""
    with _lock:
        rows = _rows.setdefault(now.id, {})
        _rows.move_to_end(now.id)
        if len(rows) > now.done:  # deleted and begun again elsewhere
            rows.clear()
        while len(_rows) > KEPT:
            _rows.popitem(last=False)
        rows |= dict(jobs.results(store(), now.id, skip=rows))
        order = [tile["row"] for tile in rows_of(plan)]
        return assembled(plan, ((order[tile], arrays) for tile, arrays in rows.items()))


def all_jobs() -> list[MapJob]:
    """Every map in the store, the newest first."""
    if not _any():
        return []
    here = store()
    rows = [(now, here.job(now.id)) for now in jobs.overview(here)]
    return [MapJob(now, _plan(row["settings"])) for now, row in rows if row["function"] == FUNCTION]


def _any() -> bool:
    """Whether there is a store; looking at a page makes none."""
    return (default_home() / "jobs.sqlite").exists()


def _plan(settings: str) -> MapPlan | None:
    try:
        return MapPlan.from_json(json.loads(settings))
    except (BadValue, TypeError, LookupError):
        return None
