"""A store that was damaged: every case is one sentence, nothing is lost without a copy, and the work is done again."""

import contextlib
import json
import os
import sqlite3
import struct
import threading
import time

import numpy as np
import pytest

import jobs
from jobs import arrays, control, lease, schema, tiles
from tests.jobs.live import wait_for_end


def entered(store, count=3):
    """A job of squares that nobody runs; this process holds its lease under epoch 1."""
    job = jobs.Job("squares", "tests.jobs.tilework:square", [{"n": n} for n in range(count)])
    with store.transaction() as db:
        control._enter(db, job)
        db.execute("UPDATE jobs SET wanted = 'run'")
    lease.acquire(store, job.id)
    return job


def finish(store, job_id, tile, value=1.0):
    claim = tiles.claim(store, job_id, tile, epoch=1)
    assert tiles.commit(store, arrays.encode({"a": np.full(3, value)}, claim.facts()))


# ── a tile's file


def file_of(header, body=b"", claims=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if claims is None else claims) + text + body


SEAL = {"__metadata__": {"facts": json.dumps({"digest": "x"})}}
DEEP = b"[" * 200_000

FILES = {
    "empty": b"",
    "garbage": np.random.default_rng(0).bytes(5000),
    "a header of 2^62 bytes": file_of(SEAL, claims=2**62),
    "a header of 2^64 - 1 bytes": file_of(SEAL, claims=2**64 - 1),
    "a header of 90 MB that is not there": file_of(SEAL, claims=90_000_000),
    "a header of 90 MB that is": file_of(b"{" + b" " * 90_000_000 + b"}"),
    "an array of 2^62 numbers": file_of(
        SEAL | {"a": {"dtype": "F64", "shape": [2**62], "data_offsets": [0, 8]}}, b"8" * 8
    ),
    "an array of 0 times 2^124": file_of(
        SEAL | {"a": {"dtype": "F64", "shape": [0, 2**62, 2**62], "data_offsets": [0, 0]}}
    ),
    "a nested header": file_of(DEEP),
    "nested facts": file_of({"__metadata__": {"facts": DEEP.decode()}}),
    "facts that are a list": file_of({"__metadata__": {"facts": "[]"}}),
    "no arrays": file_of(SEAL),
    "a type that numpy lacks": file_of(SEAL | {"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}, b"88"),
    "another program's": file_of({"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}, b"8" * 8),
}
LARGEST = 1_000_000  # bytes of a file that is compared whole


def assert_computed_again(store, job, kept, payload):
    """Tile 0 is not done, its file lies aside as it was, the other is there, and the job can be finished."""
    assert {tile: found["a"][0] for tile, found in jobs.results(store, job.id)} == kept
    assert [tile for tile, _ in tiles.pending(store, job.id)] == [0, 2]
    (aside,) = store.folder(job.id).glob("00000.damaged-*")
    assert aside.read_bytes()[:LARGEST] == payload[:LARGEST]
    finish(store, job.id, 0, 2.0)
    assert {tile: found["a"][0] for tile, found in jobs.results(store, job.id)} == {0: 2.0} | kept


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("finder", ["results", "recover", "claim"])
def test_a_damaged_file_is_set_aside_and_its_tile_computed_again(store, name, finder):
    job, payload = entered(store), FILES[name]
    finish(store, job.id, 0)
    finish(store, job.id, 1)
    store.tile_path(job.id, 0).write_bytes(payload)
    if finder == "recover":
        tiles.recover(store, job.id)
    if finder == "claim":  # the row was lost with a power cut, the file is damaged
        with store.transaction() as db:
            db.execute("UPDATE tiles SET state = 'pending' WHERE tile = 0")
        assert tiles.claim(store, job.id, 0, epoch=1).attempt == 2
    assert_computed_again(store, job, {1: 1.0}, payload)


def test_two_damaged_files_of_a_tile_are_both_kept(store):
    job = entered(store)
    for content in (b"first", b"second"):
        finish(store, job.id, 0)
        store.tile_path(job.id, 0).write_bytes(content)
        assert dict(jobs.results(store, job.id)) == {}
    assert sorted(path.read_bytes() for path in store.folder(job.id).glob("00000.damaged-*")) == [b"first", b"second"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_what_is_no_file_is_not_waited_for(store):
    job = entered(store)
    finish(store, job.id, 0)
    path = store.tile_path(job.id, 0)
    path.unlink()
    os.mkfifo(path)
    assert dict(jobs.results(store, job.id)) == {}
    path.mkdir()
    assert dict(jobs.results(store, job.id)) == {}
    finish(store, job.id, 1)
    assert list(dict(jobs.results(store, job.id))) == [1]


def test_a_tile_whose_content_the_caller_cannot_use_is_computed_again(store):
    job = entered(store)
    finish(store, job.id, 0)
    jobs.invalidate(store, job.id, 0, "it is no square")
    assert [tile for tile, _ in tiles.pending(store, job.id)] == [0, 1, 2]
    assert [path.name for path in store.folder(job.id).iterdir()] == ["00000.damaged-1"]


# ── the database


def ask_all(store, job_id):
    """Everything that a page asks; the sentences of what failed."""
    questions = [
        lambda: jobs.status(store, job_id),
        lambda: jobs.overview(store),
        lambda: list(jobs.results(store, job_id)),
        lambda: jobs.failures(store, job_id),
        lambda: jobs.ledger(store, job_id),
        lambda: jobs.stop(store, job_id),
    ]
    return [sentence for question in questions if (sentence := refusal(question))]


def refusal(question):
    try:
        question()
    except jobs.JobError as error:
        return str(error)
    return ""


def assert_sentences(found):
    for sentence in found:
        assert 10 < len(sentence) < 500 and "\n" not in sentence


@pytest.mark.parametrize("table", sorted(schema.TABLES))
def test_a_missing_table_is_told_once_and_put_back_and_finished_tiles_are_found_again(store, table):
    job = entered(store)
    finish(store, job.id, 1, 4.0)
    with contextlib.closing(sqlite3.connect(store.path)) as db:
        db.execute(f"DROP TABLE {table}")
    assert_sentences(ask_all(store, job.id))
    with pytest.raises(jobs.JobError, match=f"lacked {table}: a copy is kept as jobs.damaged-1"):
        jobs.Store(store.home, store.allow)
    assert (store.home / "jobs.damaged-1").exists()
    again = jobs.Store(store.home, store.allow)
    assert_sentences(ask_all(again, job.id))
    with again.transaction() as db:  # what a new start does, but for the processes
        control._enter(db, job)
        db.execute("DELETE FROM leases")
    lease.acquire(again, job.id)
    tiles.recover(again, job.id)
    finish(again, job.id, 0)
    assert {tile: found["a"][0] for tile, found in jobs.results(again, job.id)} == {0: 1.0, 1: 4.0}


def test_a_job_that_has_lost_its_list_of_tiles_is_finished_by_a_new_start(store):
    job = entered(store)
    finish(store, job.id, 1, 4.0)
    with store.transaction() as db:
        db.execute("DELETE FROM tiles")
        db.execute("DELETE FROM leases")
        db.execute("UPDATE jobs SET total = 0")
    jobs.submit(store, job, workers=1)
    assert wait_for_end(store, job.id).state == "done"
    found = dict(jobs.results(store, job.id))
    assert found[1]["a"][0] == 4.0 and list(found[2]["square"]) == [0, 4, 8, 12]


ROWS = {
    "total": ["NULL", "0", "-1", "'x'", "10000000000"],
    "name": ["NULL", "x'ff00'"],
    "settings": ["NULL", "'{'", f"'{'[' * 100_000}'", "3"],
    "function": ["NULL", "3"],
    "request": ["NULL", "'x'"],
}
CASES = [(f"UPDATE jobs SET {name} = {value}", name) for name, values in ROWS.items() for value in values]
CASES += [
    ("UPDATE leases SET beat = 'x'", "beat"),
    ("UPDATE tiles SET state = 'odd', progress = NULL", "tile"),
    ("UPDATE tiles SET progress = 'x'", "progress"),
    ("UPDATE tiles SET tile = tile + 100", "tiles that the job does not have"),
    ("UPDATE tiles SET spec = '{'", "spec"),
    ("DELETE FROM tiles", "tiles"),
    ("DELETE FROM identity", "identity"),
]


@pytest.mark.parametrize("sql", [sql for sql, _ in CASES], ids=[f"{what} {n}" for n, (_, what) in enumerate(CASES)])
def test_a_damaged_row_is_one_sentence_and_hides_no_other_job(store, sql):
    job = entered(store)
    with store.transaction() as db:
        db.execute(sql)
    other = jobs.Job("other", "tests.jobs.tilework:square", [{"n": 5}])
    with store.transaction() as db:
        control._enter(db, other)
    assert_sentences(ask_all(store, job.id))
    assert {now.id for now in jobs.overview(store)} == {job.id, other.id}
    with store.transaction() as db:
        db.execute("DELETE FROM leases")
    jobs.delete(store, job.id)
    assert [now.id for now in jobs.overview(store)] == [other.id]


def test_a_damaged_spec_fails_its_tile_alone(store):
    job = jobs.Job("squares", "tests.jobs.tilework:square", [{"n": n} for n in range(2)])
    with store.transaction() as db:
        control._enter(db, job)
        db.execute("UPDATE tiles SET spec = ? WHERE tile = 1", ("[" * 100_000,))
    jobs.resume(store, job.id)
    assert wait_for_end(store, job.id).state == "failed"
    assert list(jobs.failures(store, job.id)) == [1]
    assert jobs.failures(store, job.id)[1].startswith("the spec of tile 1 is not JSON")


@contextlib.contextmanager
def locked(store, kind="IMMEDIATE"):
    """Another process's write lock, played by another connection."""
    db = sqlite3.connect(store.path, isolation_level=None)
    db.execute(f"BEGIN {kind}")
    try:
        yield
    finally:
        db.execute("ROLLBACK")
        db.close()


@pytest.mark.parametrize("kind", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_lock_that_another_process_keeps_is_one_sentence_after_the_time_one_is_ready_to_wait(store, kind):
    job = entered(store)
    finish(store, job.id, 0)
    hasty = jobs.Store(store.home, store.allow, busy=0.2)
    with locked(store, kind):
        start = time.monotonic()
        with pytest.raises(jobs.StoreBusy, match=r"another process has kept it locked for 0\.2 seconds; try again"):
            jobs.stop(hasty, job.id)
        assert time.monotonic() - start < 10
        assert jobs.status(hasty, job.id).done == 1
        assert list(dict(jobs.results(hasty, job.id))) == [0]
    jobs.stop(hasty, job.id)


def test_what_was_computed_outlasts_a_lock(store):
    job = entered(store)
    claim = tiles.claim(store, job.id, 0, epoch=1)
    with locked(store):
        landing = threading.Thread(target=tiles.commit, args=(store, arrays.encode({"a": np.ones(3)}, claim.facts())))
        landing.start()
        time.sleep(0.5)
    landing.join()
    assert list(dict(jobs.results(store, job.id))) == [0]


def test_a_database_that_is_none_says_what_to_do(tmp_path):
    (tmp_path / "jobs.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(jobs.JobError, match=r"cannot be used: file is not a database; rename jobs\.sqlite in it"):
        jobs.Store(tmp_path)
    (tmp_path / "jobs.sqlite").rename(tmp_path / "aside")
    assert jobs.overview(jobs.Store(tmp_path)) == []
