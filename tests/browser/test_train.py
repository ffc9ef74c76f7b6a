"""Training in a real browser, from the choice of a recipe to what the network writes: paused, killed, saved."""

import os
import re
import signal
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import psutil
import pytest

import jobs
from lab import LabSettings, runs
from tests.browser.conftest import free_port, opening, profile_of, running
from tests.browser.visit import Visit
from tests.jobs.live import end_all_of, supervisor, wait_until, workers
from tests.jobs.test_scheduler import Machine
from tests.lab.finished import stored
from tests.ui.sessions import plain

CHART, REPLAY, WRITING = (f".st-key-chart-{name} .bf-plot[data-painted]" for name in ("training", "replay", "writing"))
UPDATE = (
    "() => Number(/Update ([\\d,]+) of/.exec(document.querySelector('.bf-verdict')?.innerText)?.[1].replace(',', ''))"
)
NICE_PATIENCE = 240_000  # ms
RECIPE = "Element names, letter by letter"

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A store of its own, in which nothing is left at work."""
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(runs.EVERY, "0.5")
    yield
    end_all_of(runs.store())


@pytest.fixture
def trainee(chromium, tmp_path, home):
    """A visit of a server with a store of its own."""
    with (
        running(tmp_path / "log.txt") as server,
        opening(lambda number: Visit(profile_of(chromium, server), server)) as visit,
    ):
        yield visit


def press(page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def updates(page) -> int:
    return page.evaluate(UPDATE)


def start(visit) -> str:
    """Choose a recipe and start it; the job's name, once something of it is drawn.

    Its processes give way to all others, and a busy machine lets them wait.
    """
    visit.page.set_default_timeout(NICE_PATIENCE)
    visit.turn_to("train")
    visit.choose("train_recipe", RECIPE)
    press(visit.page, "train_start")
    visit.page.wait_for_selector(CHART)
    return dict(parse_qsl(urlsplit(visit.page.url).query))["run"]


def test_a_run_is_started_paused_found_again_goes_on_writes_is_ended_and_opens_on_the_main_page(trainee, tmp_path):
    visit = trainee()
    name, page = start(visit), visit.page
    assert re.fullmatch("[0-9a-f]{8}", name)

    press(page, "train_pause")
    page.wait_for_selector(".st-key-train_go_on button")
    visit.wait_still()
    paused = updates(page)
    assert 0 < paused < 6000

    page.reload()
    page.wait_for_selector(CHART)
    visit.wait_still()
    assert updates(page) == paused and f"run={name}" in page.url

    press(page, "train_step")
    visit.wait_until(f"paused => ({UPDATE})() === paused + 1", paused)
    replay(visit)
    write(visit)

    press(page, "train_go_on")
    visit.wait_until(f"paused => ({UPDATE})() > paused + 1", paused)
    page.get_by_text("What it wrote").wait_for()
    end_here(visit)
    save(page, tmp_path / "run.html")
    press(page, "train_open")
    visit.wait_painted()
    assert "by value, trained for" in page.locator("section.stSidebar").inner_text()
    assert visit.query["network"].startswith(tuple("0123456789abcdef"))
    opened_offline(page.context, tmp_path / "run.html")


def end_here(visit) -> None:
    """The run is paused once more and ended at the update where it stands, measured on the test data."""
    page = visit.page
    press(page, "train_pause")
    page.wait_for_selector(".st-key-train_end button")
    visit.wait_still()
    reached = updates(page)
    press(page, "train_end")
    page.get_by_text("Ended because it was stopped by hand. On the test data: loss").wait_for()
    assert updates(page) == reached < 6000
    page.locator(".st-key-train_status button").first.wait_for(state="detached")


def replay(visit) -> None:
    """The history is dragged to its first update, and the view of all updates comes back."""
    visit.pick("train_view", "Update by update")
    plot = visit.page.locator(REPLAY)
    plot.wait_for()
    visit.wait_still()
    visit.page.locator(".st-key-chart-replay input[type=range]").press("Home")
    visit.page.wait_for_selector(f"{REPLAY}[data-at='0'][aria-label^='At update 1:']")
    visit.pick("train_view", "All updates")
    visit.page.wait_for_selector(CHART)
    visit.wait_still()


def write(visit) -> None:
    """The network writes after a prompt, letter by letter."""
    page = visit.page
    page.locator(".st-key-train_write summary").click()
    page.locator(".st-key-train_prompt input").fill("ne")
    page.locator(".st-key-train_prompt input").press("Enter")
    visit.wait_still()
    press(page, "train_write_now")
    page.wait_for_selector(WRITING)
    assert page.locator(".bf-written span").first.inner_text() == "n"


def save(page, path: Path) -> None:
    """The run's report as a page of its own."""
    press(page, "train_export")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save a report of the run").click()
    saved.value.save_as(path)
    page.get_by_role("dialog").get_by_label("Close").first.click()
    page.get_by_role("dialog").wait_for(state="detached")


def opened_offline(context, path: Path) -> None:
    """A saved report is drawn without any server, and its history is dragged."""
    page = context.new_page()
    page.set_default_timeout(NICE_PATIENCE)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
    page.goto(path.as_uri())
    page.wait_for_selector(".main-svg")
    assert page.locator(".heatmaplayer image").count() == 1
    page.get_by_label("Scrub Update").press("Home")
    page.wait_for_selector("[aria-label^='At update 1:']")
    assert asked == [] and "Hidden units H" in page.locator("body").inner_text()
    page.close()


