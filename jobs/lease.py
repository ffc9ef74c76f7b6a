"""Who may run a job: one supervisor at a time, for as long as it shows signs of life."""

import os
import socket
import sqlite3
import time
import uuid
from dataclasses import dataclass, replace

import psutil

from .store import Store

HOST = socket.gethostname()


@dataclass(frozen=True)
class Lease:
    """The right to run a job. A higher epoch makes every claim of a lower one void."""

    job: str
    token: str
    epoch: int


def process_alive(pid: int | None) -> bool:
    """Return whether a process of this machine runs; one that ended and waits for its parent does not."""
    try:
        return pid is not None and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's, so it is there
        return True


def holder_alive(row: sqlite3.Row | None, patience: float) -> bool:
    """Return whether a row of `leases` is held: a fresh beat, and on this machine a process that still runs."""
    if row is None or row["token"] is None or not isinstance(row["beat"], float):  # text, where a disk has failed
        return False
    if time.time() - row["beat"] > patience:
        return False
    return row["host"] != HOST or process_alive(row["pid"])


def acquire(store: Store, job_id: str) -> Lease | None:
    """Take the lease of a job, or None while another supervisor holds it or the job is gone."""
    with store.transaction() as db:
        if db.execute("SELECT 1 FROM jobs WHERE id = ?", (job_id,)).fetchone() is None:
            return None
        row = db.execute("SELECT * FROM leases WHERE job = ?", (job_id,)).fetchone()
        if holder_alive(row, store.lease):
            return None
        lease = Lease(job_id, uuid.uuid4().hex, 1 + (row["epoch"] if row else 0))
        now = time.time()
        db.execute(
            "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job_id, lease.epoch, lease.token, os.getpid(), HOST, now, now),
        )
        db.execute("UPDATE jobs SET served = request, message = '' WHERE id = ?", (job_id,))
    return lease


def heartbeat(store: Store, lease: Lease) -> bool:
    """Show a sign of life; False once the lease is somebody else's."""
    with store.transaction() as db:
        done = db.execute(
            "UPDATE leases SET beat = ? WHERE job = ? AND token = ?", (time.time(), lease.job, lease.token)
        )
        return done.rowcount == 1


def renew(store: Store, lease: Lease) -> Lease:
    """Return the same holder under the next epoch: what it started before is void."""
    with store.transaction() as db:
        db.execute("UPDATE leases SET epoch = epoch + 1 WHERE job = ? AND token = ?", (lease.job, lease.token))
        db.execute("UPDATE jobs SET served = request WHERE id = ?", (lease.job,))
    return replace(lease, epoch=lease.epoch + 1)


def drop(store: Store, lease: Lease) -> None:
    """Give the lease back although somebody may have asked for the job: who drops it sees to that."""
    with store.transaction() as db:
        db.execute("UPDATE leases SET token = NULL WHERE job = ? AND token = ?", (lease.job, lease.token))


def release(store: Store, lease: Lease, message: str = "") -> bool:
    """Give the lease back with the reason; False if somebody asked for the job meanwhile, so that it is kept."""
    with store.transaction() as db:
        row = db.execute("SELECT request > served AS asked, wanted FROM jobs WHERE id = ?", (lease.job,)).fetchone()
        if row is not None and row["asked"] and row["wanted"] == "run":
            return False
        done = db.execute("UPDATE leases SET token = NULL WHERE job = ? AND token = ?", (lease.job, lease.token))
        if done.rowcount == 1:
            db.execute("UPDATE jobs SET message = ? WHERE id = ?", (message, lease.job))
    return True
