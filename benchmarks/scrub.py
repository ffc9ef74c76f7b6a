"""Scrubbing: a knob's whole range beside single runs, and how often dragging repaints beside a bare figure."""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks._press import FIRST, browser
from benchmarks._server import APP, ROOT, Server
from benchmarks.report import record, table
from cells import CELLS, RunSettings, run
from cells.sweeping import run_batches
from ui.compute import chart_body
from ui.flow.scrub_frames import range_of
from ui.views.fields import DEFAULTS, page_view

SCALES = [k / 10 for k in range(41)]
STEPS, BATCH, HIDDEN = 100, 16, 32
QUERY = f"scrub=weight_scale&steps={STEPS}&cell="
SLIDER, PLOT = ".bf-scrub input", ".bf-plot[data-at]"
BARE = Path(__file__).with_name("_bare_scrub.js")
REST = 400  # ms
TARGETS = "Targets: 41 weight scales at most 10 single runs (rnn); at least 20 distinct repaints a second, no message."
RANGE_HEAD = ("41 weight scales", "one run, ms", "all runs, ms", "runs", "CPU, runs", "with figures, ms", "kB")
DRAG_HEAD = ("Dragging over 41 values", "repaints/s", "× bare", "repaints", "distinct values", "messages")


@dataclass(frozen=True)
class Spent:
    """Milliseconds of the clock and of the processor, on all threads."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Drag:
    """Repaints while a slider was dragged to and fro."""

    seconds: float
    repaints: int
    distinct: int
    messages: int

    @property
    def rate(self) -> float:
        return self.repaints / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser("bench scrub", description=__doc__)
    parser.add_argument("--sweeps", type=int, default=6, help="times the slider is dragged over its range")
    parser.add_argument("--tries", type=int, default=7, help="times every range is computed")
    options = parser.parse_args()
    ranges = table(RANGE_HEAD, [range_row(cell, options.tries) for cell in CELLS])
    record("scrub", "\n\n".join([ranges, drag_table(options.sweeps), TARGETS]))


def range_row(cell: str, tries: int) -> tuple[object, ...]:
    """Return a cell's range beside its single run; its figures come on top."""
    settings = RunSettings(cell=cell, steps=STEPS, batch=BATCH, hidden=HIDDEN)
    points = [settings.replace(weight_scale=scale) for scale in SCALES]
    view = page_view(DEFAULTS | {"scrub": ("weight_scale",)})
    one, all_runs = in_turn(lambda: run(settings), lambda: run_batches(points, lambda *_: None), tries)
    started = time.perf_counter()
    drawn = range_of(settings, view, "light")
    figures, size = (time.perf_counter() - started) * 1000, len(chart_body(drawn.figure, drawn)) / 1000
    shares = (f"{all_runs.wall / one.wall:.1f}", f"{all_runs.cpu / one.cpu:.1f}")
    return cell, f"{one.wall:.2f}", f"{all_runs.wall:.0f}", *shares, f"{figures:.0f}", f"{size:.0f}"


def in_turn(one: Callable[[], object], many: Callable[[], object], tries: int) -> tuple[Spent, Spent]:
    """Medians of both, taken in turn, so that whatever slows the machine slows both; ten of `one` for one of `many`."""
    one()
    many()
    pairs = [(spent(lambda: [one() for _ in range(10)]), spent(many)) for _ in range(tries)]
    ones, manys = zip(*pairs, strict=True)
    return middle(ones, 10), middle(manys, 1)


def spent(act: Callable[[], object]) -> Spent:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return Spent((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)


def middle(several: tuple[Spent, ...], times: int) -> Spent:
    return Spent(median(each.wall for each in several) / times, median(each.cpu for each in several) / times)


def drag_table(sweeps: int) -> str:
    """Return the bare figure first: four panels of one line each, repainted by Plotly.react as fast as it can."""
    with browser() as window:
        bare = bare_figure(window.new_page(viewport={"width": 1440, "height": 900}), sweeps)
        with Server(APP, ROOT) as server:
            drags = {cell: dragged(window, f"{server.url}?{QUERY}{cell}", sweeps) for cell in ("rnn", "lstm")}
    rows = [("bare figure, four panels", bare)]
    rows += [(f"Backflow, {cell}", drag) for cell, drag in drags.items()]
    return table(DRAG_HEAD, [drag_row(name, drag, bare) for name, drag in rows])


def drag_row(name: str, drag: Drag, bare: Drag) -> tuple[object, ...]:
    rates = (f"{drag.rate:.1f}", f"{drag.rate / bare.rate:.2f}")
    return name, *rates, drag.repaints, drag.distinct, drag.messages


def bare_figure(page, sweeps: int) -> Drag:
    """Plotly.js alone in a page, as many frames."""
    page.set_content("<div id=chart></div>")
    page.add_script_tag(path=ROOT / "static" / f"plotly-{version('plotly')}.min.js")
    seconds = page.evaluate(BARE.read_text(encoding="utf-8"), [len(SCALES), STEPS, sweeps])
    return Drag(seconds, sweeps * len(SCALES), len(SCALES), 0)


def dragged(window, url: str, sweeps: int) -> Drag:
    """Open a link with a scrubber and drag its thumb with the mouse, a value a move."""
    page, messages = window.new_page(viewport={"width": 1440, "height": 900}), []

    def listen(socket) -> None:
        for way in ("framesent", "framereceived"):
            socket.on(way, lambda frame: messages.append(frame))

    page.on("websocket", listen)
    page.goto(url)
    page.wait_for_selector(PLOT, timeout=FIRST)
    page.wait_for_timeout(1500)  # fonts, and what else arrives late
    page.evaluate(
        f"""() => {{ const plot = document.querySelector("{PLOT}"); window.seen = [];
        new MutationObserver(() => seen.push([performance.now(), plot.dataset.at]))
          .observe(plot, {{ attributes: true, attributeFilter: ["data-painted"] }}); }}"""
    )
    messages.clear()
    drag(page, sweeps)
    page.wait_for_timeout(REST)
    seen = page.evaluate("seen")
    page.close()
    return Drag((seen[-1][0] - seen[0][0]) / 1000, len(seen) - 1, len({at for _, at in seen}), len(messages))


def drag(page, sweeps: int) -> None:
    """To and fro over the whole slider."""
    box = page.locator(SLIDER).bounding_box()
    left, width, y = box["x"] + 8, box["width"] - 16, box["y"] + box["height"] / 2
    page.mouse.move(left, y)
    page.mouse.down()
    for sweep in range(sweeps):
        places = [k / (len(SCALES) - 1) for k in range(len(SCALES))]
        for place in places if sweep % 2 == 0 else places[::-1]:
            page.mouse.move(left + width * place, y)
    page.mouse.up()


if __name__ == "__main__":
    main()
