"""A second machine, played by a dask scheduler and two dask workers on loopback that never see the store's folder."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jobs
from tests.jobs.live import assert_whole, done_tiles, gated, gone, squares, starts, supervisor, wait_for_end, wait_until

ROOT = Path(__file__).parents[2]
QUIET = {"DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]", "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]"}


class Machine:
    """A scheduler and its workers, in a folder of their own."""

    def __init__(self, folder, port=0):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.workers = []
        options = ["--host", "127.0.0.1", "--port", str(port), "--dashboard-address", "127.0.0.1:0", "--no-show"]
        self.scheduler = self._start("scheduler", *options, "--scheduler-file", str(self.file))
        self.address = wait_until(self._written_address, "the scheduler has an address")

    def add_worker(self):
        options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60"]
        self.workers.append(self._start("worker", self.address, *options, "--local-directory", str(self.folder)))

    def _start(self, *words):
        with (self.folder / "log.txt").open("ab") as log:
            environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
            command = [sys.executable, "-m", "dask", *words]
            return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def _written_address(self):
        try:
            return json.loads(self.file.read_text(encoding="utf-8"))["address"]
        except (OSError, ValueError):
            return None

    def end(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait(10)


@pytest.fixture
def machine(tmp_path):
    folder = tmp_path / "second machine"
    folder.mkdir()
    made = Machine(folder)
    yield made
    made.end()


def test_results_of_a_second_machine_equal_local_ones(store, machine, tmp_path):
    job, notes = squares(store)
    job_id = jobs.submit(store, job, scheduler=machine.address)
    alone = "Running: 0 of 10 tiles are done; no worker is connected to the scheduler."
    wait_until(lambda: jobs.status(store, job_id).message == alone, "it says that there is no worker")
    assert jobs.status(store, job_id).waits_for == "no worker is connected to the scheduler"
    machine.add_worker()
    machine.add_worker()
    assert wait_for_end(store, job_id).state == "done"
    assert_whole(store, job_id, job)
    assert {line.pid for line in jobs.ledger(store, job_id)} == {worker.pid for worker in machine.workers}
    assert starts(notes) == dict.fromkeys(range(10), 1)

    local = jobs.Store(tmp_path / "local", store.allow)
    jobs.submit(local, job, workers=2)
    wait_for_end(local, job_id)
    ours, theirs = dict(jobs.results(local, job_id)), dict(jobs.results(store, job_id))
    for tile in range(10):
        np.testing.assert_array_equal(ours[tile]["square"], theirs[tile]["square"], strict=True)


@pytest.mark.slow
def test_on_a_second_machine_deaths_and_stops_keep_what_is_finished(store, machine):
    machine.add_worker()
    machine.add_worker()
    job, notes = squares(store, tiles=8, parts=8)
    job_id = jobs.submit(store, job, scheduler=machine.address)
    wait_until(lambda: jobs.status(store, job_id).done >= 2, "two tiles are done")
    process = supervisor(store, job_id)
    process.kill()
    wait_until(lambda: gone(process), "the supervisor is dead")
    kept, started = done_tiles(store, job_id), starts(notes)
    assert jobs.status(store, job_id).state == "interrupted"

    jobs.resume(store, job_id)
    wait_until(lambda: jobs.status(store, job_id).done >= len(kept) + 2, "two more are done")
    machine.workers[0].kill()
    jobs.stop(store, job_id)
    assert wait_for_end(store, job_id).state == "stopped"
    jobs.resume(store, job_id)
    assert wait_for_end(store, job_id).state == "done"
    assert_whole(store, job_id, job)
    assert {tile: done_tiles(store, job_id)[tile] for tile in kept} == kept
    assert {tile: starts(notes)[tile] for tile in kept} == {tile: started[tile] for tile in kept}


def test_a_second_machine_drops_what_it_computes_for_a_supervisor_that_died(store, machine):
    machine.add_worker()
    job, notes, gate = gated(store, tiles=1, obeys=True)
    job_id = jobs.submit(store, job, scheduler=machine.address)
    wait_until(lambda: starts(notes) == {0: 1}, "the tile has started")
    supervisor(store, job_id).kill()
    wait_until(lambda: jobs.status(store, job_id).state == "interrupted", "its death is seen")
    jobs.resume(store, job_id)
    wait_until(lambda: starts(notes) == {0: 2}, "the only worker has left the old tile for the new one")
    gate.touch()
    assert wait_for_end(store, job_id).state == "done"
    assert_whole(store, job_id, job)


def test_a_lost_scheduler_is_named_and_what_is_finished_is_kept(store, machine):
    machine.add_worker()
    job, _ = squares(store, tiles=20, parts=2)
    job_id = jobs.submit(store, job, scheduler=machine.address)
    wait_until(lambda: jobs.status(store, job_id).done >= 1, "a tile is done")
    machine.end()
    why = f"because the scheduler at {machine.address} no longer answers"
    wait_until(lambda: why in jobs.status(store, job_id).message, "the reason is told")
    ended = wait_for_end(store, job_id)
    assert ended.message.startswith(f"Interrupted {why}: {ended.done} of 20 tiles are kept; resume")
    with pytest.raises(jobs.JobError, match=f"no scheduler answers at {machine.address}"):
        jobs.resume(store, job_id)
    jobs.submit(store, job)
    assert wait_for_end(store, job_id).state == "done"
    assert_whole(store, job_id, job)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
@pytest.mark.parametrize("stops", [False, True])
def test_a_scheduler_that_falls_silent_is_given_up_and_its_job_can_be_stopped(store, machine, stops):
    machine.add_worker()
    job, notes, _ = gated(store, tiles=2, obeys=True)
    job_id = jobs.submit(store, job, scheduler=machine.address)
    wait_until(lambda: starts(notes), "a tile has started")
    machine.scheduler.send_signal(signal.SIGSTOP)
    if stops:
        jobs.stop(store, job_id)
        assert wait_for_end(store, job_id).state == "stopped"
        return
    alone = "Running: 0 of 2 tiles are done; the scheduler does not answer."
    wait_until(lambda: jobs.status(store, job_id).message == alone, "its silence is told")
    assert f"because the scheduler at {machine.address} no longer answers" in wait_for_end(store, job_id).message
    with pytest.raises(jobs.JobError, match=r"no scheduler answers at .* within 3 seconds"):
        jobs.resume(store, job_id)
