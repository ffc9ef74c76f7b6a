"""One supervisor at a time: who holds a lease, and when it falls to the next."""

import subprocess
import sys
import threading

import psutil
import pytest

import jobs
from jobs import control, lease


@pytest.fixture
def job_id(store):
    job = jobs.Job("squares", "tests.jobs.tilework:square", [{"n": 0}])
    with store.transaction() as db:
        control._enter(db, job)
        db.execute("UPDATE jobs SET wanted = 'run', request = 1")
    return job.id


def alter(store, **columns):
    with store.transaction() as db:
        for name, value in columns.items():
            db.execute(f"UPDATE leases SET {name} = ?", (value,))


def dead_pid():
    """The id of a process that has just ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_of_many_at_once_one_gets_the_lease(store, job_id):
    start, found = threading.Barrier(8), []

    def try_it():
        start.wait()
        found.append(lease.acquire(store, job_id))

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in found) == 1
    assert len(found) == 8


def test_a_lease_falls_at_once_with_its_process(store, job_id):
    lease.acquire(store, job_id)
    alter(store, pid=dead_pid())
    assert lease.acquire(store, job_id).epoch == 2


def test_a_process_that_ended_but_is_not_buried_holds_nothing(store, job_id):
    lease.acquire(store, job_id)
    child = subprocess.Popen([sys.executable, "-c", ""])
    try:
        psutil.wait_procs([], timeout=0)
        while child_runs(child.pid):
            pass
        alter(store, pid=child.pid)
        assert lease.acquire(store, job_id).epoch == 2
    finally:
        child.wait()


def child_runs(pid):
    """Looks without burying."""
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def test_a_silent_holder_loses_the_lease_and_hears_of_it(store, job_id):
    first = lease.acquire(store, job_id)
    assert lease.heartbeat(store, first)
    alter(store, beat=0.0)
    second = lease.acquire(store, job_id)
    assert second.epoch == 2
    assert not lease.heartbeat(store, first)
    assert lease.heartbeat(store, second)


def test_on_another_machine_only_silence_counts(store, job_id):
    lease.acquire(store, job_id)
    alter(store, host="elsewhere", pid=dead_pid())
    assert lease.acquire(store, job_id) is None
    alter(store, beat=0.0)
    assert lease.acquire(store, job_id).epoch == 2


def test_the_epoch_grows_over_release_and_renewal(store, job_id):
    first = lease.acquire(store, job_id)
    assert lease.release(store, first)
    second = lease.acquire(store, job_id)
    assert (first.epoch, second.epoch, lease.renew(store, second).epoch) == (1, 2, 3)


def test_a_lease_is_not_released_while_somebody_asks_for_the_job(store, job_id):
    held = lease.acquire(store, job_id)
    control._run(store, job_id)
    assert not lease.release(store, held)
    held = lease.renew(store, held)
    assert lease.release(store, held, "tired")
    assert store.job(job_id)["message"] == "tired"


def test_there_is_no_lease_of_a_job_that_is_not_there(store):
    assert lease.acquire(store, "0" * 32) is None
