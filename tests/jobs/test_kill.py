"""kill -9 of worker, supervisor and client at random moments: no finished tile lost, none done twice."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import jobs
from jobs.job_status import ALIVE
from tests.jobs.live import (
    assert_whole,
    done_tiles,
    gated,
    gone,
    squares,
    starts,
    supervisor,
    wait_for_end,
    wait_until,
    workers,
)

ROOT = Path(__file__).parents[2]
PARTS = 8  # naps of 0.05 s a tile: ten tiles take two workers at least 2 s ...
LATEST = 2.0  # ... so that every blow falls before the end

CLIENT = """
import sys, time
from pathlib import Path
import jobs
from tests.jobs import live
store = jobs.Store(Path(sys.argv[1]), allow=live.ALLOW)
job, _ = live.squares(store, parts=int(sys.argv[2]))
jobs.submit(store, job, workers=2)
time.sleep(600)
"""


def start_client(store):
    command = [sys.executable, "-c", CLIENT, str(store.home), str(PARTS)]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def kill_client(client):
    """The client and all that belongs to its process group, as a terminal or a service would end it."""
    if sys.platform == "win32":
        client.kill()
    elif client.poll() is None:
        os.killpg(client.pid, signal.SIGKILL)
    client.wait(10)


def kill(process):
    """SIGKILL, or what Windows has for it; a process that is gone already stays so."""
    try:
        process.kill()
        process.wait(10)
    except psutil.NoSuchProcess:
        return


def kill_worker(store, job_id, rng):
    """Kill one worker, as soon as there is one."""

    def at_work():
        process = supervisor(store, job_id)
        return workers(process) if process else []

    kill(rng.choice(wait_until(at_work, "a worker is there")))


def kill_supervisor(store, job_id):
    """Kill the supervisor; its workers end by themselves."""
    process = wait_until(lambda: supervisor(store, job_id), "a supervisor is there")
    orphans = workers(process)
    kill(process)
    wait_until(lambda: all(gone(orphan) for orphan in orphans), "the orphaned workers end")


class Witness:
    """Remembers what was finished at each death, and what had been started by then."""

    def __init__(self, store, job_id, notes):
        self.store, self.job_id, self.notes = store, job_id, notes
        self.kept = {}
        self.started = {}

    def look(self):
        """The files first: what is finished now was started before."""
        kept = done_tiles(self.store, self.job_id)
        started = starts(self.notes)
        self.started.update({tile: started[tile] for tile in kept if tile not in self.kept})
        self.kept.update({tile: digest for tile, digest in kept.items() if tile not in self.kept})

    def assert_nothing_lost_or_repeated(self):
        now, started = done_tiles(self.store, self.job_id), starts(self.notes)
        assert {tile: now.get(tile) for tile in self.kept} == self.kept
        assert {tile: started[tile] for tile in self.kept} == self.started


def survive(store, seed):
    """One job, three deaths at random moments, as many resumptions as it takes."""
    rng = random.Random(seed)
    job, notes = squares(store, parts=PARTS)
    witness = Witness(store, job.id, notes)
    client = start_client(store)
    blows = {
        "client": lambda: kill_client(client),
        "worker": lambda: kill_worker(store, job.id, rng),
        "supervisor": lambda: kill_supervisor(store, job.id),
    }
    try:
        wait_until(lambda: known(store, job.id) and supervisor(store, job.id), "the client's job has a supervisor")
        if seed % 4:  # else the blows may fall while the cluster starts
            wait_until(lambda: starts(notes), "a tile has started")
        start = time.monotonic()
        for moment, victim in sorted((rng.uniform(0, LATEST), victim) for victim in blows):
            time.sleep(max(0.0, start + moment - time.monotonic()))
            assert jobs.status(store, job.id).state != "done"
            witness.look()
            blows[victim]()
            come_back(store, job, witness)
    finally:
        kill_client(client)
    assert wait_for_end(store, job.id).state == "done"
    assert_whole(store, job.id, job)
    witness.assert_nothing_lost_or_repeated()


def known(store, job_id):
    return any(now.id == job_id for now in jobs.overview(store))


def come_back(store, job, witness):
    """What a page does when it is opened again: it explains, and submits the same job if nothing works on it."""
    witness.look()
    now = jobs.status(store, job.id)
    if now.state not in (*ALIVE, "done"):
        left = now.total - now.done
        assert now.message == f"Interrupted: {now.done} of 10 tiles are kept; resume to compute the other {left}."
        assert jobs.submit(store, job, workers=2) == job.id


@pytest.mark.parametrize("seed", [11])
def test_no_death_loses_or_repeats_a_finished_tile(store, seed):
    survive(store, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_no_death_loses_or_repeats_a_finished_tile_in_twenty_jobs(store, seed):
    survive(store, seed)


@pytest.mark.slow
def test_workers_that_are_killed_again_and_again_are_replaced(store):
    job, _ = squares(store)
    job_id = jobs.submit(store, job, workers=2)
    process = wait_until(lambda: supervisor(store, job_id), "a supervisor holds the lease")
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        for worker in workers(process):
            kill(worker)
        time.sleep(0.3)
    ended = wait_for_end(store, job_id)
    if ended.state != "done":  # a tile may have seen more deaths than dask allows
        jobs.resume(store, job_id)
    assert wait_for_end(store, job_id).state == "done"
    assert_whole(store, job_id, job)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_a_frozen_supervisor_is_replaced_and_neither_it_nor_its_workers_go_on(store):
    store = jobs.Store(store.home, store.allow, lease=1.5)
    job, notes, gate = gated(store, tiles=4, obeys=False)
    job_id = jobs.submit(store, job, workers=2)
    wait_until(lambda: len(starts(notes)) == 2, "two tiles have started")
    frozen = supervisor(store, job_id)
    orphans = workers(frozen)
    frozen.suspend()
    try:
        wait_until(lambda: jobs.status(store, job_id).state == "interrupted", "its silence is noticed")
        jobs.resume(store, job_id)
        wait_until(lambda: all(gone(orphan) for orphan in orphans), "its workers end")
    finally:
        frozen.resume()
    gate.touch()
    wait_until(lambda: gone(frozen), "it ends itself once it runs again")
    wait_until(lambda: jobs.status(store, job_id).done == 4, "the job is done")
    assert_whole(store, job_id, job)
    assert {line.epoch for line in jobs.ledger(store, job_id)} == {2}
