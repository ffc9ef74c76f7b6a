"""One window on the static site or on a native server, and a host that counts the bytes it sends."""

import subprocess
import sys
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser

from benchmarks._press import PROBE, QUIET, Press
from benchmarks._server import ROOT

sys.path.append(str(ROOT / "site"))
from builder.serve import Handler

PATIENCE = 900_000  # ms: the machine may be busy
LIVE = "() => !document.getElementById('bf-start') && document.querySelector('.stMain .bf-plot[data-painted]')"
SETTLED = f"""() => backflowProbe.isQuiet({2 * QUIET}) && !document.querySelector('[data-testid=stProgress]')
    && !document.querySelector('.bf-verdict')?.innerText.includes('so far')"""

PROGRESS = "[data-testid=stProgress]"
BEGUN = f"() => document.querySelector('{PROGRESS}') || backflowProbe.isQuiet({10 * QUIET})"
WATCH_RING = """() => {
  const ring = () => {
    const traces = document.querySelector(".st-key-chart-phase .bf-plot")?.data ?? [];
    return JSON.stringify(traces.find((trace) => trace.name === "present setting")?.x ?? null);
  };
  const before = ring();
  window.ringMoved = new Promise((done) => addEventListener("keydown", () => {
    const start = performance.now();
    const look = () => (ring() !== before ? done(performance.now() - start) : requestAnimationFrame(look));
    look();
  }, { once: true, capture: true }));
}"""


def build_site(folder: Path, pyodide: Path | None) -> Path:
    """Build the site as a reader would."""
    brought = ["--pyodide", str(pyodide)] if pyodide else []
    subprocess.run([sys.executable, "backflow.py", "site", str(folder), *brought], cwd=ROOT, check=True)
    return folder


class Host:
    """Serves a built site on loopback; `sent` counts the bytes of its files."""

    def __init__(self, folder: Path) -> None:
        self.sent = 0
        counting = partial(type("Counting", (Handler,), {"send_header": _counted(self)}), directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), counting)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _counted(host: Host):
    def send_header(handler: Handler, name: str, value: str) -> None:
        host.sent += int(value) if name == "Content-Length" else 0
        super(Handler, handler).send_header(name, value)

    return send_header


class Visit:
    """A window with a profile of its own, 1440 × 900."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._url, self._context = url, browser.new_context(viewport={"width": 1440, "height": 900})
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(PROBE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def start(self) -> float:
        """Open the default view; seconds until its chart is there."""
        self.page.goto(self._url)
        return self._live()

    def reload(self) -> float:
        """Return seconds until the chart is there once more."""
        self.page.reload()
        return self._live()

    def _live(self) -> float:
        self.page.wait_for_function(LIVE, polling=20)
        return self.page.evaluate("performance.now()") / 1000

    def mark(self, name: str) -> float:
        """Return seconds from the address to a mark that the page has set."""
        self.page.wait_for_function("name => performance.getEntriesByName(name).length", arg=name)
        return self.page.evaluate("name => performance.getEntriesByName(name)[0].startTime", name) / 1000

    def wait_kept(self) -> None:
        """Wait until the site's worker has kept every file."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def press(self, key: str, knob: str = "weight_scale") -> Press:
        """Press a key on a slider and wait for the last chart."""
        self._touch(key, knob)
        self.page.wait_for_function(SETTLED, polling=20)
        return Press(self.page.evaluate("backflowProbe.result().ms"), 0.0)

    def open_map(self, query: str) -> None:
        """Open the phase diagram and wait until all of it is there."""
        self.page.goto(f"{self._url}phase/?{query}")
        self.page.wait_for_function(LIVE, polling=20)
        self.page.wait_for_function(SETTLED, polling=20)

    def press_while_computing(self, starts: str, knob: str) -> float | None:
        """Move a knob while a map of another one is computed: ms until the map's ring stands at the new value.

        None where the map was there before it could show its progress.
        """
        self._touch("ArrowRight", starts)
        self.page.wait_for_function(BEGUN, polling=20)
        if not self.page.locator(PROGRESS).count():
            return None
        self.page.evaluate(WATCH_RING)
        self._touch("ArrowRight", knob)
        waited = self.page.evaluate("ringMoved")
        self.page.wait_for_function(SETTLED, polling=20)
        return waited

    def _touch(self, key: str, knob: str) -> None:
        self.page.bring_to_front()
        self.page.locator(f".st-key-{knob} input[type=range]").first.focus()
        self.page.keyboard.press(key)
