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
from functools import cached_property
from typing import Any
from uuid import uuid4

import streamlit as st

from cells.progress import Report
from ui import platform
from ui.platform import PLATFORM, Begin, Compute

from .memory import HOLDERS, allowed, size_of

THREADS = 2  # NumPy lets others run while it computes
NICE = 10  # steps of priority below the pages
SHORT = 0.02  # seconds up to which a page computes a measure itself: behind others it might wait for longer
TURN = 0.001  # seconds a thread may keep the interpreter from others; Python's own 5 ms slow pages by half again
PATIENCE = 5.0  # seconds after the last sign of life of a page until its work is given up
KEPT, KEPT_BYTES = 48, 1e8  # finished results, and what all of them may take together


class GivenUp(Exception):
    """Raised inside a computation that nobody waits for any more."""


class Work:
    """One computation, shared by all who ask for the same."""

    def __init__(self, begin: Begin, compute: Compute, visitor: str, seconds: float) -> None:
        self.share, self.used = 0.0, time.monotonic()
        self._waiting = {visitor: time.monotonic()}
        self.future: Future = begin(compute, self._report, seconds)

    def wanted_by(self, visitor: str) -> None:
        """A sign of life of someone who waits."""
        self._waiting[visitor] = self.used = time.monotonic()

    def left_by(self, visitor: str) -> None:
        """Someone waits no more; a computation that has not begun and is wanted by nobody never will."""
        self._waiting.pop(visitor, None)
        if not self._waiting:
            self.future.cancel()

    @property
    def given_up(self) -> bool:
        """Return whether it ended without a result because nobody waited."""
        done = self.future.done()
        return done and (self.future.cancelled() or isinstance(self.future.exception(), GivenUp))

    @cached_property
    def size(self) -> int:
        """Return bytes of its result, once it is done."""
        failed = self.future.cancelled() or self.future.exception() is not None
        return 0 if failed else size_of(self.future.result())

    def within(self, seconds: float) -> bool:
        """Return whether it is done after at most `seconds`; not where it was given up as it was asked for again."""
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
        self._heavy_pool = ThreadPoolExecutor(1, thread_name_prefix="heavy", initializer=_step_back)

    @property
    def begins(self) -> tuple[Begin, Begin]:
        """Return where light and where heavy work begins."""
        return self.begin, self.begin_heavy

    def begin(self, compute: Compute, report: Report, seconds: float) -> Future:
        """Compute what is short at once, and all else as soon as a thread is free, however long it takes."""
        return _at_once(compute, report) if seconds <= SHORT else self._pool.submit(_begun, compute, report)

    def begin_heavy(self, compute: Compute, report: Report, seconds: float) -> Future:
        """Compute what takes much memory: one after the other, while what takes little goes on."""
        return self._heavy_pool.submit(_begun, compute, report)


def _begun(compute: Compute, report: Report) -> Any:
    report(0.0)
    return compute(report)


def _at_once(compute: Compute, report: Report) -> Future:
    done = Future()
    try:
        done.set_result(_begun(compute, report))
    except Exception as fault:
        done.set_exception(fault)
    return done


class Works:
    """All computations of the process, by what they compute."""

    def __init__(self, begin: Begin | None = None) -> None:
        self._begins: tuple[Begin, Begin] = (begin, begin) if begin else Threads().begins
        self._works: OrderedDict[Hashable, Work] = OrderedDict()
        self._lock = threading.Lock()
        HOLDERS.add(self)

    def of(self, key: Hashable, compute: Compute, visitor: str, seconds: float = math.inf, heavy: bool = False) -> Work:
        """Return the work of this key, begun if need be.

        heavy  waits for other heavy work, which takes much memory, and keeps no light work waiting
        """
        with self._lock:
            work = self._works.get(key)
            if work is None or work.given_up:
                work = self._works[key] = Work(self._begins[heavy], compute, visitor, seconds)
            work.wanted_by(visitor)
            self._works.move_to_end(key)
            self._forget()
            return work

    def result_of(self, key: Hashable) -> Any:
        """Return what is kept of this key, None where nothing is."""
        with self._lock:
            work = self._works.get(key)
            done = work is not None and work.future.done() and not work.given_up
            return work.future.result() if work and done else None

    def leave(self, key: Hashable, visitor: str) -> None:
        """The visitor no longer waits for this key."""
        with self._lock:
            if key in self._works:
                self._works[key].left_by(visitor)

    def forget(self, idle: float) -> bool:
        """Drop what nobody asked for in so many seconds; whether there was any."""
        with self._lock:
            before, end = len(self._works), time.monotonic() - idle
            for key in [key for key in self._finished() if self._works[key].used < end]:
                del self._works[key]
            self._forget()
            return len(self._works) < before

    def _forget(self) -> None:
        """Drop the oldest results, all but the newest, until number and bytes are within their limits."""
        finished, limit = self._finished(), allowed(KEPT_BYTES)
        total = sum(self._works[key].size for key in finished)
        for key in finished[:-1]:
            if len(self._works) <= KEPT and total <= limit:
                return
            total -= self._works.pop(key).size

    def _finished(self) -> list[Hashable]:
        return [key for key, work in self._works.items() if work.future.done()]


def _step_back() -> None:
    """Lower the priority of this thread, where the system knows one for each: pages go first."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + NICE))


@st.cache_resource(show_spinner=False)
def works() -> Works:
    """Return the one there is."""
    return Works(platform.beside)


def visitor() -> str:
    """Return the name under which this session waits."""
    return st.session_state.setdefault("visitor", uuid4().hex)


def leave(slot: str) -> None:
    """This place of the page waits for nothing any more."""
    shown = st.session_state.get("works", {})
    if slot in shown:
        works().leave(shown.pop(slot), visitor())


def ask(slot: str, key: Hashable, compute: Compute, seconds: float = math.inf, heavy: bool = False) -> Work:
    """Return the work that one place of the page shows; what the place showed before is left.

    compute  a function of a module with arguments that can be sent elsewhere: functools.partial
    seconds  roughly what it takes: what is short need not be sent
    heavy    whether it takes much memory, and so waits for other such work
    """
    me, shown = visitor(), st.session_state.setdefault("works", {})
    if shown.get(slot, key) != key:
        works().leave(shown[slot], me)
    shown[slot] = key
    return works().of(key, compute, me, seconds, heavy)
