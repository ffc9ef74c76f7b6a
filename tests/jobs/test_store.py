"""The folder of a store: where it is, who may open it at once, and when it cannot be used."""

import subprocess
import sys
from pathlib import Path

import pytest

import jobs
from jobs.store import default_home

ROOT = Path(__file__).parents[2]


def test_the_folder_is_named_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "here"))
    assert jobs.Store().home == tmp_path / "here"
    assert (tmp_path / "here" / "jobs.sqlite").exists()


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_without_a_name_it_lies_in_the_users_own_data(monkeypatch, tmp_path, system):
    monkeypatch.delenv("BACKFLOW_HOME", raising=False)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert tmp_path in default_home().parents
    assert default_home().name.lower() == "backflow"


def test_processes_that_open_a_new_store_at_once_share_it(tmp_path):
    program = "import sys, pathlib, jobs; print(jobs.Store(pathlib.Path(sys.argv[1])).id)"
    command = [sys.executable, "-c", program, str(tmp_path / "home")]
    children = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    ids = {child.communicate(timeout=60)[0] for child in children}
    assert len(ids) == 1
    assert ids != {""}


def test_a_page_that_only_asks_does_not_load_dask():
    program = "import sys, jobs; print({'dask', 'distributed'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(jobs.JobError, match=r"the job folder .*file cannot be used"):
        jobs.Store(tmp_path / "file")
    (tmp_path / "jobs.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(jobs.JobError, match="cannot be used: file is not a database"):
        jobs.Store(tmp_path)


def test_a_store_of_another_format_is_left_alone(store):
    with store.transaction() as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(jobs.JobError, match="has format 99, this program reads 1"):
        jobs.Store(store.home)


def enter_half_a_job(store):
    with store.transaction() as db:
        db.execute("INSERT INTO jobs (id) VALUES ('a')")
        db.execute("INSERT INTO nowhere VALUES (1)")


def test_a_failed_transaction_leaves_nothing(store):
    with pytest.raises(jobs.JobError, match="cannot be used: no such table: nowhere"):
        enter_half_a_job(store)
    assert jobs.overview(store) == []
