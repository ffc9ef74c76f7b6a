"""One Playwright for all browser tests: it cannot be started twice in a process. And no test meets the user's jobs."""

import gc
import os

import pytest
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

from jobs import Store
from tests.jobs.live import end_all_of

BROWSER = "tests/browser/"
MIDDLE = f"{BROWSER}test_links"  # as much time before it as from it on
HALVES = (os.cpu_count() or 1) > 2  # each has a server and a browser of its own; on two cores they only wait in turn


class Shares(LoadScopeScheduling):
    """What each of several processes takes: what needs the app in a browser, or half of it; or one file of the rest."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return f"{BROWSER}{HALVES and file < MIDDLE}" if file.startswith(BROWSER) else file


def pytest_xdist_make_scheduler(config, log):
    """In place of xdist's own ways; its groups work by renaming tests, which this pytest does not allow."""
    return Shares(config, log)


def pytest_collection_modifyitems(items):
    """What needs the app in a browser says so and comes first: it is the longest share."""
    for item in items:
        if item.nodeid.startswith(BROWSER):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


def pytest_collection_finish():
    """Whatever lives until the end (tests by the thousand, PyTorch) is not looked through for garbage again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def playwright():
    """Playwright's synchronous interface."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory):
    """Jobs of the tests lie in a folder of their own, end with them, and do not give way to the tests themselves."""
    home = tmp_path_factory.mktemp("backflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKFLOW_HOME", str(home))
        patch.setenv("BACKFLOW_NICE", "0")
        yield
    if (home / "jobs.sqlite").exists():
        end_all_of(Store(home))
