"""Where pages with large runs wait for each other: all together would take more memory than the machine has."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from cells import RunSettings
from cells.words import number
from ui import state
from ui.cost.budget import is_heavy
from ui.server.background import visitor
from ui.server.memory import BUDGET, allowed, give_back

PATIENCE = 5.0  # seconds after the last sign of life of a page until the next one goes before it
POLL = 0.5  # seconds between two looks at the line
TOGETHER = 2  # pages inside at once, however small their runs are
OUT_HELP = "Brings back the cell and the sizes of the last view that needed no waiting; all else stays."
SIZES = ("cell", "steps", "hidden", "batch", "layers", "inputs", "both_losses")


class Line:
    """Who is first comes first: pages get in while what all of them hold together stays within a limit.

    limit  bytes, which one page alone may exceed; a part of it while the machine is short of memory
    """

    def __init__(self, limit: float, patience: float = PATIENCE) -> None:
        self._limit, self._patience = limit, patience
        self._inside: dict[str, float] = {}
        self._waiting: OrderedDict[str, tuple[float, float]] = OrderedDict()  # size, and when each was seen last
        self._lock = threading.Lock()

    def enter(self, name: str, size: float) -> int:
        """Return how many go first; 0: the page is in, until it leaves. Asked again and again by who waits."""
        with self._lock:
            self._waiting[name] = size, time.monotonic()
            before = self._before(name, size)
            if not before:
                del self._waiting[name]
                self._inside[name] = size
            return before

    def ahead(self, name: str) -> int:
        """Return how many go before one who waits; 0 where it may enter, or stands in no line."""
        with self._lock:
            if name not in self._waiting:
                return 0
            size, _ = self._waiting[name]
            self._waiting[name] = size, time.monotonic()
            return self._before(name, size)

    def leave(self, name: str) -> None:
        """Let the next one in, or go away from the line."""
        with self._lock:
            self._inside.pop(name, None)
            self._waiting.pop(name, None)

    def _before(self, name: str, size: float) -> int:
        end = time.monotonic() - self._patience
        for other in [other for other, (_, seen) in self._waiting.items() if seen < end and other != name]:
            del self._waiting[other]
        place, inside = list(self._waiting).index(name), self._inside.values()
        full = len(inside) >= TOGETHER or (inside and sum(inside) + size > allowed(self._limit))
        return place + len(inside) if place or full else 0


LINE = Line(BUDGET / 2)


@contextmanager
def seat(runs: Sequence[RunSettings]) -> Iterator[int]:
    """Keep a place in the line for runs about to be made; yields how many pages go first, 0 where they may begin."""
    if not is_heavy(runs):
        yield 0
        return
    me = visitor()
    before = LINE.enter(me, sum(run.memory for run in runs))
    try:
        yield before
    finally:
        if not before:
            LINE.leave(me)
            give_back()


def show_waiting(runs: Sequence[RunSettings], before: int) -> None:
    """Say what the page waits for, and offer a way out; the page is drawn when its turn comes."""
    size = number(sum(run.memory for run in runs) / 1e6)
    pages = "1 page goes" if before == 1 else f"{before} pages go"
    with st.container(horizontal=True, vertical_alignment="center", key="waiting line"):
        st.info(
            f"This view computes runs of {size} MB. Large runs take turns: {pages} first, yours is drawn by itself."
        )
        if st.button("Back to the sizes before", key="leave line", help=OUT_HELP):
            LINE.leave(visitor())
            state.put_next({name: state.light()[name] for name in SIZES})
            st.rerun()  # the whole page: the widgets stand outside the body
    _watch()


@st.fragment(run_every=POLL)
def _watch() -> None:
    """Show a sign of life, and draw the page once nobody goes before it."""
    if not LINE.ahead(visitor()):
        st.rerun()
