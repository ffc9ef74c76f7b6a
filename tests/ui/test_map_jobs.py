"""Large maps on the page: started, stopped, resumed, opened, deleted; every death is explained and survived."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import jobs
from cells.analysis.maps import phase_map
from jobs.job_status import ALIVE
from tests.jobs.live import done_tiles, end_all_of, gone, supervisor, wait_for_end, wait_until, workers
from tests.jobs.test_scheduler import Machine
from tests.ui.analysis_pages import until
from tests.ui.sessions import Session, plain
from ui.cost import map_plan
from ui.link.link import read_link
from ui.maps import map_jobs
from ui.views.fields import map_view, run_settings

ROOT = Path(__file__).parents[2]
CHART = "chart phase"
ROWS = 10
QUERY = {"map_x": "weight_scale,0,4", "map_y": "seed,0,9", "batch": "4"}
QUICK = QUERY | {"steps": "20", "hidden": "8"}
SLOW = QUERY | {"steps": "400", "hidden": "48"}  # ten rows take two workers about two seconds
HEAVY = QUERY | {"steps": "700", "hidden": "64"}  # and these long enough to be stopped on a busy machine
LATEST = 2.0  # seconds after the first start of a row within which the blows fall
SERVER = """
import sys, time
from tests.ui.test_map_jobs import SLOW, plan_from
from ui.maps import map_jobs
map_jobs.start(plan_from(SLOW))
time.sleep(600)
"""


def plan_from(query):
    """The plan that the page makes of a link."""
    values, complaints = read_link({name: [text] for name, text in query.items()})
    assert complaints == []
    return map_plan.plan_of(map_view(values), run_settings(values), None)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of its own for the page, which takes even small maps for large ones."""
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(map_jobs.SCHEDULER, raising=False)
    monkeypatch.setattr(map_plan, "LIVE", 100)
    yield map_jobs.store()
    end_all_of(map_jobs.store())


def opened_page(**query) -> Session:
    session = Session(**query)
    session.go("phase")
    return session


def words(session) -> str:
    return "\n".join([session.verdict, plain("\n".join(element.value for element in session.app.markdown))])


def press(session, key) -> None:
    session.widget(key).click().run()
    session.run()


def until_done(session) -> Session:
    job = map_jobs.job_of(plan_from(QUICK)).id
    wait_for_end(map_jobs.store(), job)
    session.run()
    return session


def test_a_large_map_is_offered_as_a_job_with_a_first_look_and_looking_makes_no_store(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(map_plan, "LIVE", 100)
    session = opened_page(**QUICK)
    until(session, lambda: not session.app.get("progress"))
    assert "41 × 10 = 410 points run as a job, about 1 s of computing." in words(session)
    assert "It goes on when this tab is closed." in words(session)
    assert "110 of 410 points are computed so far." in words(session)
    assert session.charts[CHART]["figure"]["data"][0]["x"][-1] == 4.0
    assert not (tmp_path / "home").exists()


def test_a_job_is_started_finished_shown_opened_again_and_deleted(store):
    session = opened_page(**QUICK)
    press(session, "map start")
    until_done(session)
    job_id = map_jobs.job_of(plan_from(QUICK)).id
    assert "points are computed so far" not in words(session) and not session.shows("map resume")
    shown = map_jobs.found(plan_from(QUICK), jobs.status(store, job_id))
    np.testing.assert_allclose(shown.values, phase_map(plan_from(QUICK)).values, rtol=1e-12)

    other = opened_page()  # another visitor, another map
    assert "RNN: ratio over Weight scale × Seed, 41 × 10" in words(other)
    press(other, f"open {job_id[:8]}")
    assert QUICK.items() <= other.query.items()
    assert other.charts[CHART]["alt"] == session.charts[CHART]["alt"]

    press(other, f"delete {job_id[:8]}")
    assert jobs.overview(store) == [] and map_jobs.all_jobs() == []
    assert other.shows("map start")


def test_a_job_is_stopped_with_what_it_has_and_resumed(store):
    session = opened_page(**HEAVY)
    press(session, "map start")
    job_id = map_jobs.job_of(plan_from(HEAVY)).id
    wait_until(lambda: jobs.status(store, job_id).done >= 2, "two rows are done")
    session.run()
    press(session, "map stop")
    wait_for_end(store, job_id)
    session.run()
    now = jobs.status(store, job_id)
    assert f"Stopped: {now.done} of 10 rows are kept; resume to compute the other {10 - now.done}." in words(session)
    assert f"{41 * now.done} of 410 points are computed so far." in words(session)
    press(session, "map resume")
    assert wait_for_end(store, job_id).state == "done"
    assert_computed_once(store, job_id)


def test_where_jobs_run_is_told_and_an_address_that_does_not_answer_is_named(store, monkeypatch):
    session = opened_page(**QUICK)
    assert (
        map_jobs.where()
        == f"Jobs run in processes of this machine; {map_jobs.SCHEDULER} names another machine's dask scheduler."
    )
    monkeypatch.setenv(map_jobs.SCHEDULER, "tcp://127.0.0.1:9")
    assert map_jobs.where().startswith(
        "Jobs run on the dask scheduler at tcp://127.0.0.1:9, named by BACKFLOW_SCHEDULER. "
    )
    assert "whoever reaches that port can run programs there and here" in map_jobs.where()
    session.widget("map start").click().run()
    (told,) = session.faults
    assert told.startswith("no scheduler answers at tcp://127.0.0.1:9 (")
    assert CHART in session.charts and map_jobs.all_jobs() == []


def test_a_map_that_would_take_days_is_not_offered(store):
    session = opened_page(map_of="lyapunov", map_size="201", layers="4", steps="500", hidden="128", map_y="seed,0,200")
    assert "more than 24 h: choose fewer values, or a smaller run." in words(session)
    assert not session.shows("map start")


@pytest.mark.slow
def test_another_machines_scheduler_computes_the_very_map(store, monkeypatch, tmp_path):
    (tmp_path / "second machine").mkdir()
    machine = Machine(tmp_path / "second machine")
    try:
        monkeypatch.setenv(map_jobs.SCHEDULER, machine.address)
        machine.add_worker()
        machine.add_worker()
        session = opened_page(**QUICK)
        press(session, "map start")
        until_done(session)
        theirs = {line.pid for line in jobs.ledger(store, map_jobs.job_of(plan_from(QUICK)).id)}
        assert theirs <= {worker.pid for worker in machine.workers}
    finally:
        machine.end()
    found = map_jobs.found(plan_from(QUICK), map_jobs.status(plan_from(QUICK)))
    np.testing.assert_allclose(found.values, phase_map(plan_from(QUICK)).values, rtol=1e-12)


def test_a_store_that_cannot_be_used_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "jobs.sqlite").write_bytes(b"no database at all" * 100)
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path))
    session = opened_page(steps="12", hidden="4", batch="2", map_size="5")
    assert any("cannot be used: file is not a database" in fault for fault in session.faults)
    assert session.until_drawn()


