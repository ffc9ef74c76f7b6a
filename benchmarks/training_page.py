"""The page Train: what watching costs a run, what a run costs other readers, and how soon a long run is shown."""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from statistics import median, quantiles

import numpy as np
import torch

import jobs
import viz
from benchmarks._press import browser
from benchmarks._server import APP, ROOT, Server
from benchmarks._session import LIMIT
from benchmarks._wanderer import Wanderer
from benchmarks.report import record, table
from jobs import arrays, checkpoints, control, lease, tiles
from lab import LabSettings, runs
from lab.checkpoint import pack
from lab.training import Training
from viz.training import TRAINING

NAMES = LabSettings(task="names", cell="lstm", length=16, hidden=64, batch=16, updates=1_000_000)
LONG = 10_000  # updates of the run that is opened
PAIRS = 12  # spans without a run, each beside one with it in which the same readers do the same
OPENINGS = 7
PANELS = ("loss", "accuracy", "perplexity", "flow_h", "gradient", "half_life")  # that the page begins with
TARGETS = (
    "Targets: other readers' p95 with a run at most 1.5 × without; at most 5 % of a run's time for checkpoints; a run "
    "of 10,000 updates opens in at most 1 s."
)


def main() -> None:
    parser = argparse.ArgumentParser("bench training_page", description=__doc__)
    parser.add_argument("--readers", type=int, default=12, help="readers of other pages")
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two things a reader does")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each span")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as home:
        os.environ["BACKFLOW_HOME"] = home
        share, writes, size = streaming(options.seconds)
        long = stored_long()
        drawn = drawing(long)
        with Server(APP, ROOT) as server:
            waits = asyncio.run(beside(server, options))
            openings = opening(server, long)
    rows = [
        ("checkpoints' share of a run's processor time", f"{share:.1%}"),
        ("checkpoints written in it, and the size of the last", f"{writes}, {size / 1e6:.1f} MB"),
        ("readers of other pages, each doing something every", f"{options.readers}, {options.every:g} s"),
        ("their p95 without a run", f"{1000 * p95(waits[False]):.0f} ms"),
        ("their p95 while a run trains", f"{1000 * p95(waits[True]):.0f} ms"),
        ("with / without", f"{p95(waits[True]) / p95(waits[False]):.2f}"),
        ("their p50, with / without", f"{median(waits[True]) / median(waits[False]):.2f}"),
        (f"processor time to read and draw a run of {LONG:,} updates", f"{1000 * drawn:.0f} ms"),
        *opening_rows(*openings),
    ]
    record("training_page", f"{table(('Page Train', 'value'), rows)}\n\n{TARGETS}", ("numpy", "torch", "streamlit"))


@dataclass(frozen=True)
class Opening:
    """One page from its address to what it is there for, in s: what its reader waits, what the server computes."""

    wait: float
    cpu: float


def opening_rows(shown: Opening, bare: Opening) -> list[tuple[str, str]]:
    named = f"the page with a run of {LONG:,} updates, until it is painted"
    rows = [(named, shown.wait), ("the page without a run, until its button stands", bare.wait)]
    rows += [("processor time of the server for it, with a run", shown.cpu), ("without", bare.cpu)]
    times = [(name, f"{1000 * seconds:.0f} ms") for name, seconds in rows]
    return [*times[:2], ("with / without", f"{shown.wait / bare.wait:.2f}"), *times[2:]]


class Desk:
    """A worker's desk whose checkpoints go to disk, and whose time for them is kept."""

    def __init__(self, here: jobs.Store, job_id: str, seconds: float) -> None:
        self.here, self.job_id, self.settings = here, job_id, {"text": ""}
        self.end = time.process_time() + seconds
        self.spent, self.writes, self.size = 0.0, 0, 0

    def kept(self) -> None:
        return None

    def report(self, share: float) -> None:
        return None

    def stop_requested(self) -> bool:
        return time.process_time() > self.end

    def keep(self, payload: bytes) -> None:
        checkpoints.write(self.here, self.job_id, 0, payload)
        self.size = len(payload)


def streaming(seconds: float) -> tuple[float, int, int]:
    """Return the share of a run's processor time that goes into checkpoints, how many there were, and their size."""
    here = runs.store()
    desk = Desk(here, "streaming", seconds)
    usual = runs._keep

    def timed(context: Desk, training: Training) -> None:
        began = time.process_time()
        usual(context, training)
        context.spent += time.process_time() - began
        context.writes += 1

    runs._keep = timed
    began = time.process_time()
    runs.train_tile({"label": "run", "settings": NAMES.as_json()}, desk)
    runs._keep = usual
    return desk.spent / (time.process_time() - began), desk.writes, desk.size


def stored_long() -> str:
    """Put a run of 10,000 updates into the store: 50 that were computed, over and over; the job's name."""
    training = Training(NAMES.replace(updates=LONG))
    for _ in zip(range(50), training.events(), strict=False):
        pass
    past = training.history
    past.rows = [[number + 1.0, *past.rows[number % 50][1:]] for number in range(LONG)]
    past.flows = {name: [rows[number % 50] for number in range(LONG)] for name, rows in past.flows.items()}
    training.progress.update, training.progress.reason = LONG, "updates"
    return stored(training)


