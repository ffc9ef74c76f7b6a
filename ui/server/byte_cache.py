"""Results kept by the memory they take: Streamlit's caches count entries, and one of ours may be 10 kB or 600 MB."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from .memory import HOLDERS, allowed
from .render_lock import RENDER_LOCK

Result = TypeVar("Result")


class ByteCache(Generic[Result]):
    """Results by key, shared by all sessions; the least recently used go when all together pass a limit.

    limit  bytes, which the newest result alone may exceed; a part of it while the machine is short of memory
    size   bytes of a result
    """

    def __init__(self, limit: float, size: Callable[[Result], float]) -> None:
        self._limit, self._size, self._total = limit, size, 0.0
        self._futures: OrderedDict[Hashable, Future] = OrderedDict()
        self._sizes: dict[Hashable, float] = {}
        self._used: dict[Hashable, float] = {}
        self._lock = threading.Lock()
        HOLDERS.add(self)

    def __contains__(self, key: Hashable) -> bool:
        """Return whether the result of this key is there."""
        with self._lock:
            return key in self._sizes

    @property
    def total(self) -> float:
        """Return bytes of all that is kept."""
        return self._total

    def of(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Return the result of this key; made by the first who asks, awaited by those who ask meanwhile."""
        with self._lock:
            known = key in self._futures
            future = self._futures.setdefault(key, Future())
            self._futures.move_to_end(key)
            self._used[key] = time.monotonic()
        if not known:
            self._make(key, future, make)
        elif not future.done():
            RENDER_LOCK.step_aside()
        return future.result()

    def forget(self, idle: float) -> bool:
        """Drop what nobody asked for in so many seconds, and what is beyond the present limit."""
        with self._lock:
            before, end = len(self._futures), time.monotonic() - idle
            for key in [key for key in self._sizes if self._used[key] < end]:
                self._drop(key)
            self._shrink(None)
            return len(self._futures) < before

    def _make(self, key: Hashable, future: Future, make: Callable[[], Result]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # whatever it was, those who wait must hear of it
            with self._lock:
                del self._futures[key], self._used[key]
            future.set_exception(error)
        else:
            self._account(key, future.result())

    def _account(self, key: Hashable, result: Result) -> None:
        with self._lock:
            self._sizes[key] = self._size(result)
            self._total += self._sizes[key]
            self._shrink(key)

    def _shrink(self, newest: Hashable) -> None:
        limit = allowed(self._limit)
        for key in list(self._futures):
            if self._total <= limit:
                return
            if key in self._sizes and key != newest:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        self._total -= self._sizes.pop(key)
        del self._futures[key], self._used[key]
