"""How much memory all sessions may hold together, a share of the machine's; what is held beyond need is given back."""

import ctypes
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakSet

import numpy as np

from ui.platform import PLATFORM

SHARE, LEAST = 0.05, 1e9  # of the machine's memory; bytes, enough for the largest run a page allows and its figures
LOW, IN_NEED = 0.1, 0.25  # free share of the machine's memory that is short, and what of each limit then stays
ASSUMED = 4e9  # bytes that a browser's page is taken to have
CGROUP = Path("/sys/fs/cgroup/memory.max")  # what a container may take, where one is
LOOK = 1.0  # seconds for which the machine's free memory is taken as it was seen
SWEEP = 10.0  # seconds between two rounds of the sweeper
IDLE = 60.0  # seconds after which a result that nobody asked for is dropped


class Holder(Protocol):
    """Something that keeps results and can let go of them; returns whether it did."""

    def forget(self, idle: float) -> bool: ...


HOLDERS: WeakSet[Any] = WeakSet()


def _of_machine() -> Any:
    import psutil  # inside a browser there is none

    return psutil.virtual_memory()


def machine() -> float:
    """Return the bytes of memory this process may see: the machine's, or a container's where that is less."""
    if not PLATFORM.processes:
        return ASSUMED
    total = float(_of_machine().total)
    with suppress(OSError, ValueError):
        return min(total, float(CGROUP.read_text(encoding="ascii")))
    return total


BUDGET = max(LEAST, SHARE * machine()) * PLATFORM.memory  # bytes for kept results and for runs under way, together


class Free:
    """The machine's free memory, looked at now and then."""

    def __init__(self, look: Callable[[], float]) -> None:
        self._look, self._seen, self._share = look, -LOOK, 1.0

    def share(self) -> float:
        """Return how much is free, 0 to 1."""
        if time.monotonic() - self._seen >= LOOK:
            self._seen, self._share = time.monotonic(), self._look()
        return self._share


def _free_share() -> float:
    if not PLATFORM.processes:
        return 1.0
    now = _of_machine()
    return now.available / now.total


FREE = Free(_free_share)


def allowed(limit: float) -> float:
    """Return what of a limit holds now: a quarter of it while the machine is short of memory."""
    return limit * (IN_NEED if FREE.share() < LOW else 1.0)


def size_of(record: Any) -> int:
    """Return the bytes of all arrays and texts that a record keeps alive, shared ones once."""
    return _size_of(record, set())


def _size_of(record: Any, seen: set[int]) -> int:
    while isinstance(record, np.ndarray) and isinstance(record.base, np.ndarray):
        record = record.base  # a view keeps the whole
    if record is None or id(record) in seen:
        return 0
    seen.add(id(record))
    if isinstance(record, np.ndarray):
        return record.nbytes
    if isinstance(record, str | bytes):
        return len(record)
    return sum(_size_of(part, seen) for part in _parts(record))


def _parts(record: Any) -> Iterable[Any]:
    if isinstance(record, Mapping):
        return list(record.values())
    if isinstance(record, tuple | list | set | frozenset):
        return record
    own = list(getattr(record, "__dict__", {}).values())
    slots = [getattr(record, f.name, None) for f in fields(record)] if is_dataclass(record) and not own else []
    return [] if isinstance(record, type) else own + slots


def give_back() -> None:
    """Return freed memory to the system, where the C library is glibc: it keeps what many threads have freed."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def sweep(idle: float = IDLE) -> bool:
    """Drop what nobody asked for lately; whether there was any."""
    dropped = [holder.forget(idle) for holder in list(HOLDERS)]
    if any(dropped):
        give_back()
    return any(dropped)


def start_sweeper() -> threading.Thread:
    """Sweep now and then, for as long as the process lives."""
    thread = threading.Thread(target=_sweep_forever, name="sweeper", daemon=True)
    thread.start()
    return thread


def _sweep_forever() -> None:
    while True:
        time.sleep(SWEEP)
        sweep()
