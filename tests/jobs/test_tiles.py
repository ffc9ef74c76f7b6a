"""The life of a tile in the store, without any worker: claims, landing, adoption, disowning, the ledger."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jobs
from jobs import arrays, control, lease, tiles

ROOT = Path(__file__).parents[2]


@pytest.fixture
def job_id(store):
    """A job of three tiles that is entered but run by nobody; this process holds its lease under epoch 1."""
    job = jobs.Job("squares", "tests.jobs.tilework:square", [{"n": n} for n in range(3)])
    with store.transaction() as db:
        control._enter(db, job)
        db.execute("UPDATE jobs SET wanted = 'run'")
    assert lease.acquire(store, job.id).epoch == 1
    return job.id


def payload(claim, value=1.0):
    return arrays.encode({"a": np.full(3, value)}, claim.facts())


def values(store, job_id):
    return {tile: found["a"][0] for tile, found in jobs.results(store, job_id)}


def take_over(store, job_id):
    """Another supervisor comes after this one fell silent; returns its epoch."""
    with store.transaction() as db:
        db.execute("UPDATE leases SET beat = 0 WHERE job = ?", (job_id,))
    return lease.acquire(store, job_id).epoch


def test_a_landed_tile_is_kept_and_cannot_be_claimed_again(store, job_id):
    claim = tiles.claim(store, job_id, 1, epoch=1)
    assert tiles.commit(store, payload(claim))
    assert values(store, job_id) == {1: 1.0}
    assert tiles.claim(store, job_id, 1, epoch=1) is None
    assert [tile for tile, _ in tiles.pending(store, job_id)] == [0, 2]


def test_of_two_attempts_at_a_tile_only_the_newer_one_lands(store, job_id):
    old, new = (tiles.claim(store, job_id, 0, epoch=1) for _ in range(2))
    assert not tiles.commit(store, payload(old, 1.0))
    assert tiles.commit(store, payload(new, 2.0))
    assert not tiles.commit(store, payload(new, 3.0))
    assert values(store, job_id) == {0: 2.0}
    assert [(line.tile, line.attempt) for line in jobs.ledger(store, job_id)] == [(0, 2)]


def test_an_old_epoch_claims_nothing_and_what_it_had_claimed_lands_until_somebody_else_claims_it(store, job_id):
    first, second = (tiles.claim(store, job_id, tile, epoch=1) for tile in (0, 1))
    epoch = take_over(store, job_id)
    assert tiles.claim(store, job_id, 2, epoch=1) is None
    assert tiles.commit(store, payload(first))
    assert tiles.claim(store, job_id, 0, epoch) is None
    newer = tiles.claim(store, job_id, 1, epoch)
    assert not tiles.commit(store, payload(second))
    assert tiles.commit(store, payload(newer))
    assert sorted(line.tile for line in jobs.ledger(store, job_id)) == [0, 1]


def test_a_tile_whose_attempts_died_too_often_in_one_run_is_blamed_and_has_another_chance_in_the_next(store, job_id):
    for _ in range(tiles.MAX_DEATHS):
        tiles.check_deaths(store, job_id, 0, epoch=1)
        tiles.claim(store, job_id, 0, epoch=1)
    with pytest.raises(jobs.JobError, match=f"ended {tiles.MAX_DEATHS} times while computing it"):
        tiles.check_deaths(store, job_id, 0, epoch=1)
    tiles.check_deaths(store, job_id, 1, epoch=1)
    tiles.check_deaths(store, job_id, 0, take_over(store, job_id))


def test_a_whole_file_without_its_row_is_adopted_under_the_name_of_who_made_it(store, job_id):
    made = tiles.claim(store, job_id, 2, epoch=1)
    path = store.tile_path(job_id, 2)
    path.parent.mkdir(parents=True)
    path.write_bytes(payload(made, 7.0))
    assert tiles.claim(store, job_id, 2, epoch=1) is None
    assert values(store, job_id) == {2: 7.0}
    (line,) = jobs.ledger(store, job_id)
    assert (line.tile, line.attempt, line.pid, line.adopted) == (2, made.attempt, made.pid, True)


DIE_IN_BETWEEN = """
import os, sys
from pathlib import Path
import numpy as np
from jobs import Store, arrays, tiles
store = Store(Path(sys.argv[1]))
claim = tiles.claim(store, sys.argv[2], 0, 1)
replace = Path.replace
def replace_and_die(self, target):
    if sys.argv[3] == "after":
        replace(self, target)
    os._exit(9)
