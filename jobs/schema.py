"""The tables of a store: made, looked over, and put back where one is missing."""

import sqlite3
import uuid
from collections.abc import Iterator

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, name TEXT, function TEXT, settings TEXT, version TEXT, total INTEGER, created REAL,
    scheduler TEXT, workers INTEGER,        -- NULL: a local cluster, as many workers as cores
    wanted TEXT,                            -- 'run' or 'stop'
    request INTEGER DEFAULT 0,              -- counts the calls to run it
    served INTEGER DEFAULT 0,               -- the last of them that a supervisor has seen
    launched INTEGER,                       -- the supervisor process started last
    message TEXT DEFAULT '');               -- why the last supervisor ended early
CREATE TABLE IF NOT EXISTS tiles (
    job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, spec TEXT, error TEXT, progress REAL DEFAULT 0,
    state TEXT DEFAULT 'pending',           -- or 'done', 'failed'
    PRIMARY KEY (job, tile)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases (         -- who may run a job; the epoch only ever grows
    job TEXT PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    epoch INTEGER, token TEXT, pid INTEGER, host TEXT, beat REAL, since REAL);
CREATE TABLE IF NOT EXISTS claims (         -- every start of a tile; the highest attempt owns it
    job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, attempt INTEGER,
    epoch INTEGER, pid INTEGER, host TEXT, claimed REAL,
    PRIMARY KEY (job, tile, attempt)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS computations (   -- the ledger: every finish of a tile
    id INTEGER PRIMARY KEY, job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, attempt INTEGER,
    epoch INTEGER, pid INTEGER, host TEXT, finished REAL, adopted INTEGER);
CREATE INDEX IF NOT EXISTS computations_of ON computations (job, finished);
CREATE TRIGGER IF NOT EXISTS ledger_is_append_only BEFORE UPDATE ON computations
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TABLE IF NOT EXISTS identity (id TEXT);
"""
TABLES = frozenset({"jobs", "tiles", "leases", "claims", "computations", "identity"})


def version_of(db: sqlite3.Connection) -> int:
    """Return the format of a database; 0 for a new one."""
    return db.execute("PRAGMA user_version").fetchone()["user_version"]


def missing(db: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that a database lacks, in order."""
    there = {row["name"] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return sorted(TABLES - there)


def create(db: sqlite3.Connection) -> int:
    """Make what is not there; return the format."""
    for statement in _split(_SCHEMA):
        db.execute(statement)
    if db.execute("SELECT id FROM identity").fetchone() is None:
        db.execute("INSERT INTO identity VALUES (?)", (uuid.uuid4().hex,))
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return SCHEMA_VERSION


def _split(script: str) -> Iterator[str]:
    """Yield the statements of a script one by one, because executescript would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
