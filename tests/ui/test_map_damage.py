"""A damaged store on the page: one sentence, the map still drawn, and the work done again by one press."""

import contextlib
import os
import sqlite3

import numpy as np
import pytest

import jobs
from cells.analysis.maps import phase_map
from cells.analysis.maps.tiles import row
from jobs import arrays, control, lease, tiles
from tests.jobs.live import end_all_of, wait_for_end
from tests.ui.test_map_jobs import CHART, QUICK, opened_page, plan_from, press, words
from ui.cost import map_plan
from ui.maps import map_jobs


class Alone:
    """What a worker gives to a row's function."""

    def __init__(self, settings):
        self.settings = settings

    def report(self, share):
        return None

    def stop_requested(self):
        return False


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """A store of the page with one finished map, computed here; and the job."""
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(map_jobs.SCHEDULER, raising=False)
    monkeypatch.setattr(map_plan, "LIVE", 100)
    monkeypatch.setattr(map_jobs, "BUSY", 0.2)
    map_jobs._rows.clear()
    store, job = map_jobs.store(), map_jobs.job_of(plan_from(QUICK))
    with store.transaction() as db:
        control._enter(db, job)
        db.execute("UPDATE jobs SET wanted = 'run'")
    held = lease.acquire(store, job.id)
    for tile, spec in enumerate(job.tiles):
        claim = tiles.claim(store, job.id, tile, held.epoch)
        tiles.commit(store, arrays.encode(row(spec, Alone(job.settings)), claim.facts()))
    lease.release(store, held)
    yield store, job.id
    end_all_of(store)


def other_content(made):
    """A whole file, rightly signed, whose arrays are no row of the map."""

    def damage(store, job_id, tile):
        _, claim = tiles.read(store, job_id, tile)
        store.tile_path(job_id, tile).write_bytes(arrays.encode(made, claim.facts()))

    return damage


DAMAGES = [
    lambda store, job_id, tile: store.tile_path(job_id, tile).write_bytes(b"\xff" * 500),
    other_content({}),
    other_content({"values": np.ones(3), "possible": np.ones(3, bool)}),
    other_content({"values": np.ones(41, int), "possible": np.ones(41, bool)}),
    lambda store, job_id, tile: store.tile_path(job_id, tile).unlink(),
]


def spoil(store, sql):
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute(sql)


def assert_mended(store, job_id):
    assert wait_for_end(store, job_id).state == "done"
    found = map_jobs.found(plan_from(QUICK), jobs.status(store, job_id))
    np.testing.assert_allclose(found.values, phase_map(plan_from(QUICK)).values, rtol=1e-12)


def test_every_damage_is_survived_by_the_page_and_mended_by_one_press(finished):
    store, job_id = finished
    for tile, damage in enumerate(DAMAGES):
        damage(store, job_id, tile)
    session = opened_page(**QUICK)
    session.run()
    assert CHART in session.charts and session.faults == []
    assert "Interrupted: 5 of 10 rows are kept; resume to compute the other 5." in words(session)
    press(session, "map resume")
    assert_mended(store, job_id)
    assert len(list(store.folder(job_id).glob("*.damaged-*"))) == len(DAMAGES) - 1


TROUBLES = {
    "no such table": "DROP TABLE tiles",
    "a damaged row": "UPDATE jobs SET total = NULL",
    "nested settings": "UPDATE jobs SET settings = '" + "[" * 100_000 + "'",
    "an odd plan": """UPDATE jobs SET settings = '{"x": [], "y": {}, "settings": 3}'""",
    "no name": "UPDATE jobs SET name = NULL",
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_with_the_list_of_jobs_is_at_most_one_sentence(finished, trouble):
    store, _ = finished
    spoil(store, TROUBLES[trouble])
    session = opened_page(**QUICK)
    assert CHART in session.charts
    assert len(session.faults) <= 1
    session.run()
    assert session.faults == []


def test_a_map_whose_list_of_rows_is_lost_is_found_again_by_one_press(finished):
    store, job_id = finished
    spoil(store, "DROP TABLE tiles")
    session = opened_page(**QUICK)
    (told,) = session.faults
    assert "lacked tiles: a copy is kept as jobs.damaged-1" in told
    session.run()
    press(session, "map resume")
    assert_mended(store, job_id)
    assert all(line.adopted for line in jobs.ledger(store, job_id)[-10:])


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody read what is locked")
def test_a_lock_is_one_sentence_on_the_page(finished):
    store, job_id = finished
    session = opened_page(**QUICK)
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        session.widget(f"delete {job_id[:8]}").click().run()
        (told,) = session.faults
        assert told.startswith("the job folder") and "kept it locked for 0.2 seconds; try again" in told
    press(session, f"delete {job_id[:8]}")
    assert map_jobs.all_jobs() == []