def stored(training: Training) -> str:
    here, job = runs.store(), runs.job_of("A long run", {"run": training.settings})
    with here.transaction() as db:
        control._enter(db, job)
    held = lease.acquire(here, job.id)
    assert held is not None
    claim = tiles.claim(here, job.id, 0, held.epoch)
    assert claim is not None
    payload = np.frombuffer(pack(training), dtype=np.uint8)
    tiles.commit(here, arrays.encode({"run": payload}, claim.facts()))
    lease.release(here, held)
    return job.id[:8]


async def beside(server: Server, options: argparse.Namespace) -> dict[bool, list[float]]:
    """Return what readers of other pages wait, s: in spans without a run, and in those with one that is watched.

    Both spans of a pair hold the same readers, who do the same; each comes first in half of the pairs, since the second
    finds what was computed in the first.
    """
    waits: dict[bool, list[float]] = {False: [], True: []}
    await span(server, options, 0, [])  # everything is loaded
    for pair in range(1, PAIRS + 1):
        for with_run in (pair % 2 == 0, pair % 2 == 1):
            async with a_watched_run(server) if with_run else nullcontext():
                await span(server, options, pair, waits[with_run])
    return waits


@asynccontextmanager
async def a_watched_run(server: Server) -> AsyncIterator[None]:
    async with a_run() as name:
        watcher = asyncio.create_task(watch(server, name))
        yield
        watcher.cancel()


async def watch(server: Server, name: str) -> None:
    """One more reader follows the run on its page, as a browser does: once a second, until cancelled."""
    reader, _ = await Wanderer.open(server.port)
    asked = reader._state.rerun_script
    asked.page_script_hash, asked.page_name, asked.query_string = "", "train", f"run={name}"
    await reader._ask(LIMIT)
    while True:
        await asyncio.sleep(1.0)
        for fragment in reader.watched:
            await reader.glance(fragment)


@asynccontextmanager
async def a_run() -> AsyncIterator[str]:
    """One run at work; its name."""
    here = runs.store()
    job_id = runs.start(runs.job_of("beside", {"run": NAMES}), workers=1)
    while checkpoints.read(here, job_id, 0) is None:
        await asyncio.sleep(0.2)
    yield job_id[:8]
    jobs.stop(here, job_id)
    while jobs.status(here, job_id).alive:
        await asyncio.sleep(0.2)


async def span(server: Server, options: argparse.Namespace, seed: int, waits: list[float]) -> None:
    """Let everybody come and read for some seconds; the seed decides who does what."""
    readers = [(await Wanderer.open(server.port))[0] for _ in range(options.readers)]
    end = time.perf_counter() + options.seconds
    chances = [random.Random(f"{seed} {number}") for number in range(options.readers)]
    reading = (read(reader, rng, end, options.every, waits) for reader, rng in zip(readers, chances, strict=True))
    await asyncio.gather(*reading)
    await asyncio.gather(*(reader.close() for reader in readers))


async def read(reader: Wanderer, rng: random.Random, end: float, every: float, waits: list[float]) -> None:
    due = time.perf_counter() + rng.uniform(0, every)
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        waits.append((await reader.read_on(rng)).seconds)
        due = max(due + every, time.perf_counter())


def p95(waits: Sequence[float]) -> float:
    """Return the wait that 19 of 20 stay below."""
    return quantiles(waits, n=20)[-1]


def drawing(run: str) -> float:
    """Return seconds of the processor that the server takes for the chart of a stored run, nothing of it cached."""
    from ui.compute import chart_body
    from ui.train.stored import drawable

    here = runs.store()
    place = runs.find(here, run)[0]
    began = time.process_time()
    record_of_run = runs.record_of(here, place)
    assert record_of_run is not None
    drawn = viz.FIGURES[TRAINING].draw(drawable(place, record_of_run), viz.View(panels=PANELS), ())
    chart_body(drawn.figure, drawn)
    return time.process_time() - began


def opening(server: Server, run: str) -> tuple[Opening, Opening]:
    """Return how a long run is opened, until its chart is painted, and the page without a run: medians, in turns."""
    chart, button = ".st-key-chart-training .bf-plot[data-painted]", ".st-key-train_start button"
    with browser() as window:
        page = window.new_page(viewport={"width": 1440, "height": 900})
        pairs = [
            (opened(server, page, f"train?run={run}", chart), opened(server, page, "train", button))
            for _ in range(OPENINGS)
        ]
    shown, bare = zip(*pairs, strict=True)
    return middle(shown), middle(bare)


def opened(server: Server, page, path: str, selector: str) -> Opening:
    page.goto("about:blank")
    cpu, began = server.cpu(), time.perf_counter()
    page.goto(f"{server.url}{path}", wait_until="commit")
    page.wait_for_selector(selector, timeout=60_000)
    return Opening(time.perf_counter() - began, server.cpu() - cpu)


def middle(found: Sequence[Opening]) -> Opening:
    return Opening(*(median(getattr(one, name) for one in found) for name in ("wait", "cpu")))


if __name__ == "__main__":
    main()
