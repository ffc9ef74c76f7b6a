"""One Playwright for all browser tests: it cannot be started twice in a process. And no test meets the user's jobs."""

import pytest
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

from jobs import Store
from tests.jobs.live import end_all_of

BROWSER = "tests/browser/"
MIDDLE = (
    f"{BROWSER}test_links"  # as much time before it as from it on; each half starts a server and a browser of its own
)


class Shares(LoadScopeScheduling):
    """What each of several processes takes: half of what needs the app in a browser, or one file of the rest."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return f"{BROWSER}{file < MIDDLE}" if file.startswith(BROWSER) else file


def pytest_xdist_make_scheduler(config, log):
    """In place of xdist's own ways; its groups work by renaming tests, which this pytest does not allow."""
    return Shares(config, log)


def pytest_collection_modifyitems(items):
    """The browser's tests first: they are the longest shares."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


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
