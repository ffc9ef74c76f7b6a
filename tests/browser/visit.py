"""One visitor's browser: what is painted, what the controls say, and everything the page did that it should not."""

import json
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, Locator, TimeoutError

PATIENCE = 60_000  # ms: a busy machine is slow, a broken page is slower
GLANCE = 50  # ms between two looks; looking at every frame would cost the page its frames
TRIES = 12
CHART = ".st-key-chart .bf-plot"
PAINTED = ".bf-plot[data-painted]"
INSIDE = ("data:", "blob:", "about:", "file:")
PATIENT = """given => {
  try { const test = (%s); return typeof test === "function" ? test(given) : test; } catch { return false; }
}"""
STILL = """document.querySelector('[data-test-script-state=notRunning]')
&& !document.querySelector('.bf-plot[aria-busy=true]')"""
CONTROLS = """() => Object.fromEntries(
[...document.querySelectorAll('section.stSidebar [class*="st-key-"]')].map(box => [
  [...box.classList].find(name => name.startsWith("st-key-")),
  [[...box.querySelectorAll("input, textarea")].map(field => field.type === "checkbox" ? field.checked : field.value),
   [...box.querySelectorAll("[aria-checked=true]")].map(button => button.textContent)],
]))"""

OPENED = """title => [...document.querySelectorAll('section.stSidebar details')]
.filter(box => box.textContent.includes(title))
.every(box => box.open && box.querySelector('[class*="st-key-"]') && !box.getAnimations({subtree: true}).length)"""


class Visit:
    """One tab of a browser. It may open one link after the other: each is a new session of the app."""

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.server, self.faults = server, []
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._watch)

    def _hear(self, message) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} {message.location}")

    def _watch(self, request) -> None:
        parts, own = urlsplit(request.url), urlsplit(self.server)
        if parts.netloc != own.netloc and not request.url.startswith(INSIDE):
            self.faults.append(f"asked outside: {request.url}")

    def open(self, query: str = "", *, width=1440, height=900, dark=False, until=PAINTED) -> "Visit":
        """Go to a link of the app and wait for its charts, or until something else is there."""
        self.page.bring_to_front()  # a tab behind another one gets a frame a second
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.page.goto(f"{self.server}/{query}")
        self.wait_until("selector => document.querySelector(selector)", until)
        self.wait_still()
        return self

    def wait_painted(self, more_than: int = 0) -> None:
        """Until the chart was painted more than so often, and the server has nothing more to say."""
        counted = f"Number(document.querySelector('{CHART}')?.dataset.painted ?? 0) > {more_than}"
        self.wait_until(counted)
        self.wait_still()

    def wait_until(self, test: str, given: object = None) -> None:
        """Until a test in JavaScript, of what it is given, comes true; what it asks for may still be missing."""
        self.page.wait_for_function(PATIENT % test, arg=given, polling=GLANCE)

    def wait_still(self) -> None:
        """Until the server has nothing more to say, and all figures that came are painted."""
        self.wait_until(STILL)

    @property
    def painted(self) -> int:
        """How often the chart was painted."""
        return int(self.page.locator(CHART).get_attribute("data-painted") or 0)

    def repaint(self, act: Callable[[], object]) -> None:
        """Do something and wait until it is painted."""
        before = self.painted
        act()
        self.wait_painted(before)

    @property
    def figure(self) -> list:
        """What Plotly.js was given."""
        return json.loads(self.page.evaluate(f"JSON.stringify(document.querySelector('{CHART}').data)"))

    @property
    def drawn(self) -> str:
        """The lines on the screen: every path below the chart."""
        paths = f"[...document.querySelectorAll('{CHART} path')].map(path => path.getAttribute('d')).join()"
        return self.page.evaluate(paths)

    @property
    def alt(self) -> str:
        """The chart in words."""
        return self.page.locator(CHART).get_attribute("aria-label") or ""

    @property
    def verdict(self) -> str:
        """The sentence on top."""
        return self.page.locator(".bf-verdict").inner_text()

    @property
    def controls(self) -> dict:
        """What every widget of the sidebar says."""
        self.open_groups()
        return self.page.evaluate(CONTROLS)

    @property
    def query(self) -> dict[str, str]:
        """The query of the address bar."""
        return dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True))

    @property
    def view(self) -> tuple:
        """All that a link must bring back."""
        return self.figure, self.drawn, self.alt, self.verdict, self.controls, self.query

    def wait_query(self, **wanted: str) -> None:
        """Until the address bar holds exactly this."""
        test = "wanted => JSON.stringify([...new URLSearchParams(location.search)].sort()) === wanted"
        compact = json.dumps(sorted(map(list, wanted.items())), separators=(",", ":"), ensure_ascii=False)
        self.wait_until(test, compact)
        self.wait_still()

    def slider(self, key: str) -> Locator:
        """The field of a slider that takes keys."""
        return self.page.locator(f".st-key-{key} input[type=range]")

    def press(self, key: str) -> None:
        """Click a button."""
        self.page.locator(f".st-key-{key} button").click()

    def preset(self, name: str) -> None:
        """Choose an example."""
        self.page.locator(".st-key-examples button").first.click()
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.keyboard.press("Escape")

    def turn_to(self, page: str) -> None:
        """Go to a page by the menu, by the name it has in links."""
        links = self.page.get_by_test_id("stTopNavDropdownLink")
        for section in self.page.get_by_test_id("stTopNavSection").all():
            section.click()
            links.first.wait_for()
            wanted = links.and_(self.page.locator(f"[href*='/{page}']"))
            if wanted.count():
                wanted.click()
                return
            self.page.keyboard.press("Escape")
            links.first.wait_for(state="detached")
        raise AssertionError(f"the menu does not name {page}")

    def pick(self, key: str, label: str) -> None:
        """Choose one of buttons side by side."""
        self.page.locator(f".st-key-{key}").get_by_role("radio", name=label, exact=True).click()

    def choose(self, key: str, label: str) -> None:
        """Choose from a list that opens; it closes by itself where the sidebar still scrolls, and is opened again."""
        box = self.page.locator(f".st-key-{key} [role=combobox]")
        option = self.page.get_by_role("option", name=label, exact=True)
        for _ in range(TRIES):
            box.click()
            with suppress(TimeoutError):
                option.click(timeout=PATIENCE / TRIES)
                return
        raise AssertionError(f"{key} does not offer {label}")

    def group(self, title: str) -> None:
        """Open a group of the sidebar."""
        self.page.locator("section.stSidebar summary", has_text=title).click()
        self.wait_open(title)

    def open_groups(self) -> None:
        """Open all groups that are closed."""
        self.page.bring_to_front()
        self.page.evaluate(
            "document.querySelectorAll('section.stSidebar details:not([open]) > summary').forEach(it => it.click())"
        )
        self.wait_open()

    def wait_open(self, title: str = "") -> None:
        """Until the groups with this in their titles are open and drawn, and have moved to where they stay."""
        self.wait_until(OPENED, title)
        self.wait_still()
