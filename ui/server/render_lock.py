"""Pages are drawn one after the other: Python runs one thread at a time, and many that wait for it slow it down."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 5.0  # seconds after which a page is drawn without a turn: nobody waits for one that hangs
SLOW_PATIENCE = 20.0  # the same among pages that compute for long


class RenderLock:
    """One holder at a time, first come, first served."""

    def __init__(self, patience: float = PATIENCE, slow: "RenderLock | None" = None) -> None:
        self._patience, self._slow = patience, slow
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()  # each is opened when its owner's turn comes
        self._mine = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it; within a turn nothing happens."""
        if getattr(self._mine, "inside", False):
            yield
            return
        self._mine.inside, self._mine.held = True, self._take()
        try:
            yield
        finally:
            self.step_aside()
            self._mine.inside = False
            self._leave_slow()

    def step_aside(self) -> None:
        """Let the others go on: what comes now waits. The rest of this turn is run beside theirs."""
        if getattr(self._mine, "held", False):
            self._mine.held = False
            self._leave()

    def slow_down(self) -> None:
        """Let the others go on: what comes now computes for long. The rest of this turn takes turns with its like."""
        if self._slow and getattr(self._mine, "inside", False) and not getattr(self._mine, "slow", False):
            self.step_aside()
            self._mine.slow = self._slow._take()

    def _leave_slow(self) -> None:
        if self._slow and getattr(self._mine, "slow", False):
            self._mine.slow = False
            self._slow._leave()

    def _take(self) -> bool:
        """Return whether the turn came in time."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            door = threading.Lock()
            door.acquire()
            self._waiting.append(door)
        return door.acquire(timeout=self._patience) or not self._given_up(door)

    def _given_up(self, door: threading.Lock) -> bool:
        """Leave the queue; False where the turn came at the last moment."""
        with self._lock:
            if door not in self._waiting:
                return False
            self._waiting.remove(door)
            return True

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


RENDER_LOCK = RenderLock(slow=RenderLock(SLOW_PATIENCE))
