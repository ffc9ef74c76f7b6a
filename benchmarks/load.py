"""Many readers at once: how long they wait, and whether all get their own result.

Each now and then does one thing of any kind: another page, another cell, another value of any control. With `--slider`
each moves the weight scale alone, as in a lecture.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import psutil

from benchmarks._server import APP, ROOT, Server
from benchmarks._session import Answer
from benchmarks._wanderer import Wanderer
from benchmarks.report import record, table

LABEL, LOWEST, HIGHEST, DIGITS = "Weight scale", 0.0, 4.0, 2
GLANCE = 0.5  # s between two looks at progress
RAMP = 0.1  # s between two readers who open the page
LONGEST = 300  # s; nothing here runs without an end
TARGETS = "Targets, 200 readers on 2 cores: p95 at most 250 ms, no error, nobody sees another's result."
HEAD = ("Load", "value")


@dataclass(frozen=True)
class Plan:
    """How many readers, how often each does something (s), for how long (s), and whether all move one slider."""

    readers: int
    every: float
    seconds: float
    slider: bool = False
    seed: int = 0


@dataclass
class Outcome:
    """Answers in the order in which they came, and what was wrong with any."""

    waits: list[float] = field(default_factory=list)  # s
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)  # results of other settings than the reader's own

    def add(self, answer: Answer) -> None:
        self.waits.append(answer.seconds)
        self.errors += answer.errors

    def check(self, wanted: float, answer: Answer) -> None:
        """Note an answer that belongs to another reader."""
        shown = answer.scales()
        if not answer.errors and shown != {wanted}:
            self.strangers.append(f"asked for {wanted}, was shown {sorted(shown) or 'nothing'}")


@dataclass(frozen=True)
class Cost:
    """Processor time of the measured span, s, and the server's memory, MB."""

    span: float
    server: float
    readers: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser("bench load", description=__doc__)
    parser.add_argument("--app", type=Path, default=APP, help="another page with a slider called Weight scale")
    parser.add_argument("--sessions", type=int, default=200, help="readers at once")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two moves of a reader")
    parser.add_argument("--seconds", type=float, default=40.0, help=f"length of the measured span, at most {LONGEST}")
    parser.add_argument("--query", default="", help="query string with which every reader opens the page")
    parser.add_argument("--slider", action="store_true", help="let every reader move the weight scale alone")
    options = parser.parse_args()
    plan = Plan(options.sessions, options.every, min(options.seconds, LONGEST), options.slider)
    app = options.app.resolve()
    with Server(app, ROOT if app == APP else app.parent) as server:
        outcome, cost = asyncio.run(load(server, plan, options.query))
    record(
        "load slider" if plan.slider else "load",
        "\n\n".join([results(plan, outcome, cost), *complaints(outcome), TARGETS]),
    )


async def load(server: Server, plan: Plan, query: str) -> tuple[Outcome, Cost]:
    """Open all pages one after the other, then let everybody move."""
    outcome, sessions = Outcome(), []
    for _ in range(plan.readers):
        opened = time.perf_counter()
        session, first = await Wanderer.open(server.port, query)
        sessions.append(session)
        outcome.errors += first.errors
        await asyncio.sleep(max(0.0, RAMP - (time.perf_counter() - opened)))
    cost = await _measure(server, plan, sessions, outcome)
    await asyncio.gather(*(session.close() for session in sessions))
    return outcome, cost


async def _measure(server: Server, plan: Plan, sessions: Sequence[Wanderer], outcome: Outcome) -> Cost:
    own = psutil.Process()
    start, served, spent = time.perf_counter(), server.cpu(), sum(own.cpu_times()[:2])
    end = start + plan.seconds
    await asyncio.gather(*(_read(session, plan, i, end, outcome) for i, session in enumerate(sessions)))
    span = time.perf_counter() - start
    return Cost(span, server.cpu() - served, sum(own.cpu_times()[:2]) - spent, server.megabytes())


async def _read(session: Wanderer, plan: Plan, reader: int, end: float, outcome: Outcome) -> None:
    """One reader: begins at a moment of its own, then does something at a steady pace."""
    rng = random.Random(plan.seed * 1_000_000 + reader)
    due = time.perf_counter() + rng.uniform(0, plan.every)
    while due < end:
        await _watch(session, rng, due)
        if plan.slider:
            value = round(rng.uniform(LOWEST, HIGHEST), DIGITS)
            answer = await session.move(LABEL, value)
            outcome.check(value, answer)
        else:
            answer = await session.read_on(rng)
        outcome.add(answer)
        due = max(due + plan.every, time.perf_counter())


async def _watch(session: Wanderer, rng: random.Random, due: float) -> None:
    """Let progress be followed until it is time, as a browser does."""
    while session.watched and time.perf_counter() + GLANCE < due:
        await asyncio.sleep(GLANCE)
        await session.glance(rng.choice(session.watched))
    await asyncio.sleep(max(0.0, due - time.perf_counter()))


def results(plan: Plan, outcome: Outcome, cost: Cost) -> str:
    """Return all results as one Markdown table."""
    waits, reruns = outcome.waits, len(outcome.waits)
    rows = [
        (
            "readers, each moving a slider every" if plan.slider else "readers, each doing something every",
            f"{plan.readers}, {plan.every:g} s",
        ),
        ("reruns in the measured span", f"{reruns} in {cost.span:.0f} s"),
        ("p50, change to end of script", f"{median(waits) * 1000:.0f} ms"),
        ("p95", f"{quantiles(waits, n=20)[-1] * 1000:.0f} ms"),
        ("longest", f"{max(waits) * 1000:.0f} ms"),
        ("errors", len(outcome.errors)),
        ("results of somebody else, or none", len(outcome.strangers)),
        ("server's CPU a rerun", f"{cost.server / reruns * 1000:.1f} ms"),
        ("server's share of one core", f"{cost.server / cost.span:.0%}"),
        ("readers' share of one core (this program)", f"{cost.readers / cost.span:.0%}"),
        ("server's memory", f"{cost.memory:.0f} MB"),
    ]
    return table(HEAD, rows)


def complaints(outcome: Outcome) -> list[str]:
    """Return the first of the errors and of the mistaken results, if there are any."""
    return [f"First of {len(found)}: {found[0]}" for found in (outcome.errors, outcome.strangers) if found]


if __name__ == "__main__":
    main()
