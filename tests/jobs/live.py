"""Jobs that really run: making them, waiting for them, finding and killing their processes."""

import hashlib
import time

import numpy as np
import psutil

import jobs
from tests.jobs import tilework

ALLOW = tuple(f"tests.jobs.tilework:{name}" for name in ("square", "slow_square", "gated", "picky", "deadly", "wordy"))
PATIENCE = 60.0  # seconds; only a failing test waits that long


def squares(store, tiles=10, parts=4, version="1"):
    """A job of slow squares and the file in which its tiles note what they do."""
    notes = store.home / "notes.txt"
    settings = {"parts": parts, "notes": str(notes)}
    function = "tests.jobs.tilework:slow_square"
    return jobs.Job("squares", function, [{"n": n} for n in range(tiles)], settings, version), notes


def gated(store, tiles, obeys):
    """A job whose tiles wait for the gate, the file in which they note what they do, and the gate."""
    notes, gate = store.home / "notes.txt", store.home / "gate"
    settings = {"gate": str(gate), "notes": str(notes), "obeys": obeys}
    return jobs.Job("gated", "tests.jobs.tilework:gated", [{"n": n} for n in range(tiles)], settings), notes, gate


def wait_until(condition, what, patience=PATIENCE):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited in vain until {what}")


def wait_for_end(store, job_id, patience=PATIENCE):
    """The status once nothing works on the job any more."""

    def ended():
        now = jobs.status(store, job_id)
        return None if now.alive else now

    return wait_until(ended, "the job ends", patience)


def supervisor(store, job_id):
    """The process that holds the job's lease, or None."""
    with store.reading() as db:
        row = db.execute("SELECT pid FROM leases WHERE job = ? AND token IS NOT NULL", (job_id,)).fetchone()
    try:
        return psutil.Process(row["pid"]) if row else None
    except psutil.NoSuchProcess:
        return None


def workers(process):
    """The worker processes of a supervisor."""
    try:
        children = process.children()
        return [child for child in children if any("spawn_main" in word for word in child.cmdline())]
    except (psutil.NoSuchProcess, psutil.ZombieProcess, AttributeError):
        return []


def gone(process):
    """Whether a process has ended, buried or not."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def done_tiles(store, job_id):
    """Each tile that the store calls finished, with the SHA-256 of its file."""
    with store.reading() as db:
        rows = db.execute("SELECT tile FROM tiles WHERE job = ? AND state = 'done'", (job_id,)).fetchall()
    paths = {row["tile"]: store.tile_path(job_id, row["tile"]) for row in rows}
    return {tile: hashlib.sha256(path.read_bytes()).hexdigest() for tile, path in paths.items()}


def starts(notes):
    """How often each tile was started, by its own account."""
    lines = notes.read_text(encoding="utf-8").split("\n") if notes.exists() else []
    begun = [int(line.split()[1]) for line in lines if line.startswith("start")]
    return {n: begun.count(n) for n in begun}


def assert_whole(store, job_id, job):
    """Every tile is there once in the ledger and equals what its function gives when called directly."""
    assert sorted(line.tile for line in jobs.ledger(store, job_id)) == list(range(len(job.tiles)))
    found = dict(jobs.results(store, job_id))
    assert list(found) == list(range(len(job.tiles)))
    for tile, spec in enumerate(job.tiles):
        np.testing.assert_array_equal(found[tile]["square"], tilework.square(spec)["square"], strict=True)


def end_all_of(store):
    """Kill what still runs for a store: its folder is among the words that started it."""
    for process in psutil.process_iter():
        if str(store.home) in _words(process):
            _kill_tree(process)


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _kill_tree(process):
    try:
        for one in [process, *process.children(recursive=True)]:
            one.kill()
        process.wait(10)
    except psutil.NoSuchProcess:
        return
