"""Jobs as they really run: a supervisor and its workers in processes of their own."""

import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import jobs
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
NOBODY = "0" * 32


def listening(process):
    """The addresses on which a process and its children can be reached."""
    found = [one.net_connections(kind="inet") for one in [process, *process.children(recursive=True)]]
    return {connection.laddr.ip for each in found for connection in each if connection.status == psutil.CONN_LISTEN}


def test_a_job_runs_apart_and_equals_direct_computation_and_a_damaged_tile_is_made_good(store):
    job, _ = squares(store, tiles=6, parts=10)
    job_id = jobs.submit(store, job, workers=2)
    process = wait_until(lambda: supervisor(store, job_id), "a supervisor holds the lease")
    now = wait_until(lambda: underway(store, job_id), "a tile under way has told its progress")
    assert now.alive
    assert now.done / 6 <= now.progress <= 1
    assert now.message.startswith(f"Running: {now.done} of 6 tiles are done")
    assert listening(process) == {"127.0.0.1"}
    assert wait_for_end(store, job_id).message == "Done: all 6 tiles are kept."
    assert_whole(store, job_id, job)
    assert len({line.pid for line in jobs.ledger(store, job_id)} - {process.pid}) == 2
    wait_until(lambda: gone(process), "the supervisor ends")

    store.tile_path(job_id, 3).write_bytes(b"half a")
    kept = done_tiles(store, job_id)
    assert [tile for tile, _ in jobs.results(store, job_id)] == [0, 1, 2, 4, 5]
    assert jobs.status(store, job_id).message == "Interrupted: 5 of 6 tiles are kept; resume to compute the other 1."
    jobs.resume(store, job_id)
    assert wait_for_end(store, job_id).state == "done"
    assert [line.tile for line in jobs.ledger(store, job_id)].count(3) == 2
    assert len(jobs.ledger(store, job_id)) == 7
    again = done_tiles(store, job_id)
    assert {tile for tile in again if again[tile] != kept[tile]} == {3}


def underway(store, job_id):
    """The status, once it knows how fast it goes and a tile has told a part of its progress."""
    now = jobs.status(store, job_id)
    assert now.alive
    return now if now.eta is not None and now.progress > now.done / now.total else None


def test_a_stopped_job_keeps_its_tiles_and_resumes_with_the_others_only(store):
    job, notes = squares(store, tiles=8, parts=6)
    job_id = jobs.submit(store, job, workers=2)
    wait_until(lambda: jobs.status(store, job_id).done >= 2, "two tiles are done")
    with pytest.raises(jobs.JobError, match="stop it before it is deleted"):
        jobs.delete(store, job_id)
    jobs.stop(store, job_id)
    stopped = wait_for_end(store, job_id)
    assert 2 <= stopped.done < 8
    assert (
        stopped.message
        == f"Stopped: {stopped.done} of 8 tiles are kept; resume to compute the other {8 - stopped.done}."
    )
    kept, started = done_tiles(store, job_id), starts(notes)
    jobs.resume(store, job_id)
    assert wait_for_end(store, job_id).state == "done"
    assert_whole(store, job_id, job)
    assert {tile: digest for tile, digest in done_tiles(store, job_id).items() if tile in kept} == kept
    assert {tile: starts(notes)[tile] for tile in kept} == {tile: started[tile] for tile in kept}


def test_a_stop_and_a_resume_in_one_breath_end_in_a_finished_job(store):
    job, _ = squares(store, tiles=4)
    job_id = jobs.submit(store, job, workers=1)
    wait_until(lambda: jobs.status(store, job_id).done, "a tile is done")
    jobs.stop(store, job_id)
    wait_until(lambda: jobs.status(store, job_id).state in ("stopping", "stopped"), "it stops")
    jobs.resume(store, job_id)
    assert wait_for_end(store, job_id).state == "done"
    assert_whole(store, job_id, job)


CLIENT = """
import sys
from pathlib import Path
import jobs
from tests.jobs import live
store = jobs.Store(Path(sys.argv[1]), allow=live.ALLOW)
job, _ = live.squares(store, tiles=6)
sys.stdin.readline()
for _ in range(3):
    print(jobs.submit(store, job, workers=2))
live.wait_for_end(store, job.id)
"""


