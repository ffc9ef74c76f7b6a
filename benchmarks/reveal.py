"""Reveal: from the click to the curve on the screen, beside a click that changes a single word of the same page."""

import argparse
from statistics import median

from benchmarks._press import FIRST, browser
from benchmarks._server import APP, Server
from benchmarks.report import record, table

QUERY = "steps={}&hidden=32&ask=curve"
LENGTHS = (50, 1000)
ASKED = ".bf-guess[data-ready]"
TARGET = "Target: at most 150 ms on a machine that does nothing else. Floor: the same click where only a word changes."
PRESS = """async which => {
  const frame = () => new Promise(requestAnimationFrame), button = document.querySelector(which);
  await frame();
  const begun = performance.now();
  button.click();
  await frame();  // the frame that draws it begins
  await frame();  // and is over
  return performance.now() - begun;
}"""
WORD = """() => {
  const button = document.createElement("button");
  button.id = "floor";
  button.onclick = () => (button.textContent = String(Math.random()));
  document.querySelector(".bf-guess").append(button);
}"""


def main() -> None:
    parser = argparse.ArgumentParser("bench reveal", description=__doc__)
    parser.add_argument("--tries", type=int, default=15, help="times a curve is revealed")
    options = parser.parse_args()
    rows = [row_of(steps, options.tries) for steps in LENGTHS]
    record("reveal", f"{table(('Reveal', 'p50, ms', 'most, ms', 'floor, ms', 'p50 / floor'), rows)}\n\n{TARGET}")


def row_of(steps: int, tries: int) -> tuple[object, ...]:
    """Return a run's length, how long its reveal took, and how long the floor."""
    shown, floor = [], []
    with Server(APP) as server, browser() as chromium:
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/?{QUERY.format(steps)}")
        page.wait_for_selector(ASKED, timeout=FIRST)
        for _ in range(tries):
            page.evaluate(WORD)
            floor.append(page.evaluate(PRESS, "#floor"))
            shown.append(page.evaluate(PRESS, ".bf-guess .bf-main"))
            page.wait_for_selector("[data-test-script-state=notRunning]", timeout=FIRST)
            page.reload()
            page.wait_for_selector(ASKED, timeout=FIRST)
    middle, least = median(shown), median(floor)
    return f"T = {steps}", f"{middle:.0f}", f"{max(shown):.0f}", f"{least:.0f}", f"{middle / least:.1f}"


if __name__ == "__main__":
    main()
