"""How fast the page answers: from a key press to the last chart painted, beside a bare page; server time a rerun."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from benchmarks._press import Press, Reader, browser
from benchmarks._server import APP, BARE, ROOT, Server
from benchmarks._session import Session
from benchmarks.report import record, table

WARM_UP = 3
PAUSE = 0.1  # s between two reruns of the same reader
LABEL, START, STEP = "Weight scale", 1.0, 0.01
TARGETS = "Targets: default view at most 2 × the bare page; server at most 12 ms of CPU a rerun cached, 50 ms uncached."
PRESS_HEAD = (
    "Key press to last chart painted",
    "new value, ms",
    "× bare",
    "seen value, ms",
    "× bare",
    "browser CPU, ms",
)
SERVER_HEAD = ("Server, a rerun", "CPU new, ms", "CPU seen, ms", "answer new, ms", "answer seen, ms", "messages", "kB")


@dataclass(frozen=True)
class View:
    """A page whose answers are measured."""

    name: str
    app: Path
    query: str = ""

    def server(self) -> Server:
        return Server(self.app, ROOT if self.app in (APP, BARE) else self.app.parent)


class Series:
    """Key presses of one page: the middle of their waits and of the browser's processor time, ms."""

    def __init__(self, presses: Sequence[Press]) -> None:
        self.wait = median(press.wait for press in presses)
        self.cpu = median(press.cpu for press in presses)


@dataclass(frozen=True)
class Reruns:
    """The cost of a series of reruns, on average or in the middle."""

    cpu: float  # ms
    answer: float  # ms
    messages: float
    size: float  # kB


def main() -> None:
    parser = argparse.ArgumentParser("bench page", description=__doc__)
    parser.add_argument("--app", type=Path, default=APP, help="another page with a slider of the key weight_scale")
    parser.add_argument("--presses", type=int, default=25, help="key presses a series")
    options = parser.parse_args()
    app = options.app.resolve()
    views = [View("bare page, one chart", BARE), View("Backflow, default view", app)]
    views.append(View("Backflow, LSTM", app, "cell=lstm"))
    pressed, notes = press_all(views, options.presses)
    served = [(view.name, *serve(view, 2 * options.presses)) for view in views]
    record("page", "\n\n".join([press_table(pressed), server_table(served), notes, TARGETS]))


def press_all(views: Sequence[View], presses: int) -> tuple[list[tuple[str, Series, Series]], str]:
    """Return every press of each view, on new values and then back on the same, the views taking turns; and remarks."""
    with ExitStack() as stack:
        servers = [stack.enter_context(view.server()) for view in views]
        window = stack.enter_context(browser())
        readers = [Reader(window, server, view.query) for server, view in zip(servers, views, strict=True)]
        new = turns(readers, "ArrowRight", presses)
        seen = turns(readers, "ArrowLeft", presses - 1)
        notes = remarks(readers[1:], servers[1:])
    return [(view.name, *both) for view, both in zip(views, zip(new, seen, strict=True), strict=True)], notes


def turns(readers: Sequence[Reader], key: str, presses: int) -> list[Series]:
    """Return every reader presses in turn, so that whatever slows the machine slows all.

    The first rounds do not count.
    """
    rounds = [[reader.press(key) for reader in readers] for _ in range(presses)]
    return [Series(pressed) for pressed in zip(*rounds[WARM_UP:], strict=True)]


def remarks(readers: Sequence[Reader], servers: Sequence[Server]) -> str:
    """Console errors, requests to other machines and PyTorch, which the page is not to load."""
    errors = sum(len(reader.errors) for reader in readers)
    outside = sum(len(reader.outside) for reader in readers)
    torch = {None: "unknown", True: "loaded", False: "not loaded"}[servers[0].has_torch()]
    return f"Console errors: {errors}; requests to other machines: {outside}; PyTorch in the server: {torch}."


def press_table(pressed: Sequence[tuple[str, Series, Series]]) -> str:
    """Medians, and how they compare with the bare page's, which comes first."""
    _, bare_new, bare_seen = pressed[0]
    rows = []
    for name, new, seen in pressed:
        waits = (
            f"{new.wait:.0f}",
            f"{new.wait / bare_new.wait:.2f}",
            f"{seen.wait:.0f}",
            f"{seen.wait / bare_seen.wait:.2f}",
        )
        rows.append((name, *waits, f"{new.cpu:.0f}"))
    return table(PRESS_HEAD, rows)


def serve(view: View, reruns: int) -> tuple[Reruns, Reruns]:
    """Reruns over a websocket, without a browser that would take the processor: new values, then the same again."""
    with view.server() as server:
        return asyncio.run(_serve(server, view.query, reruns))


async def _serve(server: Server, query: str, reruns: int) -> tuple[Reruns, Reruns]:
    session, _ = await Session.open(server.port, query)
    values = [round(START + STEP * (i + 1), 4) for i in range(reruns)]
    for value in (0.5, 0.51, 0.52):
        await session.move(LABEL, value)
    new = await _series(server, session, values)
    seen = await _series(server, session, values)
    await session.close()
    return new, seen


async def _series(server: Server, session: Session, values: Sequence[float]) -> Reruns:
    cpu, answers = server.cpu(), []
    for value in values:
        answers.append(await session.move(LABEL, value))
        await asyncio.sleep(PAUSE)
    errors = [error for answer in answers for error in answer.errors]
    if errors:
        raise RuntimeError(f"{len(errors)} of {len(values)} reruns failed, the first with {errors[0]}")
    return Reruns(
        cpu=(server.cpu() - cpu) / len(values) * 1000,
        answer=median(answer.seconds for answer in answers) * 1000,
        messages=mean(answer.messages for answer in answers),
        size=mean(answer.size for answer in answers) / 1000,
    )


def server_table(served: Sequence[tuple[str, Reruns, Reruns]]) -> str:
    rows = []
    for name, new, seen in served:
        times = (f"{new.cpu:.1f}", f"{seen.cpu:.1f}", f"{new.answer:.0f}", f"{seen.answer:.0f}")
        rows.append((name, *times, f"{new.messages:.0f}", f"{new.size:.1f}"))
    return table(SERVER_HEAD, rows)


if __name__ == "__main__":
    main()
