"""One reader of the site: waits for what is drawn, and notes every complaint and every request that left the site."""

from collections.abc import Callable
from pathlib import Path

PATIENCE = 240_000  # ms: Python starts anew in every tab, on a machine that may be busy
GLANCE = 50  # ms
PLOT = ".stMain .bf-plot[data-painted]"
STILL = """() => document.querySelector("[data-test-script-state=notRunning]") &&
!document.querySelector("[data-testid=stProgress], [data-testid=stSkeleton]")"""


class Reader:
    """A tab in a profile of its own."""

    def __init__(self, browser, site: str, **profile) -> None:
        self.site, self.faults = site, []
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **profile})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda told: self._note(told.type == "error", f"console: {told.text} {told.location}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.context.on("request", lambda asked: self._note(self._is_outside(asked.url), f"outside: {asked.url}"))

    def _note(self, wrong: bool, fault: str) -> None:
        if wrong:
            self.faults.append(fault)

    def _is_outside(self, url: str) -> bool:
        return not url.startswith((self.site, "data:", "blob:"))

    def open(self, path: str = "") -> "Reader":
        """Open an address and wait for the live page."""
        self.page.goto(self.site + path)
        return self.wait_live()

    def wait_live(self) -> "Reader":
        self.page.wait_for_selector("#bf-start", state="detached")
        return self.wait_still()

    def wait_still(self) -> "Reader":
        """Until everything is computed and drawn."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_function(STILL, polling=GLANCE)
        return self

    def turn_to(self, name: str) -> "Reader":
        """Another page of the app."""
        self._choose(self.page.locator(f"[data-testid=stTopNavDropdownLink][href*='/{name}']"), name)
        self.page.wait_for_function("name => location.pathname.replace(/\\/$/, '').endsWith(name)", arg=f"/{name}")
        self.page.wait_for_timeout(700)
        return self.wait_still()

    def _choose(self, link, name: str) -> None:
        """Open the menus one after the other until one has the page."""
        offered = self.page.get_by_test_id("stTopNavDropdownLink").first
        for section in self.page.get_by_test_id("stTopNavSection").all():
            section.click()
            offered.wait_for()
            if link.count():
                return link.click()
            self.page.keyboard.press("Escape")
            offered.wait_for(state="detached")
        raise AssertionError(f"the menu does not name {name}")

    @property
    def painted(self) -> int:
        return int(self.page.locator(PLOT).first.get_attribute("data-painted") or 0)

    def repaint(self, act: Callable[[], object]) -> "Reader":
        """Do something and wait until the first chart is painted again."""
        before = self.painted
        act()
        wanted = f"before => Number(document.querySelector('{PLOT}').dataset.painted) > before"
        self.page.wait_for_function(wanted, arg=before, polling=GLANCE)
        return self.wait_still()

    def preset(self, name: str) -> None:
        """Choose an example."""
        self.press("examples")
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.keyboard.press("Escape")

    def press(self, key: str) -> None:
        self.page.locator(f".st-key-{key} button").first.click()

    def saved(self, act: Callable[[], object]) -> tuple[str, bytes]:
        """Name and content of what is downloaded."""
        with self.page.expect_download(timeout=PATIENCE) as coming:
            act()
        return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()

    @property
    def verdict(self) -> str:
        return self.page.locator(".bf-verdict").first.inner_text()

    @property
    def exceptions(self) -> list[str]:
        return self.page.locator("[data-testid=stException]").all_inner_texts()

    def close(self) -> None:
        self.context.close()
