"""Measures beside the page: sent to the second worker one by one; one that nobody waits for is stopped there."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from .one_thread import AtOnce
from .parcels import packed, unpacked

SHORT = 0.2  # seconds up to which a measure is computed here, before the other worker would have heard of it

Told = Callable[[int, str, Any], None]  # an order's number; "share", "done" or "failed"; and what comes with it
Post = Callable[[int, bytes, Told], None]


@dataclass
class Order:
    """One measure on its way."""

    data: bytes
    report: Callable[[float], None]
    future: Future


class Beside:
    """The queue of measures. `post` sends one to the worker, `stop` ends the worker and whatever it computes."""

    def __init__(self, post: Post, stop: Callable[[], None]) -> None:
        self._post, self._stop = post, stop
        self._orders: deque[Order] = deque()
        self._number = 0
        self._present: Order | None = None

    def begin(self, compute: Callable, report: Callable[[float], None], seconds: float) -> Future:
        """Return a future of what `compute` returns; one that is short is done at once."""
        if seconds <= SHORT:
            return AtOnce().submit(compute, report)
        order = Order(packed(compute), report, Future())
        order.future.add_done_callback(lambda _: self._drop(order))
        self._orders.append(order)
        self._next()
        return order.future

    def _next(self) -> None:
        while self._present is None and self._orders:
            order = self._orders.popleft()
            if not order.future.done():
                self._number, self._present = self._number + 1, order
                self._post(self._number, order.data, self.told)

    def _drop(self, order: Order) -> None:
        """An order that is cancelled while it is computed stops its worker; any end makes room for the next."""
        if self._present is order:
            self._present = None
            if order.future.cancelled():
                self._stop()
            self._next()

    def told(self, number: int, kind: str, data: Any) -> None:
        """Word of the worker; of an order that was stopped there is none to be heard."""
        order = self._present
        if order is None or number != self._number:
            return
        if kind == "share":
            self._report(order, data)
        elif kind == "done":
            good, found = unpacked(data)
            (order.future.set_result if good else order.future.set_exception)(found)
        else:
            order.future.set_exception(RuntimeError(str(data)))

    def _report(self, order: Order, share: float) -> None:
        try:
            order.report(share)
        except Exception as error:  # nobody waits any more
            self._present = None
            self._stop()
            order.future.set_exception(error)
            self._next()
