"""A tile's checkpoint: replaced as a whole or not at all, gone when it is finished, and a sign that a tile moves on."""

import errno
import os

import pytest

from jobs import JobError, checkpoints, control, lease, tiles
from tests.jobs.live import squares


def test_a_checkpoint_is_replaced_as_a_whole(store):
    assert checkpoints.read(store, "a", 0) is None and checkpoints.written_at(store, "a", 0) == 0
    for payload in (b"first", b"second"):
        checkpoints.write(store, "a", 0, payload)
        assert checkpoints.read(store, "a", 0) == payload
    checkpoints.drop(store, "a", 0)
    checkpoints.drop(store, "a", 0)
    assert checkpoints.read(store, "a", 0) is None


@pytest.mark.parametrize(
    ("number", "says"), [(errno.ENOSPC, "the disk is full"), (errno.EIO, "nothing can be written")]
)
def test_a_disk_that_takes_no_more_leaves_the_last_one_and_says_so(store, monkeypatch, number, says):
    checkpoints.write(store, "a", 0, b"first")

    def full(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(checkpoints.os, "fsync", full)
    with pytest.raises(JobError, match=f"paused because {says}.*goes on from the last checkpoint"):
        checkpoints.write(store, "a", 0, b"second")
    assert checkpoints.read(store, "a", 0) == b"first"
    assert [path.name for path in store.folder("a").iterdir()] == ["00000.checkpoint"]


def test_deaths_count_only_since_the_tile_has_moved_on(store):
    job, _ = squares(store)
    with store.transaction() as db:
        control._enter(db, job)
    held = lease.acquire(store, job.id)
    for _ in range(tiles.MAX_DEATHS):
        assert tiles.claim(store, job.id, 0, held.epoch)
    with pytest.raises(JobError, match="ended 3 times"):
        tiles.check_deaths(store, job.id, 0, held.epoch)
    checkpoints.write(store, job.id, 0, b"further")
    tiles.check_deaths(store, job.id, 0, held.epoch)
