"""One Playwright for all browser tests: it cannot be started twice in a process. And no test meets the user's jobs."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from jobs import Store
from tests.jobs.live import end_all_of

TESTS = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items):
    """Where several processes share the work, one takes all that needs the app in a browser, first; else a file each."""
    items.sort(key=lambda item: TESTS / "browser" not in item.path.parents)
    for item in items:
        folder, *inside = item.path.relative_to(TESTS).with_suffix("").parts
        item.add_marker(pytest.mark.xdist_group("/".join([folder] if folder == "browser" else [folder, *inside])))


@pytest.fixture(scope="session")
def playwright():
    """Playwright's synchronous interface."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory):
    """Jobs of the tests lie in a folder of their own, and end with them."""
    home = tmp_path_factory.mktemp("backflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKFLOW_HOME", str(home))
        yield
    if (home / "jobs.sqlite").exists():
        end_all_of(Store(home))
