"""Long computing beside the page: in threads of its own, with progress, and given up when nobody waits for it."""

import math
import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any
from uuid import uuid4

import streamlit as st

from ui import platform
from ui.platform import PLATFORM, Begin, Compute, Report

THREADS = 2  # NumPy lets others run while it computes
NICE = 10  # steps of priority below the pages
TURN = 0.001  # seconds a thread may keep the interpreter from others; Python's own 5 ms slow pages by half again
PATIENCE = 5.0  # seconds after the last sign of life of a page until its work is given up
KEPT = 48  # finished results


class GivenUp(Exception):
    """Raised inside a computation that nobody waits for any more."""


class Work:
    """One computation, shared by all who ask for the same."""

    def __init__(self, begin: Begin, compute: Compute, visitor: str, seconds: float) -> None:
        self.share = 0.0
        self._waiting = {visitor: time.monotonic()}
        self.future: Future = begin(compute, self._report, seconds)

    def wanted_by(self, visitor: str) -> None:
        """A sign of life of someone who waits."""
        self._waiting[visitor] = time.monotonic()

    def left_by(self, visitor: str) -> None:
        """Someone waits no more; a computation that has not begun and is wanted by nobody never will."""
        self._waiting.pop(visitor, None)
        if not self._waiting:
            self.future.cancel()

    @property
    def given_up(self) -> bool:
        """Whether it ended without a result because nobody waited."""
        done = self.future.done()
        return done and (self.future.cancelled() or isinstance(self.future.exception(), GivenUp))

    def within(self, seconds: float) -> bool:
        """Whether it is done after at most `seconds`; not where it was given up as it was asked for again."""
        try:
            self.future.exception(timeout=seconds if PLATFORM.threads else 0)  # one thread would wait for itself
        except (NotYet, CancelledError):
            return False
        return not self.given_up

    def _report(self, share: float) -> None:
        if not any(time.monotonic() - seen < PATIENCE for seen in list(self._waiting.values())):
            raise GivenUp
        self.share = share


class Threads:
    """Computes in a few threads of this process, behind its pages."""

    def __init__(self) -> None:
        sys.setswitchinterval(TURN)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="measure", initializer=_step_back)

    def begin(self, compute: Compute, report: Report, seconds: float) -> Future:
        """Compute as soon as a thread is free, however long it takes."""
        return self._pool.submit(_begun, compute, report)


def _begun(compute: Compute, report: Report) -> Any:
    report(0.0)
    return compute(report)


class Works:
    """All computations of the process, by what they compute."""

    def __init__(self, begin: Begin | None = None) -> None:
        self._begin = begin or Threads().begin
        self._works: OrderedDict[Hashable, Work] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, compute: Compute, visitor: str, seconds: float = math.inf) -> Work:
        """The work of this key, begun if need be."""
        with self._lock:
            work = self._works.get(key)
            if work is None or work.given_up:
                work = self._works[key] = Work(self._begin, compute, visitor, seconds)
            work.wanted_by(visitor)
            self._works.move_to_end(key)
            self._forget()
            return work

    def leave(self, key: Hashable, visitor: str) -> None:
        """The visitor no longer waits for this key."""
        with self._lock:
            if key in self._works:
                self._works[key].left_by(visitor)

    def _forget(self) -> None:
        finished = [key for key, work in self._works.items() if work.future.done()]
        for key in finished[: max(0, len(self._works) - KEPT)]:
            del self._works[key]


def _step_back() -> None:
    """Lower the priority of this thread, where the system knows one for each: pages go first."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + NICE))


@st.cache_resource(show_spinner=False)
def works() -> Works:
    """The one there is."""
    return Works(platform.beside)


def visitor() -> str:
    """Return the name under which this session waits."""
    return st.session_state.setdefault("visitor", uuid4().hex)


def leave(slot: str) -> None:
    """This place of the page waits for nothing any more."""
    shown = st.session_state.get("works", {})
    if slot in shown:
        works().leave(shown.pop(slot), visitor())


def ask(slot: str, key: Hashable, compute: Compute, seconds: float = math.inf) -> Work:
    """The work that one place of the page shows; what the place showed before is left.

    compute  a function of a module with arguments that can be sent elsewhere: functools.partial
    seconds  roughly what it takes: what is short need not be sent
    """
    me, shown = visitor(), st.session_state.setdefault("works", {})
    if shown.get(slot, key) != key:
        works().leave(shown[slot], me)
    shown[slot] = key
    return works().of(key, compute, me, seconds)
