"""A reader at a keyboard: presses an arrow key on a slider and waits until every chart is painted."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks._server import Server

PROBE = Path(__file__).with_name("_probe.js").read_text(encoding="utf-8")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
SLIDER = ".st-key-weight_scale input[type=range]"
QUIET = 300  # ms without a change after which a chart counts as done
FIRST, LATER = 60_000, 20_000  # ms that the first drawing and every later one may take


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium: BACKFLOW_BROWSER's, the system's, or Playwright's own."""
    program = os.environ.get("BACKFLOW_BROWSER") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@dataclass(frozen=True)
class Press:
    """One key press: until the last chart was painted, and what it cost the page's main thread, both in ms.

    The thread's time hardly depends on what else the machine does; the wait does.
    """

    wait: float
    cpu: float


class Reader:
    """One page in one window, 1440 × 900; it counts console errors and requests that leave the machine."""

    def __init__(self, browser: Browser, server: Server, query: str = "") -> None:
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page = browser.new_page(viewport={"width": 1440, "height": 900})
        self._listen(self.page)
        self.page.add_init_script(PROBE)
        self._devtools = self.page.context.new_cdp_session(self.page)
        self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.page.goto(f"{server.url}?{query}")
        self.page.wait_for_selector(".js-plotly-plot .scatterlayer path", state="attached", timeout=FIRST)
        self.page.wait_for_timeout(1500)  # fonts, and what else arrives late

    def _listen(self, page: Page) -> None:
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.outside.append(request.url) if leaves(request.url) else None)

    def press(self, key: str) -> Press:
        """Press a key on the slider; RuntimeError where a chart stayed as it was."""
        self.page.bring_to_front()
        self.page.locator(SLIDER).focus()
        cpu = self._cpu()
        self.page.keyboard.press(key)
        self.page.wait_for_function(f"backflowProbe.isQuiet({QUIET})", polling=50, timeout=LATER)
        result = self.page.evaluate("backflowProbe.result()")
        if result["missed"]:
            raise RuntimeError(f"{result['missed']} of {result['charts']} charts were not painted after {key}")
        return Press(result["ms"], self._cpu() - cpu)

    def _cpu(self) -> float:
        """Time of the page's main thread so far, ms."""
        metrics = self._devtools.send("Performance.getMetrics")["metrics"]
        return 1000 * next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def leaves(url: str) -> bool:
    """Return whether a request goes to another machine."""
    return urlsplit(url).hostname not in ("127.0.0.1", None)