def test_what_is_killed_in_the_middle_is_told_and_goes_on(chromium, tmp_path, home):
    with running(tmp_path / "first.txt") as server:
        visit = Visit(profile_of(chromium, server), server).open()
        name, page = start(visit), visit.page
        here = runs.store()
        job_id = runs.find(here, name)[0].job

        before = updates(page)
        for worker in workers(supervisor(here, job_id))[:1]:
            worker.kill()
        visit.wait_until(f"before => ({UPDATE})() > before", before)

        wait_until(lambda: supervisor(here, job_id), "there is a supervisor").kill()
        page.get_by_text("Interrupted").first.wait_for()
        assert jobs.status(here, job_id).state == "interrupted"
        before = updates(page)
        press(page, "train_go_on")
        visit.wait_until(f"before => ({UPDATE})() > before", before)

        before = updates(page)
        os.kill(process_of(server), signal.SIGKILL)
        page.context.close()
    with running(tmp_path / "second.txt") as server:
        page = profile_of(chromium, server).new_page()
        page.set_default_timeout(NICE_PATIENCE)
        page.goto(f"{server}/train?run={name}")
        page.wait_for_selector(CHART)
        assert updates(page) >= before  # nobody who watches is needed
        page.context.close()


def test_a_scheduler_that_vanishes_is_told_and_its_run_goes_on_once_it_is_back(chromium, tmp_path, home, monkeypatch):
    port = free_port()
    where = f"tcp://127.0.0.1:{port}"
    monkeypatch.setenv(runs.SCHEDULER, where)
    with ExitStack() as machines, running(tmp_path / "log.txt") as server:
        machine = machine_at(port, tmp_path / "first", machines)
        visit = Visit(profile_of(chromium, server), server).open()
        start(visit)
        page = visit.page
        machine.end()
        said = page.get_by_text("no longer answers").first.inner_text()
        assert plain(said) == (
            f"Interrupted because the scheduler at {where} no longer answers; it goes on from its last checkpoint."
        )
        visit.wait_still()
        before = updates(page)
        press(page, "train_go_on")
        assert f"no scheduler answers at {where}" in plain(page.get_by_text("no scheduler answers").first.inner_text())
        machine_at(port, tmp_path / "second", machines)
        press(page, "train_go_on")
        visit.wait_until(f"before => ({UPDATE})() > before", before)
        page.context.close()


def machine_at(port: int, folder: Path, machines: ExitStack) -> Machine:
    """A scheduler at this port with one worker, which end with the test."""
    folder.mkdir()
    machine = Machine(folder, port)
    machines.callback(machine.end)
    machine.add_worker()
    return machine


def process_of(server: str) -> int:
    """The process that serves an address."""
    port = str(urlsplit(server).port)
    return next(p.pid for p in psutil.Process().children() if port in p.cmdline())


def test_what_stands_in_the_way_is_one_sentence_each(chromium, tmp_path, home, monkeypatch):
    ended = stored(LabSettings(task="adding", length=6, hidden=4, batch=4, updates=3))
    here, place = runs.store(), runs.find(runs.store(), ended)[0]
    large = here.folder(place.job) / "large"
    monkeypatch.setenv(runs.SCHEDULER, f"tcp://127.0.0.1:{free_port()}")  # nobody is there any more
    with (
        running(tmp_path / "log.txt") as server,
        opening(lambda _: Visit(profile_of(chromium, server), server)) as visit,
    ):
        page = visit().page
        with large.open("wb") as file:
            file.truncate(2_100_000_000)  # takes no space
        assert sentence(page, f"{server}/train", "train_start") == (
            "the lab's runs take 2.1 GB, the most is 2 GB: delete some."
        )
        large.unlink()
        assert sentence(page, f"{server}/train", "train_start").startswith("no scheduler answers at tcp://127.0.0.1:")
        page.context.close()


def test_a_run_whose_result_is_lost_is_told_and_begins_anew(trainee):
    ended = stored(LabSettings(task="adding", length=6, hidden=4, batch=4, updates=3))
    here, place = runs.store(), runs.find(runs.store(), ended)[0]
    here.tile_path(place.job, 0).unlink()
    visit = trainee()
    visit.page.set_default_timeout(NICE_PATIENCE)
    lost = "The run's checkpoint is missing, so nothing of it can be shown; going on begins it anew."
    assert sentence(visit.page, f"{visit.server}/train?run={ended}") == lost
    press(visit.page, "train_go_on")
    visit.page.get_by_text("Update 3 of 3").first.wait_for()


def sentence(page, address: str, pressed: str = "") -> str:
    """The only message on a page, after a button of it was pressed."""
    page.goto(address)
    if pressed:
        press(page, pressed)
    page.get_by_test_id("stAlert").first.wait_for()
    (said,) = (
        page.get_by_test_id("stAlertContentInfo").or_(page.get_by_test_id("stAlertContentError")).all_inner_texts()
    )
    return plain(said.split("\n")[-1])  # without the icon's name
