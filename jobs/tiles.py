"""The life of a tile: pending, claimed, done or failed; and the ledger of every finish.

A finished tile is a file and a row. The file comes first and is renamed into place inside the transaction that writes
the row, so that no moment of death leaves a row without a file, and a file without a row is whole and can be adopted.
"""

import contextlib
import os
import sqlite3
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import arrays, checkpoints
from .job import JobError
from .lease import HOST
from .store import Store, free_name

MAX_ERROR = 500  # characters of a message that are kept
MAX_DEATHS = 3  # attempts at a tile in one run that may end with their process


@dataclass(frozen=True)
class Claim:
    """One attempt at one tile, by one process, under one epoch of the job's lease."""

    job: str
    tile: int
    attempt: int
    epoch: int
    pid: int
    host: str

    def facts(self) -> dict[str, str]:
        """Return what the tile's file says of itself."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_facts(cls, facts: dict[str, str]) -> "Claim":
        """Return the reverse of `facts`; arrays.Damaged where one is missing or no number."""
        try:
            numbers = {name: int(facts[name]) for name in ("tile", "attempt", "epoch", "pid")}
            return cls(job=facts["job"], host=facts["host"], **numbers)
        except (KeyError, ValueError) as error:
            raise arrays.Damaged(f"the file's facts are incomplete: {error}") from error


@dataclass(frozen=True)
class Computation:
    """One line of the ledger: a tile was finished, by that process; `adopted` if only its row had been missing."""

    tile: int
    attempt: int
    epoch: int
    pid: int
    host: str
    finished: float
    adopted: bool


def pending(store: Store, job_id: str) -> list[tuple[int, str]]:
    """Tiles that are not done, in order, with their specs as JSON; failed ones are among them."""
    with store.reading() as db:
        rows = db.execute("SELECT tile, spec FROM tiles WHERE job = ? AND state != 'done' ORDER BY tile", (job_id,))
        return [(row["tile"], row["spec"]) for row in rows]


def claim(store: Store, job_id: str, tile: int, epoch: int) -> Claim | None:
    """Start an attempt; None if the tile is done already or a newer epoch runs the job."""
    with store.transaction() as db:
        lease = db.execute("SELECT epoch FROM leases WHERE job = ?", (job_id,)).fetchone()
        row = db.execute("SELECT state FROM tiles WHERE job = ? AND tile = ?", (job_id, tile)).fetchone()
        if lease is None or lease["epoch"] != epoch or row is None or row["state"] == "done":
            return None
        if _adopt(db, store, job_id, tile):
            return None
        made = Claim(job_id, tile, 1 + _newest(db, job_id, tile), epoch, os.getpid(), HOST)
        values = (*asdict(made).values(), time.time())
        db.execute("INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    return made


def _newest(db: sqlite3.Connection, job_id: str, tile: int) -> int:
    sql = "SELECT COALESCE(MAX(attempt), 0) AS newest FROM claims WHERE job = ? AND tile = ?"
    return db.execute(sql, (job_id, tile)).fetchone()["newest"]


def check_deaths(store: Store, job_id: str, tile: int, epoch: int) -> None:
    """JobError if MAX_DEATHS attempts under this epoch ended without a word, and without bringing the tile further."""
    sql = "SELECT COUNT(*) AS n FROM claims WHERE job = ? AND tile = ? AND epoch = ? AND claimed > ?"
    moved = checkpoints.written_at(store, job_id, tile)
    with store.reading() as db:
        if db.execute(sql, (job_id, tile, epoch, moved)).fetchone()["n"] >= MAX_DEATHS:
            raise JobError(f"its worker process ended {MAX_DEATHS} times while computing it (killed, or out of memory)")


def commit(store: Store, payload: bytes) -> bool:
    """Keep a finished tile; False, and nothing is kept, if a newer attempt owns it or it is done already.

    Raises arrays.Damaged if the payload is not whole and OSError if the disk does not take it.
    """
    made = Claim.from_facts(arrays.decode(payload)[1])
    path = store.tile_path(made.job, made.tile)
    waiting = _write_aside(path, payload)
    try:
        with store.transaction() as db:
            row = db.execute("SELECT state FROM tiles WHERE job = ? AND tile = ?", (made.job, made.tile)).fetchone()
            if row is None or row["state"] == "done" or _newest(db, made.job, made.tile) != made.attempt:
                return False
            waiting.replace(path)
            _record(db, made, adopted=False)
        return True
    finally:
        waiting.unlink(missing_ok=True)


def _write_aside(path: Path, payload: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    with waiting.open("xb") as file:
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())  # the row must not outlive the file in a power cut
    return waiting


def _record(db: sqlite3.Connection, made: Claim, adopted: bool) -> None:
    sql = "UPDATE tiles SET state = 'done', error = NULL, progress = 1 WHERE job = ? AND tile = ? AND state != 'done'"
    if db.execute(sql, (made.job, made.tile)).rowcount == 0:
        return
    columns = "job, tile, attempt, epoch, pid, host, finished, adopted"
    values = (*asdict(made).values(), time.time(), adopted)
    db.execute(f"INSERT INTO computations ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def read(store: Store, job_id: str, tile: int) -> tuple[arrays.Arrays, Claim]:
    """Return the arrays of a tile's file and who made it.

    Arrays.Damaged if it is missing, not whole, or another tile's.
    """
    found, facts = arrays.read(store.tile_path(job_id, tile))
    made = Claim.from_facts(facts)
    if (made.job, made.tile) != (job_id, tile):
        raise arrays.Damaged(f"the file holds tile {made.tile} of job {made.job}")
    return found, made


def _adopt(db: sqlite3.Connection, store: Store, job_id: str, tile: int) -> bool:
    try:
        _, made = read(store, job_id, tile)
    except arrays.Damaged:
        _set_aside(store.tile_path(job_id, tile))
        return False
    _record(db, made, adopted=True)
    return True


def recover(store: Store, job_id: str) -> None:
    """After a death: drop half-written files, adopt whole ones without a row, disown rows without a whole file."""
    for leftover in store.folder(job_id).glob(".*.part"):
        leftover.unlink(missing_ok=True)
    with store.transaction() as db:
        db.execute("UPDATE tiles SET progress = 0 WHERE job = ? AND state != 'done'", (job_id,))
        rows = db.execute("SELECT tile, state FROM tiles WHERE job = ?", (job_id,)).fetchall()
    for row in rows:
        if row["state"] == "done":
            _check(store, job_id, row["tile"])
        elif store.tile_path(job_id, row["tile"]).exists():
            with store.transaction() as db:
                _adopt(db, store, job_id, row["tile"])


def _check(store: Store, job_id: str, tile: int) -> None:
    try:
        read(store, job_id, tile)
    except arrays.Damaged as damage:
        invalidate(store, job_id, tile, str(damage))


def invalidate(store: Store, job_id: str, tile: int, damage: str) -> None:
    """Take a finished tile for not done, so that it is computed again, and set its file aside; `damage` says why."""
    with store.transaction() as db:
        db.execute(
            "UPDATE tiles SET state = 'pending', progress = 0, error = ? WHERE job = ? AND tile = ? AND state = 'done'",
            (f"the file of tile {tile} was damaged and is computed again ({damage})"[:MAX_ERROR], job_id, tile),
        )
        _set_aside(store.tile_path(job_id, tile))


def _set_aside(path: Path) -> None:
    """Keep a file that is not believed beside where it lay, where nobody looks for a tile."""
    with contextlib.suppress(OSError):  # it is missing, or the folder takes no new name: then the next one replaces it
        path.rename(free_name(path.with_suffix(".damaged")))


def fail(store: Store, job_id: str, tile: int, error: str) -> None:
    """Keep what went wrong with a tile that is not done."""
    with store.transaction() as db:
        db.execute(
            "UPDATE tiles SET state = 'failed', progress = 0, error = ? WHERE job = ? AND tile = ? AND state != 'done'",
            (error, job_id, tile),
        )


def note_progress(store: Store, job_id: str, progress: dict[int, float]) -> None:
    """Fractions in [0, 1] of tiles under way."""
    values: list[tuple[Any, ...]] = [(share, job_id, tile) for tile, share in progress.items()]
    with store.transaction() as db:
        db.executemany("UPDATE tiles SET progress = ? WHERE job = ? AND tile = ? AND state != 'done'", values)


def failures(store: Store, job_id: str) -> dict[int, str]:
    """Return the message of each failed tile."""
    store.job(job_id)
    with store.reading() as db:
        rows = db.execute("SELECT tile, error FROM tiles WHERE job = ? AND state = 'failed' ORDER BY tile", (job_id,))
        return {row["tile"]: row["error"] for row in rows}


def ledger(store: Store, job_id: str) -> list[Computation]:
    """Return every finish of every tile of a job, in order of time."""
    store.job(job_id)
    columns = "tile, attempt, epoch, pid, host, finished, adopted"
    with store.reading() as db:
        rows = db.execute(f"SELECT {columns} FROM computations WHERE job = ? ORDER BY id", (job_id,))
        return [Computation(**{**dict(row), "adopted": bool(row["adopted"])}) for row in rows]