Path.replace = replace_and_die
tiles.commit(store, arrays.encode({"a": np.full(3, 5.0)}, claim.facts()))
"""


@pytest.mark.parametrize(("moment", "kept"), [("before", {}), ("after", {0: 5.0})])
def test_a_death_around_the_renaming_keeps_the_tile_exactly_if_its_file_is_in_place(store, job_id, moment, kept):
    command = [sys.executable, "-c", DIE_IN_BETWEEN, str(store.home), job_id, moment]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert values(store, job_id) == {}
    tiles.recover(store, job_id)
    assert values(store, job_id) == kept
    assert [(line.tile, line.adopted) for line in jobs.ledger(store, job_id)] == [(tile, True) for tile in kept]
    assert not list(store.folder(job_id).glob(".*"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def swap(path):
    path.write_bytes(path.with_name("00001.safetensors").read_bytes())


@pytest.mark.parametrize("damage", [cut, flip, swap, Path.unlink])
@pytest.mark.parametrize("finder", ["results", "recover"])
def test_a_damaged_tile_is_left_out_and_computed_again(store, job_id, damage, finder):
    for tile in (0, 1):
        tiles.commit(store, payload(tiles.claim(store, job_id, tile, epoch=1)))
    damage(store.tile_path(job_id, 0))
    if finder == "recover":
        tiles.recover(store, job_id)
    assert values(store, job_id) == {1: 1.0}
    assert [tile for tile, _ in tiles.pending(store, job_id)] == [0, 2]
    assert tiles.commit(store, payload(tiles.claim(store, job_id, 0, epoch=1), 2.0))
    assert values(store, job_id) == {0: 2.0, 1: 1.0}


def test_a_file_of_another_tile_is_not_adopted(store, job_id):
    tiles.commit(store, payload(tiles.claim(store, job_id, 1, epoch=1)))
    swap(store.tile_path(job_id, 0))
    assert tiles.claim(store, job_id, 0, epoch=1).attempt == 1


def test_damaged_payloads_do_not_land(store, job_id):
    claim = tiles.claim(store, job_id, 0, epoch=1)
    with pytest.raises(arrays.Damaged):
        tiles.commit(store, payload(claim)[:-1])
    with pytest.raises(arrays.Damaged, match="incomplete"):
        tiles.commit(store, arrays.encode({}, {"job": job_id}))
    assert values(store, job_id) == {}


def test_the_ledger_takes_no_corrections(store, job_id):
    tiles.commit(store, payload(tiles.claim(store, job_id, 0, epoch=1)))
    with pytest.raises(jobs.JobError, match="append-only"), store.transaction() as db:
        db.execute("UPDATE computations SET pid = 0")


def test_nothing_of_a_deleted_job_lands(store, job_id):
    claim = tiles.claim(store, job_id, 0, epoch=1)
    with store.transaction() as db:
        db.execute("DELETE FROM jobs")
    assert not tiles.commit(store, payload(claim))
    assert not list(store.folder(job_id).iterdir())


def test_results_skip_what_the_caller_has(store, job_id):
    for tile in (0, 2):
        tiles.commit(store, payload(tiles.claim(store, job_id, tile, epoch=1)))
    assert [tile for tile, _ in jobs.results(store, job_id, skip={0, 1})] == [2]
