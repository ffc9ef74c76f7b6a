# pyright: reportAttributeAccessIssue=false
"""Threads where there is one: a script runs on the event loop, a timer is a call of it, a pool computes at once."""

import asyncio
import concurrent.futures
import concurrent.futures.thread
import contextvars
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

SCRIPT = "ScriptRunner"  # how Streamlit's name of a script's thread begins


class AtOnce(Executor):
    """A pool that computes when it is asked, before `submit` returns."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._max_workers = 1

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Return a future that is done."""
        future: Future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: no work is under way."""


class StillLoop(asyncio.AbstractEventLoop):
    """The loop that Streamlit lays beside a script's thread: nothing runs on it, and no second one is possible."""

    def close(self) -> None:
        """Do nothing: it never was open."""

    def is_closed(self) -> bool:
        """Never, so that nobody makes another."""
        return False

    def is_running(self) -> bool:
        """Return False: nothing ever runs beside the page."""
        return False

    def run_until_complete(self, future: Any) -> None:
        """Drop what was to be run."""
        if hasattr(future, "close"):
            future.close()

    async def shutdown_asyncgens(self) -> None:
        """Do nothing: there are no such generators."""

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Do nothing: there is no such executor."""


def install(loop: asyncio.AbstractEventLoop) -> None:
    """Let everything that asks for a thread from now on run on `loop`, one after the other."""

    def start(thread: threading.Thread) -> None:
        if isinstance(thread, threading.Timer):
            _start_timer(loop, thread)
        elif thread.name.startswith(SCRIPT):
            loop.call_later(0, _run_as, thread)
        else:
            _run_as(thread)

    threading.Thread.start = start
    threading.Thread.is_alive = lambda thread: thread._started.is_set() and not getattr(thread, "is_over", False)
    threading.Thread.join = lambda thread, timeout=None: None
    concurrent.futures.ThreadPoolExecutor = concurrent.futures.thread.ThreadPoolExecutor = AtOnce
    asyncio.new_event_loop = StillLoop
    asyncio.set_event_loop = lambda loop: None
    _install_anyio()


def _start_timer(loop: asyncio.AbstractEventLoop, timer: threading.Timer) -> None:
    def fire() -> None:
        if not timer.finished.is_set():
            timer.finished.set()
            timer.function(*timer.args, **timer.kwargs)

    timer._started.set()
    loop.call_later(timer.interval, fire)


def _run_as(thread: threading.Thread) -> None:
    """Run a thread's work here, under its name: what is kept by thread, such as Streamlit's context, is found there."""
    ident, active = threading.get_ident(), threading._active
    before, active[ident] = active.get(ident), thread
    thread._ident = ident
    thread._started.set()
    try:
        contextvars.Context().run(thread.run)
    except BaseException:
        traceback.print_exc()  # as a thread would
    finally:
        thread.is_over = True
        active[ident] = before


def _install_anyio() -> None:
    """Starlette hands functions that may block to anyio's threads."""
    from anyio._backends._asyncio import AsyncIOBackend

    async def run_here(func: Callable, args: tuple, **_: Any) -> Any:
        return func(*args)

    AsyncIOBackend.run_sync_in_worker_thread = staticmethod(run_here)
