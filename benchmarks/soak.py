"""Readers who stay: what memory, threads and files the server holds, while they read and after they left.

And many who ask for the largest run at once, beside one who asks for small ones.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

import numpy as np

from benchmarks._server import APP, Server
from benchmarks._wanderer import Wanderer
from benchmarks.report import record, table

EVERY = 3.0  # s between two steps of a reader
SAMPLE, SETTLED = 5.0, 120.0  # s between two looks at the server; s that do not count: what is kept fills up
AFTER = 140.0  # s after the last reader left: Streamlit keeps a session for 120 in case its reader comes back
LARGEST = "cell=lstm&steps=80&hidden=256&batch=128"  # 554 MB of the 600 a page allows
CROWD_SECONDS, INNOCENT_EVERY = 60.0, 0.5
HEAD = ("Soak", "memory, MB", "threads", "files", "steps", "errors")
CROWD = ("Crowd", "value")
SOAK_TARGET = (
    "Targets: at most 5 MB an hour after the first two minutes, and all given back when the readers have left. The "
    "growth is the slope of a line through the least of every minute; the runs of a moment move it by hundreds."
)
CROWD_TARGET = (
    "Targets: at most 3000 MB, and a p95 of 250 ms for the other reader, on a machine that does nothing else."
)


@dataclass(frozen=True)
class Sample:
    """The server's holdings `at` seconds after the start, and what the readers had done by then."""

    at: float
    memory: float  # MB
    threads: int
    files: int
    steps: int
    errors: int


