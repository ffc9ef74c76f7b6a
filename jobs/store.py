"""Where jobs live: one SQLite file for what happened, one safetensors file per finished tile."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from . import function, schema
from .job import MAX_TILES, JobError

BUSY = 30.0  # seconds to wait for another process's write
AT_WORK = 600.0  # seconds that a supervisor or a worker waits for it: what is computed shall not be lost to a lock
LEASE = 15.0  # seconds without a sign of life after which a supervisor counts as gone


class NoJob(JobError):
    """The store holds no job of that id."""


class DamagedJob(JobError):
    """The row of a job does not hold what it should."""


class StoreBusy(JobError):
    """Another process keeps the store locked."""


def default_home() -> Path:
    """BACKFLOW_HOME if set, else this user's folder for application data as the system has it."""
    if named := os.environ.get("BACKFLOW_HOME"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Backflow"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Backflow"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "backflow"


@dataclass(frozen=True)
class Store:
    """A folder on a local disk, and the registered functions, "module:function" each, that jobs in it may call.

    Many processes may use one folder at once. `lease` is in seconds, and so is `busy`, for which a write waits for
    that of another process. Raises JobError where the folder cannot be used.
    """

    home: Path = field(default_factory=default_home)
    allow: tuple[str, ...] = ()
    lease: float = LEASE
    busy: float = BUSY

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", Path(self.home).expanduser().resolve())
        object.__setattr__(self, "allow", function.registered(self.allow))
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise JobError(f"the job folder {self.home} cannot be used: {error}") from error
        self._prepare()

    def _prepare(self) -> None:
        with self.reading() as db:
            found, lost = schema.version_of(db), schema.missing(db)
        if found == 0:
            with self.transaction() as db:
                found = schema.version_of(db) or schema.create(db)
        elif found == schema.SCHEMA_VERSION and lost:
            self._put_back(lost)
        if found != schema.SCHEMA_VERSION:
            raise JobError(f"the job folder {self.home} has format {found}, this program reads {schema.SCHEMA_VERSION}")

    def _put_back(self, lost: list[str]) -> None:
        """Keep a copy of a database that lacks tables and give it empty ones; then JobError, once, to say so."""
        with self.transaction() as db:
            if not schema.missing(db):  # another process was first
                return
            copy = free_name(self.path.with_suffix(".damaged"))
            with self.reading() as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            schema.create(db)
        raise JobError(
            f"the list of jobs {self.path} lacked {', '.join(lost)}: a copy is kept as {copy.name}, and it goes on with"
            " what was left; a job that is started again finds its finished tiles"
        )

    @property
    def path(self) -> Path:
        """Return the path of the database file."""
        return self.home / "jobs.sqlite"

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own per use: safe in any thread and process, and nothing is held in between.

        What SQLite cannot do is a JobError, StoreBusy where another process holds a lock for longer than `busy`.
        """
        with self._told(), closing(sqlite3.connect(self.path, timeout=self.busy, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = NORMAL")
            _keep_log_ahead(db, self.busy)
            yield db

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if _is_lock(error):
                wait = f"has kept it locked for {self.busy:g} seconds; try again"
                raise StoreBusy(f"the job folder {self.home} is in use: another process {wait}") from error
            raise JobError(
                f"the job folder {self.home} cannot be used: {error}; rename {self.path.name} in it, and a new list of"
                " jobs is begun that finds finished tiles again"
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and no other process writes meanwhile."""
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:  # some errors end it themselves
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @property
    def id(self) -> str:
        """Return what tells this store from another one on the same scheduler."""
        with self.reading() as db:
            row = db.execute("SELECT id FROM identity").fetchone()
        if row is None or not isinstance(row["id"], str):
            raise JobError(f"the job folder {self.home} has lost its identity; rename {self.path.name} in it")
        return row["id"]

    def folder(self, job_id: str) -> Path:
        """Return where the tiles of a job lie."""
        return self.home / "tiles" / job_id

    def tile_path(self, job_id: str, tile: int) -> Path:
        """Return the file of one finished tile."""
        return self.folder(job_id) / f"{tile:05d}.safetensors"

    def log_path(self, job_id: str) -> Path:
        """Return what the supervisors of a job wrote to their standard error."""
        return self.home / "logs" / f"{job_id}.log"

    def job(self, job_id: str) -> sqlite3.Row:
        """Return the row of a job; NoJob if there is none, DamagedJob if it does not hold what it should."""
        with self.reading() as db:
            row = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise NoJob(f"there is no job {job_id!r:.80} in {self.home}")
        _check(row, job_id)
        return row

    def note(self, job_id: str, message: str) -> None:
        """Say of a job, in part of a sentence, what it waits for or why it ended."""
        with self.transaction() as db:
            db.execute("UPDATE jobs SET message = ? WHERE id = ?", (message, job_id))


def _check(row: sqlite3.Row, job_id: str) -> None:
    """DamagedJob unless the row holds what was written: somebody may have edited it, or a disk may have failed."""
    texts = ("name", "function", "settings", "version")
    fault = next((name for name in texts if not isinstance(row[name], str)), "")
    if not fault and not (isinstance(row["total"], int) and 1 <= row["total"] <= MAX_TILES):
        fault = "total"
    fault = fault or next((name for name in ("request", "served") if not isinstance(row[name], int)), "")
    if fault:
        raise DamagedJob(
            f"the row of job {job_id} is damaged: {fault} = {row[fault]!r:.60}; delete it and start it again"
        )


def free_name(path: Path) -> Path:
    """Return `path` with the first number at its end that no file has."""
    return next(new for n in count(1) if not (new := path.with_name(f"{path.name}-{n}")).exists())


def _is_lock(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None) or 0
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _keep_log_ahead(db: sqlite3.Connection, busy: float) -> None:
    """Write-ahead logging, so that readers never wait; two processes that open a new store at once take turns."""
    by = time.monotonic() + min(busy, 10.0)
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_lock(error) or time.monotonic() > by:
                raise
            time.sleep(0.05)
