"""Training in a real browser, from the choice of a recipe to what the network writes: paused, reloaded, saved."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from lab import runs
from tests.browser.conftest import opening, profile_of, running
from tests.browser.visit import Visit
from tests.jobs.live import end_all_of

CHART = ".st-key-chart-training .bf-plot"
UPDATE = (
    "() => Number(/Update ([\\d,]+) of/.exec(document.querySelector('.bf-verdict')?.innerText)?.[1].replace(',', ''))"
)

pytestmark = pytest.mark.slow


@pytest.fixture
def trainee(chromium, tmp_path, monkeypatch):
    """A visit of a server with a store of its own."""
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(runs.EVERY, "0.5")
    with running(tmp_path / "log.txt") as server:
        with opening(lambda number: Visit(profile_of(chromium, server), server)) as visit:
            yield visit
        end_all_of(runs.store())


def press(page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def updates(page) -> int:
    return page.evaluate(UPDATE)


def test_a_run_is_started_paused_found_again_goes_on_writes_and_opens_on_the_main_page(trainee, tmp_path):
    visit = trainee()
    visit.turn_to("train")
    page = visit.page
    visit.choose("train_recipe", "Element names, letter by letter")
    press(page, "train_start")
    page.wait_for_selector(f"{CHART}[data-painted]")
    name = dict(parse_qsl(urlsplit(page.url).query))["run"]
    assert re.fullmatch("[0-9a-f]{8}", name)

    press(page, "train_pause")
    page.wait_for_selector(".st-key-train_go_on button")
    visit.wait_still()
    paused = updates(page)
    assert 0 < paused < 6000

    page.reload()
    page.wait_for_selector(f"{CHART}[data-painted]")
    visit.wait_still()
    assert updates(page) == paused and f"run={name}" in page.url

    press(page, "train_go_on")
    visit.wait_until(f"paused => ({UPDATE})() > paused", paused)
    page.get_by_text("What it wrote").wait_for()
    save(page, tmp_path / "run.html")
    press(page, "train_open")
    visit.wait_painted()
    assert "by value, trained for" in page.locator("section.stSidebar").inner_text()
    assert visit.query["network"].startswith(tuple("0123456789abcdef"))
    opened_offline(page.context, tmp_path / "run.html")


def save(page, path: Path) -> None:
    """The figure as a page of its own."""
    press(page, "train_export")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as HTML").click()
    saved.value.save_as(path)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def opened_offline(context, path: Path) -> None:
    """A saved page is drawn without any server."""
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
    page.goto(path.as_uri())
    page.wait_for_selector(".main-svg")
    assert page.locator(".heatmaplayer image").count() == 1 and asked == []
    page.close()