class Soak:
    """Readers who use everything, and what the server holds meanwhile."""

    def __init__(self, server: Server) -> None:
        self.server, self.steps, self.errors = server, 0, []
        self.samples: list[Sample] = []
        self._start = time.monotonic()

    async def run(self, readers: int, seconds: float, after: float) -> None:
        """Let them read, leave, and wait."""
        watch = asyncio.create_task(self._watch())
        end = time.monotonic() + seconds
        await asyncio.gather(*(self._read(seed, end) for seed in range(readers)))
        self.left = self.look()
        await asyncio.sleep(after)
        watch.cancel()
        self.rest = self.look()

    def look(self) -> Sample:
        held = self.server.megabytes(), self.server.threads(), self.server.files()
        return Sample(time.monotonic() - self._start, *held, self.steps, len(self.errors))

    async def _watch(self) -> None:
        while True:
            self.samples.append(self.look())
            await asyncio.sleep(SAMPLE)

    async def _read(self, seed: int, end: float) -> None:
        rng = random.Random(seed)
        await asyncio.sleep(rng.uniform(0, EVERY))
        reader, first = await Wanderer.open(self.server.port)
        self.errors += first.errors
        while time.monotonic() < end:
            self.errors += (await reader.step(rng)).errors
            self.steps += 1
            await asyncio.sleep(rng.uniform(0, 2 * EVERY))
        await reader.close()

    @property
    def growth(self) -> float:
        """MB an hour, after what settles: the slope of a line through the least of every minute."""
        times, least = zip(
            *((group[0].at, min(s.memory for s in group)) for group in self.minutes(SETTLED)), strict=True
        )
        return float(np.polyfit(times, least, 1)[0]) * 3600 if len(times) > 1 else float("nan")

    def minutes(self, start: float = 0.0) -> list[list[Sample]]:
        """Return the samples while there were readers, minute by minute."""
        counted = [sample for sample in self.samples if start <= sample.at < self.left.at]
        found: dict[int, list[Sample]] = {}
        for sample in counted:
            found.setdefault(int(sample.at // 60), []).append(sample)
        return list(found.values())


def rows(soak: Soak, bare: Sample) -> list[tuple]:
    """Return the table: before, every minute, after."""
    named = [("before the first reader", bare), *((f"minute {k + 1}", m[-1]) for k, m in enumerate(soak.minutes()))]
    named += [("the last one leaves", soak.left), (f"{soak.rest.at - soak.left.at:.0f} s later", soak.rest)]
    return [(name, f"{s.memory:.0f}", s.threads, s.files, s.steps, s.errors) for name, s in named]


class Crowd:
    """Sessions that ask for the largest run at once, and an innocent reader beside them."""

    def __init__(self, server: Server) -> None:
        self.server, self.errors, self.drawn, self.peak = server, [], 0, 0.0
        self.waits: list[float] = []
        self.alone: list[float] = []

    async def run(self, sessions: int, seconds: float) -> None:
        self.alone = await self._innocent(time.monotonic() + seconds / 2)
        end = time.monotonic() + seconds
        watch = asyncio.create_task(self._watch())
        asked = asyncio.gather(*(self._ask(seed, end) for seed in range(1, sessions + 1)))
        self.waits = await self._innocent(end)
        await asked
        watch.cancel()

    async def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, self.server.megabytes())
            await asyncio.sleep(0.05)

    async def _ask(self, seed: int, end: float) -> None:
        """Ask for one run after the other, each as soon as the one before is drawn."""
        rng = random.Random(seed)
        reader, answer = await Wanderer.open(self.server.port, f"{LARGEST}&seed={seed}")
        while time.monotonic() < end:
            self.errors += answer.errors
            self.drawn += bool(answer.charts)
            await asyncio.sleep(0.5)
            if reader.watched:
                answer = await reader.glance(rng.choice(reader.watched))
            else:
                answer = await reader.move("Weight scale", round(rng.uniform(0, 4), 2))
        await reader.close()

    async def _innocent(self, end: float) -> list[float]:
        """Waits of a reader of small runs, s."""
        waits = []
        rng = random.Random(0)
        reader, _ = await Wanderer.open(self.server.port)
        while time.monotonic() < end:
            answer = await reader.move("Weight scale", round(rng.uniform(0, 4), 2))
            self.errors += answer.errors
            waits.append(answer.seconds)
            await asyncio.sleep(INNOCENT_EVERY)
        await reader.close()
        return waits


def crowd_rows(crowd: Crowd, sessions: int, left: float) -> list[tuple[str, object]]:
    """Return the table of the crowd."""
    return [
        ("sessions with the largest LSTM run at once", sessions),
        ("of their runs drawn in the measured minute", crowd.drawn),
        ("server's memory, most", f"{crowd.peak:.0f} MB"),
        ("the same 140 s after they left", f"{left:.0f} MB"),
        ("another reader alone, p50 and p95", waited(crowd.alone)),
        ("the same reader beside them", waited(crowd.waits)),
        ("longest beside them", f"{max(crowd.waits) * 1000:.0f} ms"),
        ("errors", len(crowd.errors)),
    ]


def waited(waits: Sequence[float]) -> str:
    """Return the middle and the 95th of a hundred."""
    return f"{median(waits) * 1000:.0f}, {quantiles(waits, n=20)[-1] * 1000:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser("bench soak", description=__doc__)
    parser.add_argument("--readers", type=int, default=30, help="readers who use everything")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long they read")
    parser.add_argument("--heavy", type=int, default=20, help="sessions that ask for the largest run")
    parser.add_argument("--after", type=float, default=AFTER, help="seconds to wait when they have left")
    options = parser.parse_args()
    if options.readers:
        record("soak", "\n\n".join([*soaked(options.readers, options.minutes * 60, options.after), SOAK_TARGET]))
    if options.heavy:
        record("crowd", "\n\n".join([*crowded(options.heavy, options.after), CROWD_TARGET]))


def soaked(readers: int, seconds: float, after: float) -> list[str]:
    with Server(APP) as server:
        soak = Soak(server)
        bare = soak.look()
        asyncio.run(soak.run(readers, seconds, after))
    told = f"{readers} readers, each a step of any kind every {EVERY:g} s."
    told += f" Growth after {SETTLED:.0f} s: {soak.growth:.0f} MB an hour."
    return [table(HEAD, rows(soak, bare)), told, *first(soak.errors)]


def crowded(sessions: int, after: float) -> list[str]:
    with Server(APP) as server:
        crowd = Crowd(server)
        asyncio.run(crowd.run(sessions, CROWD_SECONDS))
        time.sleep(after)
        return [table(CROWD, crowd_rows(crowd, sessions, server.megabytes())), *first(crowd.errors)]


def first(errors: Sequence[str]) -> list[str]:
    """Return the first of the errors, if there is any."""
    return [f"First of {len(errors)}: {errors[0]}"] if errors else []


if __name__ == "__main__":
    main()
