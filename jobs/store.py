"""Where jobs live: one SQLite file for what happened, one safetensors file per finished tile."""

import os
import sqlite3
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import function
from .job import JobError

SCHEMA_VERSION = 1
BUSY = 30.0  # seconds to wait for another process's write
LEASE = 15.0  # seconds without a sign of life after which a supervisor counts as gone

_SCHEMA = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, name TEXT, function TEXT, settings TEXT, version TEXT, total INTEGER, created REAL,
    scheduler TEXT, workers INTEGER,        -- NULL: a local cluster, as many workers as cores
    wanted TEXT,                            -- 'run' or 'stop'
    request INTEGER DEFAULT 0,              -- counts the calls to run it
    served INTEGER DEFAULT 0,               -- the last of them that a supervisor has seen
    launched INTEGER,                       -- the supervisor process started last
    message TEXT DEFAULT '');               -- why the last supervisor ended early
CREATE TABLE tiles (
    job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, spec TEXT, error TEXT, progress REAL DEFAULT 0,
    state TEXT DEFAULT 'pending',           -- or 'done', 'failed'
    PRIMARY KEY (job, tile)) WITHOUT ROWID;
CREATE TABLE leases (                       -- who may run a job; the epoch only ever grows
    job TEXT PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    epoch INTEGER, token TEXT, pid INTEGER, host TEXT, beat REAL, since REAL);
CREATE TABLE claims (                       -- every start of a tile; the highest attempt owns it
    job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, attempt INTEGER,
    epoch INTEGER, pid INTEGER, host TEXT, claimed REAL,
    PRIMARY KEY (job, tile, attempt)) WITHOUT ROWID;
CREATE TABLE computations (                 -- the ledger: every finish of a tile
    id INTEGER PRIMARY KEY, job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, attempt INTEGER,
    epoch INTEGER, pid INTEGER, host TEXT, finished REAL, adopted INTEGER);
CREATE INDEX computations_of ON computations (job, finished);
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE ON computations
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TABLE identity (id TEXT);
"""


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

    Many processes may use one folder at once. `lease` is in seconds. Raises JobError where the folder cannot be used.
    """

    home: Path = field(default_factory=default_home)
    allow: tuple[str, ...] = ()
    lease: float = LEASE

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", Path(self.home).expanduser().resolve())
        object.__setattr__(self, "allow", function.registered(self.allow))
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._prepare()
        except (OSError, sqlite3.DatabaseError) as error:
            raise JobError(f"the job folder {self.home} cannot be used: {error}") from error

    def _prepare(self) -> None:
        with self.reading() as db:
            found = _format(db)
        if found == 0:
            with self.transaction() as db:
                found = _format(db) or _create(db)
        if found != SCHEMA_VERSION:
            raise JobError(f"the job folder {self.home} has format {found}, this program reads {SCHEMA_VERSION}")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own per use: safe in any thread and process, and nothing is held in between."""
        db = sqlite3.connect(self.home / "jobs.sqlite", timeout=BUSY, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = NORMAL")
            _keep_log_ahead(db)
            yield db
        finally:
            db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and no other process writes meanwhile."""
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @property
    def id(self) -> str:
        """What tells this store from another one on the same scheduler."""
        with self.reading() as db:
            return db.execute("SELECT id FROM identity").fetchone()["id"]

    def folder(self, job_id: str) -> Path:
        """Where the tiles of a job lie."""
        return self.home / "tiles" / job_id

    def tile_path(self, job_id: str, tile: int) -> Path:
        """The file of one finished tile."""
        return self.folder(job_id) / f"{tile:05d}.safetensors"

    def log_path(self, job_id: str) -> Path:
        """What the supervisors of a job wrote to their standard error."""
        return self.home / "logs" / f"{job_id}.log"

    def job(self, job_id: str) -> sqlite3.Row:
        """The row of a job; JobError if there is none."""
        with self.reading() as db:
            row = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise JobError(f"there is no job {job_id!r:.80} in {self.home}")
        return row

    def note(self, job_id: str, message: str) -> None:
        """Say of a job, in part of a sentence, what it waits for or why it ended."""
        with self.transaction() as db:
            db.execute("UPDATE jobs SET message = ? WHERE id = ?", (message, job_id))


def _format(db: sqlite3.Connection) -> int:
    return db.execute("PRAGMA user_version").fetchone()["user_version"]


def _create(db: sqlite3.Connection) -> int:
    for statement in _split(_SCHEMA):
        db.execute(statement)
    db.execute("INSERT INTO identity VALUES (?)", (uuid.uuid4().hex,))
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return SCHEMA_VERSION


def _split(script: str) -> Iterator[str]:
    """The statements of a script one by one, because executescript would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _keep_log_ahead(db: sqlite3.Connection) -> None:
    """Write-ahead logging, so that readers never wait; two processes that open a new store at once take turns."""
    for _ in range(200):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(0.05)
    db.execute("PRAGMA journal_mode = WAL")
