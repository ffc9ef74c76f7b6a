"""Carry one tile through on a worker: claim it, compute it, keep it or send it back."""

import errno
import os
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import arrays, checkpoints, function, tiles
from .job import JobError
from .lease import HOST
from .priority import lower_worker
from .store import AT_WORK, Store

REPORT_EVERY = 0.2  # seconds between two progress events of a tile
WATCH_EVERY = 1.0  # seconds between two looks at the lease
SUPERSEDED = 70  # exit status of a worker whose supervisor has been replaced

_stopped: dict[str, int] = {}  # job -> every epoch below this one is stopped, in this worker process


@dataclass(frozen=True)
class TileTask:
    """One tile for one worker. `home` is set where it keeps the result itself, `attempt` where it sends it back."""

    job: str
    store: str  # the store's id: the same job may run from two stores on one scheduler
    tile: int
    epoch: int
    spec: Any
    settings: dict[str, Any]
    function: str
    allow: tuple[str, ...]
    home: str | None = None
    attempt: int = 0
    checkpoint: bytes | None = field(default=None, repr=False)  # what the tile has kept, where it sends results back

    @property
    def run(self) -> str:
        """Return what a stop flag is raised for."""
        return f"{self.store}-{self.job}"


@dataclass(frozen=True)
class TileResult:
    """The end of an order: 'done', 'kept' (somebody else has it), 'stopped' or 'failed' with a message."""

    tile: int
    outcome: str
    error: str = ""
    payload: bytes = field(default=b"", repr=False)


def stop_below(run: str, epoch: int) -> None:
    """Raise the stop flag, in this worker process, for all orders of a run with a lower epoch."""
    _stopped[run] = max(epoch, _stopped.get(run, 0))


def topic(run: str, epoch: int) -> str:
    """Return the name under which workers send progress events."""
    return f"tiles-{run}-{epoch}"


class Context:
    """The context of a tile's function: what it may ask and tell while it runs."""

    def __init__(self, order: TileTask) -> None:
        from distributed import get_worker

        self.settings = order.settings
        self.tile = order.tile
        self._order = order
        self._worker = get_worker()
        self._reported = -REPORT_EVERY

    def report(self, progress: float) -> None:
        """Tell how much of the tile is done, in [0, 1]; costs nothing when called too often."""
        if not 0 <= progress <= 1:
            raise ValueError(f"progress = {progress} is outside [0, 1]")
        if time.monotonic() - self._reported >= REPORT_EVERY:
            self._reported = time.monotonic()
            event = {"tile": self.tile, "progress": float(progress)}
            self._worker.log_event(topic(self._order.run, self._order.epoch), event)

    def keep(self, payload: bytes) -> None:
        """Replace the tile's checkpoint, with which it goes on after a death; JobError where the disk is full."""
        if self._order.home:
            checkpoints.write(Store(Path(self._order.home), busy=AT_WORK), self._order.job, self.tile, payload)
        else:
            event = {"tile": self.tile, "checkpoint": payload}
            self._worker.log_event(topic(self._order.run, self._order.epoch), event)

    def kept(self) -> bytes | None:
        """Return the checkpoint that an earlier attempt has left, or None."""
        if self._order.home:
            return checkpoints.read(Store(Path(self._order.home), busy=AT_WORK), self._order.job, self.tile)
        return self._order.checkpoint

    def stop_requested(self) -> bool:
        """Return whether to return None soon, which leaves the tile to be computed another time."""
        return self._order.epoch < _stopped.get(self._order.run, 0)


def run_tile(order: TileTask) -> TileResult:
    """Carry out an order; an error of the tile's function is an answer, not an exception."""
    if order.epoch < _stopped.get(order.run, 0):
        return TileResult(order.tile, "stopped")
    try:
        return _keep(order) if order.home else _compute(order, _sent_claim(order))
    except (Exception, SystemExit) as error:
        return TileResult(order.tile, "failed", _describe(error))


def _keep(order: TileTask) -> TileResult:
    """Straight into the store, so that the tile stays whoever dies next."""
    lower_worker()
    store = Store(Path(str(order.home)), order.allow, busy=AT_WORK)
    tiles.check_deaths(store, order.job, order.tile, order.epoch)
    claim = tiles.claim(store, order.job, order.tile, order.epoch)
    if claim is None:
        return TileResult(order.tile, "kept")
    with _watch(store, order):
        answer = _compute(order, claim)
    if answer.outcome != "done":
        return answer
    outcome = "done" if tiles.commit(store, answer.payload) else "kept"
    checkpoints.drop(store, order.job, order.tile)
    return TileResult(order.tile, outcome)


def _sent_claim(order: TileTask) -> tiles.Claim:
    """Return the supervisor's claim with this process in it."""
    return tiles.Claim(order.job, order.tile, order.attempt, order.epoch, os.getpid(), HOST)


def _compute(order: TileTask, claim: tiles.Claim) -> TileResult:
    context = Context(order)
    made = function.call(function.resolve(order.function, order.allow), order.spec, context)
    if made is None and context.stop_requested():
        return TileResult(order.tile, "stopped")
    return TileResult(order.tile, "done", payload=arrays.encode(made, claim.facts()))


def _describe(error: BaseException) -> str:
    """'ValueError: text (file.py, line 3)', or the sentence alone where it is this package's own."""
    if isinstance(error, JobError):
        return str(error)[: tiles.MAX_ERROR]
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return checkpoints.refusal(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f" ({Path(last.filename).name}, line {last.lineno})"
    return f"{type(error).__name__}: {error}"[: tiles.MAX_ERROR - len(where)] + where


@contextmanager
def _watch(store: Store, order: TileTask) -> Iterator[None]:
    """End this process if another supervisor takes the job over: its workers compute the tile again."""
    over = threading.Event()
    threading.Thread(target=_exit_if_superseded, args=(store, order, over), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _exit_if_superseded(store: Store, order: TileTask, over: threading.Event) -> None:
    while not over.wait(WATCH_EVERY):
        try:
            with store.reading() as db:
                row = db.execute("SELECT epoch FROM leases WHERE job = ?", (order.job,)).fetchone()
        except JobError:  # locked: look again
            continue
        if row is not None and row["epoch"] > order.epoch:
            os._exit(SUPERSEDED)