def test_a_job_submitted_by_two_clients_at_once_is_one_job_and_no_tile_starts_twice(store):
    job, notes = squares(store, tiles=6)
    command = [sys.executable, "-c", CLIENT, str(store.home)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": ROOT, "text": True}
    clients = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for client in clients:  # both are ready long before the line comes
        client.stdin.write("go\n")
        client.stdin.flush()
    said = [client.communicate(timeout=60)[0].split() for client in clients]
    assert said == [[job.id] * 3] * 2
    assert [now.id for now in jobs.overview(store)] == [job.id]
    assert_whole(store, job.id, job)
    assert starts(notes) == dict.fromkeys(range(6), 1)


def test_errors_stay_with_their_tiles_and_a_resume_tries_those_again(store):
    cure = store.home / "cure"
    specs = [{"n": n} for n in range(4)]
    job = jobs.Job("picky", "tests.jobs.tilework:picky", specs, {"cure": str(cure)})
    job_id = jobs.submit(store, job, workers=2)
    failed = wait_for_end(store, job_id)
    assert (failed.state, failed.done, failed.failed) == ("failed", 3, 1)
    assert list(jobs.failures(store, job_id)) == [2]
    assert jobs.failures(store, job_id)[2].startswith("ValueError: 2 is not to my taste (tilework.py, line ")
    assert failed.message.startswith("Failed: 1 of 4 tiles; resume to try them again. The first said: ValueError: 2 is")
    cure.touch()
    jobs.resume(store, job_id)
    assert wait_for_end(store, job_id).state == "done"
    assert jobs.failures(store, job_id) == {}
    assert_whole(store, job_id, job)
    jobs.delete(store, job_id)
    assert jobs.overview(store) == []
    assert not store.folder(job_id).exists()


def test_what_no_tile_may_return_is_said_of_the_tile(store):
    job_id = jobs.submit(store, jobs.Job("wordy", "tests.jobs.tilework:wordy", [{"n": 0}, {"n": 1}]), workers=1)
    assert wait_for_end(store, job_id).state == "failed"
    assert jobs.failures(store, job_id) == {
        0: "the function returned list, not a mapping of names to arrays",
        1: "array 'text' is of type <U1, which a tile's file cannot hold",
    }


@pytest.mark.slow
def test_a_tile_that_takes_its_worker_down_every_time_fails_and_the_others_do_not(store):
    job_id = jobs.submit(
        store, jobs.Job("deadly", "tests.jobs.tilework:deadly", [{"n": n} for n in range(4)]), workers=2
    )
    assert wait_for_end(store, job_id).state == "failed"
    assert list(jobs.failures(store, job_id)) == [1]
    assert "its worker process ended 3 times while computing it" in jobs.failures(store, job_id)[1]
    assert [tile for tile, _ in jobs.results(store, job_id)] == [0, 2, 3]


@pytest.mark.slow
def test_a_tile_that_is_deaf_to_a_stop_is_ended_with_its_worker(store):
    job, notes, _ = gated(store, tiles=3, obeys=False)
    job_id = jobs.submit(store, job, workers=1)
    wait_until(lambda: starts(notes), "a tile has started")
    (worker,) = workers(supervisor(store, job_id))
    jobs.stop(store, job_id)
    assert wait_for_end(store, job_id).state == "stopped"
    wait_until(lambda: gone(worker), "the worker is gone")
    assert starts(notes) == {0: 1}


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"scheduler": "nonsense"}, "scheduler = 'nonsense' is no address of the form tcp://host:port"),
        ({"scheduler": "http://127.0.0.1:80"}, "is no address of the form tcp://host:port"),
        ({"scheduler": "tcp://127.0.0.1:99999"}, "is no address of the form tcp://host:port"),
        ({"scheduler": f"tcp://127.0.0.1:{unused_port()}"}, "no scheduler answers at tcp://127.0.0.1:"),
        ({"workers": 0}, r"workers = 0 is outside \[1, 256\]"),
        ({"workers": 257}, r"workers = 257 is outside \[1, 256\]"),
    ],
)
def test_where_it_cannot_run_a_job_is_not_entered(store, options, sentence):
    with pytest.raises(jobs.JobError, match=sentence):
        jobs.submit(store, squares(store)[0], **options)
    assert jobs.overview(store) == []


def test_a_function_that_is_not_registered_is_not_entered(store):
    with pytest.raises(jobs.JobError, match="none of the registered functions"):
        jobs.submit(store, jobs.Job("bad", "os:system", ["true"]))
    assert jobs.overview(store) == []


@pytest.mark.parametrize("ask", [jobs.status, jobs.resume, jobs.stop, jobs.delete, jobs.failures, jobs.ledger])
@pytest.mark.parametrize("job_id", [NOBODY, "../../etc", "'; DROP TABLE jobs; --"])
def test_an_unknown_job_is_named(store, ask, job_id):
    with pytest.raises(jobs.JobError, match="there is no job"):
        ask(store, job_id)
    with pytest.raises(jobs.JobError, match="there is no job"):
        list(jobs.results(store, job_id))