# ── kill -9


def kill(process) -> None:
    """SIGKILL; a process that is gone already stays so."""
    try:
        process.kill()
        process.wait(10)
    except psutil.NoSuchProcess:
        return


def start_server(store):
    """Something that starts the page's job and lives on, in a process group of its own."""
    here = {**os.environ, "PYTHONPATH": str(ROOT), "BACKFLOW_HOME": str(store.home)}
    return subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, env=here, start_new_session=True)


def kill_server(server) -> None:
    """With its process group, as a service manager would."""
    if sys.platform == "win32":
        server.kill()
    elif server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(10)


def kill_worker(store, job_id, rng) -> None:
    process = supervisor(store, job_id)
    if process and (there := workers(process)):
        kill(rng.choice(there))


def kill_supervisor(store, job_id) -> None:
    process = supervisor(store, job_id)
    if process:
        orphans = workers(process)
        kill(process)
        wait_until(lambda: all(gone(orphan) for orphan in orphans), "the orphaned workers end")


def claims(store, job_id) -> dict:
    """How often each row was begun."""
    with store.reading() as db:
        rows = db.execute("SELECT tile, COUNT(*) AS n FROM claims WHERE job = ? GROUP BY tile", (job_id,)).fetchall()
    return {row["tile"]: row["n"] for row in rows}


def assert_computed_once(store, job_id) -> None:
    assert sorted(line.tile for line in jobs.ledger(store, job_id)) == list(range(ROWS))


def come_back(store, job_id) -> None:
    """Open the page again: it says what is kept, and goes on by one press, if nothing works on the job."""
    now = jobs.status(store, job_id)
    if now.state in (*ALIVE, "done"):
        return
    page = opened_page(**SLOW)
    kept = f"Interrupted: {now.done} of 10 rows are kept; resume to compute the other {10 - now.done}."
    assert kept in words(page)
    page.widget("map resume").click().run()


def survive(store, seed) -> None:
    """One map, three deaths at random moments, as many resumptions as it takes."""
    rng, the_plan = random.Random(seed), plan_from(SLOW)
    job_id = map_jobs.job_of(the_plan).id
    server, kept, begun = start_server(store), {}, {}
    blows = {
        "server": lambda: kill_server(server),
        "worker": lambda: kill_worker(store, job_id, rng),
        "supervisor": lambda: kill_supervisor(store, job_id),
    }
    try:
        wait_until(lambda: known(store, job_id) and claims(store, job_id), "a row is begun")
        start = time.monotonic()
        for moment, victim in sorted((rng.uniform(0, LATEST), victim) for victim in blows):
            time.sleep(max(0.0, start + moment - time.monotonic()))
            new = {tile: digest for tile, digest in done_tiles(store, job_id).items() if tile not in kept}
            kept |= new
            begun |= {tile: claims(store, job_id)[tile] for tile in new}
            blows[victim]()
            come_back(store, job_id)
    finally:
        kill_server(server)
    assert wait_for_end(store, job_id).state == "done"
    assert_computed_once(store, job_id)
    after = done_tiles(store, job_id)
    assert {tile: after[tile] for tile in kept} == kept
    assert {tile: claims(store, job_id)[tile] for tile in begun} == begun
    found = map_jobs.found(the_plan, jobs.status(store, job_id))
    assert found.whole
    np.testing.assert_allclose(found.values, phase_map(the_plan).values, rtol=1e-12)


def known(store, job_id) -> bool:
    return any(now.id == job_id for now in jobs.overview(store))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, *range(101, 120)])
def test_no_death_loses_or_repeats_a_finished_row_in_twenty_maps(store, seed):
    survive(store, seed)
