"""Where a job stands, in numbers and in one sentence."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Literal

from .checkpoints import PAUSED
from .lease import holder_alive, process_alive
from .store import DamagedJob, Store

State = Literal["starting", "running", "stopping", "stopped", "interrupted", "failed", "done"]
ALIVE = ("starting", "running", "stopping")


@dataclass(frozen=True)
class JobStatus:
    """`rate` is in tiles per second, `eta` in seconds from now (None while unknown), `since` in seconds of the epoch.

    `progress` in [0, 1] counts tiles under way by their parts; `since` is the start of the present or last run;
    `waits_for` says why nobody computes while it is under way.
    """

    id: str
    name: str
    state: State
    done: int
    total: int
    failed: int
    message: str
    progress: float
    rate: float | None
    eta: float | None
    since: float | None
    waits_for: str = ""

    @property
    def alive(self) -> bool:
        """Return whether a process works on it now."""
        return self.state in ALIVE


@dataclass(frozen=True)
class _Counts:
    done: int
    failed: int
    parts: float  # of tiles under way, summed
    fresh: int  # finished by the present supervisor
    begun: float | None  # when it started its first tile
    error: str  # of the first failed tile


def status(store: Store, job_id: str, pieces: str = "tiles") -> JobStatus:
    """Return the state of a job as of now, whoever runs it; NoJob if there is none.

    `pieces` is what its sentence calls the tiles.
    """
    try:
        job = store.job(job_id)
    except DamagedJob as damage:
        return JobStatus(job_id, job_id[:8], "failed", 0, 0, 0, f"Failed: {damage}.", 0.0, None, None, None)
    with store.reading() as db:
        held = db.execute("SELECT * FROM leases WHERE job = ?", (job_id,)).fetchone()
        counts = _count(db, job_id, held["epoch"] if held else 0)
    state = _state(job, holder_alive(held, store.lease), counts)
    rate = _rate(counts) if state == "running" else None
    left = job["total"] - counts.done - counts.parts
    return JobStatus(
        id=job_id,
        name=job["name"],
        state=state,
        done=counts.done,
        total=job["total"],
        failed=counts.failed,
        message=_sentence(state, job, counts, pieces),
        progress=(counts.done + counts.parts) / job["total"],
        rate=rate,
        eta=left / rate if rate else None,
        since=held["since"] if held else None,
        waits_for=job["message"] if state == "running" else "",
    )


def _count(db: sqlite3.Connection, job_id: str, epoch: int) -> _Counts:
    sql = "SELECT state, COUNT(*) AS n, TOTAL(progress) AS parts FROM tiles WHERE job = ? GROUP BY state"
    by_state = {row["state"]: row for row in db.execute(sql, (job_id,))}
    number = {state: row["n"] for state, row in by_state.items()}
    sql = "SELECT error FROM tiles WHERE job = ? AND state = 'failed' ORDER BY tile LIMIT 1"
    error = db.execute(sql, (job_id,)).fetchone()
    sql = "SELECT COUNT(*) AS n FROM computations WHERE job = ? AND epoch = ? AND NOT adopted"
    fresh = db.execute(sql, (job_id, epoch)).fetchone()["n"]
    sql = "SELECT MIN(claimed) AS begun FROM claims WHERE job = ? AND epoch = ?"
    return _Counts(
        done=number.get("done", 0),
        failed=number.get("failed", 0),
        parts=by_state["pending"]["parts"] if "pending" in by_state else 0.0,
        fresh=fresh,
        begun=db.execute(sql, (job_id, epoch)).fetchone()["begun"],
        error=error["error"] if error else "",
    )


def _state(job: sqlite3.Row, held: bool, counts: _Counts) -> State:
    if counts.done == job["total"]:
        return "done"
    if held:
        return "running" if job["wanted"] == "run" else "stopping"
    if job["wanted"] == "stop":
        return "stopped"
    if job["request"] > job["served"] and process_alive(job["launched"]):
        return "starting"
    ended = counts.done + counts.failed == job["total"]
    return "failed" if ended and not _is_paused(counts) else "interrupted"


def _is_paused(counts: _Counts) -> bool:
    """Return whether nothing could be written, so that no tile is to blame."""
    return counts.error.startswith(PAUSED)


def _rate(counts: _Counts) -> float | None:
    work = counts.fresh + counts.parts
    return work / max(time.time() - counts.begun, 1e-3) if counts.begun and work else None


def _sentence(state: State, job: sqlite3.Row, counts: _Counts, pieces: str) -> str:
    """Return what a page shows: how much is kept, why it ended, what to do."""
    kept = f"{counts.done} of {job['total']} {pieces}"
    left = job["total"] - counts.done
    if state == "done":
        return f"Done: all {job['total']} {pieces} are kept."
    if state in ALIVE:
        trouble = f", {counts.failed} failed so far" if counts.failed else ""
        waits = f"; {job['message']}" if job["message"] else ""
        return f"{state.capitalize()}: {kept} are done{trouble}{waits}."
    if state == "failed":
        failed = f"{counts.failed} of {job['total']} {pieces}"
        return f"Failed: {failed}; resume to try them again. The first said: {counts.error}"
    if state == "interrupted" and _is_paused(counts):
        return f"{counts.error[0].upper()}{counts.error[1:]}. {kept} are done."
    why = f" because {job['message'].rstrip('.')}" if job["message"] else ""
    return f"{state.capitalize()}{why}: {kept} are kept; resume to compute the other {left}."
