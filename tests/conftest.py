"""One Playwright for all browser tests: it cannot be started twice in a process."""

import pytest
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def playwright():
    """Playwright's synchronous interface."""
    with sync_playwright() as started:
        yield started
