"""What was made before the code was put in order still opens: a link of every page, and a finished job's map."""

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from cells import CELLS, RunSettings, run
from cells.analysis.maps import Axis, MapPlan, phase_map
from tests.ui.sessions import Session
from ui.link.link import read_link, write_link
from ui.maps import map_jobs
from ui.views.fields import run_settings

BEFORE = Path(__file__).with_name("before")
LINKS = json.loads((BEFORE / "links.json").read_text(encoding="utf-8"))
PAGES = {row["page"]: row["query"] for row in LINKS}  # the last link of each
PLAN = MapPlan(
    RunSettings(cell="lstm", steps=12, hidden=4, batch=2), Axis("weight_scale", 0.5, 2.0, 4), Axis("steps", 4, 12, 3)
)


def values_of(query: dict[str, str]) -> dict:
    values, complaints = read_link({name: [text] for name, text in query.items()})
    assert complaints == []
    return values


def test_the_links_are_of_every_cell():
    assert {row["query"].get("cell", "rnn") for row in LINKS} == set(CELLS)


@pytest.mark.parametrize("row", LINKS, ids=lambda row: f"{row['page']}-{row['query'].get('cell', 'rnn')}")
def test_a_link_from_before_holds_the_same_values_and_gives_the_same_gradients(row):
    values = values_of(row["query"])
    assert write_link(values) == row["query"]
    norms = run(run_settings(values)).top.log10_grad_norms["h"][:, 0]
    now = [norms[int(step)] for step in row["log10_norms"]]
    before = [-np.inf if norm is None else norm for norm in row["log10_norms"].values()]
    np.testing.assert_allclose(now, before, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("page", PAGES)
def test_a_link_from_before_opens_its_page(page):
    session = Session(**PAGES[page])
    session.go(page)
    assert session.complaints == session.faults == []
    assert session.values == values_of(PAGES[page])


def test_a_map_that_a_job_computed_before_is_found_by_its_plan(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path))
    shutil.copytree(BEFORE / "tiles", tmp_path / "tiles")
    with sqlite3.connect(tmp_path / "jobs.sqlite") as store:
        store.executescript((BEFORE / "jobs.sql").read_text(encoding="utf-8"))
    store.close()
    (job,) = map_jobs.all_jobs()
    assert job.plan == PLAN and job.status.state == "done" and job.status.id == map_jobs.job_of(PLAN).id
    kept, fresh = map_jobs.found(PLAN, job.status), phase_map(PLAN)
    np.testing.assert_allclose(kept.values, fresh.values, rtol=1e-9)
