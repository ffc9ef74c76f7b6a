"""Results kept by the memory they take: Streamlit's caches count entries, and one of ours may be 10 kB or 600 MB."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from .render_lock import RENDER_LOCK

Result = TypeVar("Result")


class ByteCache(Generic[Result]):
    """Results by key, shared by all sessions; the least recently used go when all together pass a limit.

    limit  bytes, which the newest result alone may exceed     size  bytes of a result
    """

    def __init__(self, limit: float, size: Callable[[Result], float]) -> None:
        self._limit, self._size, self._total = limit, size, 0.0
        self._futures: OrderedDict[Hashable, Future] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result of this key; made by the first who asks, awaited by those who ask meanwhile."""
        with self._lock:
            known = key in self._futures
            future = self._futures.setdefault(key, Future())
            self._futures.move_to_end(key)
        if not known:
            self._make(key, future, make)
        elif not future.done():
            RENDER_LOCK.step_aside()
        return future.result()

    def _make(self, key: Hashable, future: Future, make: Callable[[], Result]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # whatever it was, those who wait must hear of it
            with self._lock:
                del self._futures[key]
            future.set_exception(error)
        else:
            self._account(future)

    def _account(self, future: Future) -> None:
        with self._lock:
            self._total += self._size(future.result())
            for key, other in list(self._futures.items()):
                if self._total <= self._limit:
                    return
                if other.done() and other is not future:
                    self._total -= self._size(self._futures.pop(key).result())
