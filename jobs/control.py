"""Control jobs: submit, stop, resume, delete, list, and read what is finished."""

import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from . import address, arrays, function, launch, lease, supervisor, tiles
from .job import Job, JobError, to_json
from .job_status import JobStatus, status
from .store import Store

MAX_WORKERS = 256


def submit(store: Store, job: Job, scheduler: str | None = None, workers: int | None = None) -> str:
    """Enter a job, or find it again by its content, and see that it runs; returns its id.

    `scheduler` is an address (default: a local cluster), `workers` the number of local processes (default: one a core).
    Raises JobError if the function is unknown or not registered, or nothing answers at the address.
    """
    function.resolve(job.function, store.allow)
    if workers is not None and not 1 <= workers <= MAX_WORKERS:
        raise JobError(f"workers = {workers} is outside [1, {MAX_WORKERS}]")
    where = address.checked(scheduler) if scheduler else None
    with store.transaction() as db:
        _enter(db, job)
        db.execute("UPDATE jobs SET scheduler = ?, workers = ? WHERE id = ?", (where, workers, job.id))
    _run(store, job.id)
    return job.id


def _enter(db: sqlite3.Connection, job: Job) -> None:
    """Write down what is not there yet: all of a new job, and the tiles of one that has lost theirs."""
    columns = (
        "name",
        "function",
        "settings",
        "version",
        "total",
    )  # one job, one content: at most a damaged row changes
    db.execute(
        f"INSERT INTO jobs (id, {', '.join(columns)}, created) VALUES (?, ?, ?, ?, ?, ?, ?)"
        f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}",
        (job.id, job.name, job.function, to_json(job.settings), job.version, len(job.tiles), time.time()),
    )
    rows = [(job.id, tile, to_json(spec)) for tile, spec in enumerate(job.tiles)]
    db.executemany("INSERT OR IGNORE INTO tiles (job, tile, spec) VALUES (?, ?, ?)", rows)


def _run(store: Store, job_id: str) -> None:
    """Ask for the job; whoever holds its lease hears of it, and if nobody does, a new supervisor will."""
    with store.transaction() as db:
        db.execute("UPDATE jobs SET wanted = 'run', request = request + 1 WHERE id = ?", (job_id,))
        held = db.execute("SELECT * FROM leases WHERE job = ?", (job_id,)).fetchone()
    if not lease.holder_alive(held, store.lease) and tiles.pending(store, job_id):
        pid = launch.launch(store, job_id)
        with store.transaction() as db:
            db.execute("UPDATE jobs SET launched = ? WHERE id = ?", (pid, job_id))


def resume(store: Store, job_id: str) -> None:
    """Go on with what is not done, failed tiles included; JobError as for `submit`, and if there is no such job."""
    job = store.job(job_id)
    function.resolve(job["function"], store.allow)
    if job["scheduler"]:
        address.checked(job["scheduler"])
    _run(store, job_id)


def move(store: Store, job_id: str, scheduler: str | None) -> None:
    """Let a job's next round run at the address of a scheduler, or on this machine; what is under way stays."""
    with store.transaction() as db:
        db.execute("UPDATE jobs SET scheduler = ? WHERE id = ?", (scheduler, job_id))


def stop(store: Store, job_id: str) -> None:
    """Ask for an end: finished tiles stay, tiles under way may answer within seconds, no other starts."""
    store.job(job_id)
    with store.transaction() as db:
        db.execute("UPDATE jobs SET wanted = 'stop' WHERE id = ?", (job_id,))


@contextmanager
def hold(store: Store, job_id: str) -> Iterator[lease.Lease]:
    """Keep every supervisor from a job for a while, under the lease that is given; JobError while one is at work.

    Who asks for the job meanwhile gets it as soon as it is free again.
    """
    held = lease.acquire(store, job_id)
    if held is None:
        raise JobError(f"the job {store.job(job_id)['name']!r} is at work: pause it first")
    ended = supervisor.start_beating(store, held)
    try:
        yield held
    finally:
        ended.set()
        if not lease.release(store, held):
            lease.drop(store, held)
            _run(store, job_id)


def delete(store: Store, job_id: str) -> None:
    """Remove a job with its tiles, ledger and log; JobError while it runs."""
    now = status(store, job_id)
    if now.alive:
        raise JobError(f"the job {now.name!r} is {now.state}: stop it before it is deleted")
    with store.transaction() as db:
        db.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
    shutil.rmtree(store.folder(job_id), ignore_errors=True)
    store.log_path(job_id).unlink(missing_ok=True)


def results(store: Store, job_id: str, skip: Collection[int] = ()) -> Iterator[tuple[int, arrays.Arrays]]:
    """Yield the finished tiles so far, in order, as (index, arrays), without those in `skip`.

    A tile whose file is damaged is left out and becomes pending again, to be computed on the next resume.
    """
    last = store.job(job_id)["total"] - 1
    sql = "SELECT tile FROM tiles WHERE job = ? AND state = 'done' AND tile BETWEEN 0 AND ? ORDER BY tile"
    with store.reading() as db:
        rows = db.execute(sql, (job_id, last)).fetchall()
    for tile in (row["tile"] for row in rows if row["tile"] not in skip):
        try:
            found, _ = tiles.read(store, job_id, tile)
        except arrays.Damaged as damage:
            tiles.invalidate(store, job_id, tile, str(damage))
            continue
        yield tile, found


def overview(store: Store) -> list[JobStatus]:
    """Return every job in the store, the newest first."""
    with store.reading() as db:
        rows = db.execute("SELECT id FROM jobs ORDER BY created DESC, id").fetchall()
    return [status(store, row["id"]) for row in rows]
