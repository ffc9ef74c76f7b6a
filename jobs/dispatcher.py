"""Tiles on their way through dask: sent out a few at a time, taken in as they finish, called back on a stop."""

import queue
import sqlite3
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, cast

from distributed import Client, Future, KilledWorker
from distributed.client import FutureCancelledError

from . import arrays, checkpoints, tiles, worker
from .job import JobError, from_json
from .store import Store

TICK = 0.2  # seconds between two looks at the stop flag
STOP_WITHIN = 10.0  # seconds that tiles under way have to answer a stop
FETCH_WITHIN = 30.0  # seconds for one result to travel back
COUNT_EVERY = 1.0  # seconds between two looks at who is there
ANSWER_WITHIN = 5.0  # seconds for the scheduler to answer a question
SILENT_FOR = 30.0  # seconds without an answer after which it counts as lost
AHEAD = 2  # tiles sent out per worker thread: one computes, one waits

_BROKEN = (OSError, RuntimeError)  # what dask raises when the connection breaks, and when it has given it up
Waiting = tuple[int, str]  # a tile and its spec as JSON


class Dispatcher:
    """One round of a job on one client. Local workers write results themselves; those of an address send them back."""

    def __init__(self, store: Store, job: sqlite3.Row, epoch: int, client: Client) -> None:
        self.store, self.job, self.epoch, self.client = store, job, epoch, client
        self.store_id = store.id
        self.run_name = f"{self.store_id}-{job['id']}"
        self.settings = from_json(job["settings"], "settings")
        self.waiting: deque[Waiting] = deque()
        self.flying: dict[str, tuple[Future, Waiting]] = {}
        self.landed: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self.heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.stop_by: float | None = None
        self.threads = 0
        self.counted = -COUNT_EVERY
        self.answered = time.monotonic()
        self.idle = ""  # why nobody computes

    def run(self, waiting: list[Waiting]) -> None:
        """Return when every tile is settled or a stop is carried out; JobError if the scheduler is lost."""
        self.waiting.extend(waiting)
        self.client.subscribe_topic(worker.topic(self.run_name, self.epoch), self._hear)
        self._send()
        self._raise_flag(self.epoch)  # tiles of a supervisor that died may still be computing there
        while (self.waiting or self.flying) and not self._stop_is_due():
            self._take_in()
            self._note_progress()
            self._check_client()
            self._send()
        self._ask(self.client._cancel, [future for future, _ in self.flying.values()])

    def _ask(self, question: Callable[..., Awaitable[Any]], *words: Any, **options: Any) -> Any:
        """Return what the scheduler answers; None where it does not: dask's own questions wait for ever."""
        try:
            answer = self.client.sync(question, *words, callback_timeout=ANSWER_WITHIN, **options)
        except _BROKEN:
            return None
        self.answered = time.monotonic()
        return answer

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        self.heard.put(event[1])

    def _note_progress(self) -> None:
        progress: dict[int, float] = {}
        while not self.heard.empty():
            event = self.heard.get()
            if "checkpoint" in event:
                self._keep_checkpoint(event)
            else:
                progress[event["tile"]] = event["progress"]
        if progress:
            tiles.note_progress(self.store, self.job["id"], progress)

    def _keep_checkpoint(self, event: dict[str, Any]) -> None:
        """Write down what a tile on another machine has sent; where the disk is full its last one stays."""
        try:
            checkpoints.write(self.store, self.job["id"], event["tile"], event["checkpoint"])
        except JobError as error:
            self.store.note(self.job["id"], str(error))

    def _raise_flag(self, epoch: int) -> None:
        self._ask(self.client._run, worker.stop_below, self.run_name, epoch, on_error="ignore")

    def _stop_is_due(self) -> bool:
        """Return whether a stop was asked for and its time is over.

        The workers are told at every look, new ones too.
        """
        if self.stop_by is None and self.store.job(self.job["id"])["wanted"] == "stop":
            self.stop_by = time.monotonic() + STOP_WITHIN
            self.waiting.clear()
        if self.stop_by is None:
            return False
        self._raise_flag(self.epoch + 1)
        return time.monotonic() > self.stop_by or not self.flying

    def _send(self) -> None:
        if self.client.status != "running":
            return
        if time.monotonic() - self.counted >= COUNT_EVERY:
            self._count_threads()
        room = AHEAD * self.threads - len(self.flying)
        for _ in range(min(room, len(self.waiting))):
            self._send_one(self.waiting.popleft())

    def _count_threads(self) -> None:
        self.counted = time.monotonic()
        there: dict[str, int] | None = self._ask(cast(Any, self.client.scheduler).ncores, workers=None)
        self.threads = sum((there or {}).values())
        self._say_why_idle(there)
        self._replace_dead_workers()

    def _replace_dead_workers(self) -> None:
        """A nanny restarts its worker; this is for those that it gave up. Other machines see to theirs."""
        cluster: Any = self.client.cluster
        if cluster is not None and self.threads < len(cluster.worker_spec):
            cluster.scale(len(cluster.worker_spec))

    def _say_why_idle(self, there: dict[str, int] | None) -> None:
        why = "" if there else "no worker is connected to the scheduler"
        if there is None:
            why = "the scheduler does not answer"
        if why != self.idle:
            self.idle = why
            self.store.note(self.job["id"], why)

    def _send_one(self, waiting: Waiting) -> None:
        try:
            spec = from_json(waiting[1], f"the spec of tile {waiting[0]}")
        except JobError as error:
            self._fail(waiting[0], str(error))
            return
        attempt = 0
        if self.job["scheduler"]:
            claim = tiles.claim(self.store, self.job["id"], waiting[0], self.epoch)
            if claim is None:
                return
            attempt = claim.attempt
        key = f"tile-{self.run_name}-{self.epoch}-{waiting[0]}-{uuid.uuid4().hex}"
        future = self.client.submit(worker.run_tile, self._order(waiting[0], spec, attempt), key=key, pure=False)
        self.flying[key] = future, waiting
        future.add_done_callback(self.landed.put)

    def _order(self, tile: int, spec: Any, attempt: int) -> worker.TileTask:
        return worker.TileTask(
            job=self.job["id"],
            store=self.store_id,
            tile=tile,
            epoch=self.epoch,
            spec=spec,
            settings=self.settings,
            function=self.job["function"],
            allow=self.store.allow,
            home=None if self.job["scheduler"] else str(self.store.home),
            attempt=attempt,
            checkpoint=checkpoints.read(self.store, self.job["id"], tile) if self.job["scheduler"] else None,
        )

    def _take_in(self) -> None:
        """Settle all that has landed, after waiting a tick for the first."""
        try:
            self._settle(self.landed.get(timeout=TICK))
            while True:
                self._settle(self.landed.get_nowait())
        except queue.Empty:
            return

    def _settle(self, future: Future) -> None:
        _, waiting = self.flying.pop(str(future.key))
        if future.status == "error":
            self._fail(waiting[0], _explain(cast(BaseException, future.exception(timeout=FETCH_WITHIN))))
            return
        try:
            self._keep(future.result(timeout=FETCH_WITHIN))
        except TimeoutError:  # its worker died before it was fetched, and dask computes it again
            self.flying[str(future.key)] = future, waiting
            future.add_done_callback(self.landed.put)
        except (*_BROKEN, FutureCancelledError):  # the tile goes out again if the connection comes back
            self.waiting.append(waiting)

    def _keep(self, answer: worker.TileResult) -> None:
        if answer.outcome == "failed":
            self._fail(answer.tile, answer.error)
        elif answer.payload:
            self._land(answer)

    def _land(self, answer: worker.TileResult) -> None:
        try:
            tiles.commit(self.store, answer.payload)
            checkpoints.drop(self.store, self.job["id"], answer.tile)
        except arrays.Damaged as damage:
            self._fail(answer.tile, f"the result arrived damaged ({damage})")

    def _fail(self, tile: int, message: str) -> None:
        tiles.fail(self.store, self.job["id"], tile, message[: tiles.MAX_ERROR])

    def _check_client(self) -> None:
        silent = time.monotonic() - self.answered > SILENT_FOR
        if silent or self.client.status == "closed":
            raise JobError(f"the scheduler at {self.job['scheduler']} no longer answers")


def _explain(error: BaseException) -> str:
    """Return what dask itself says went wrong, and the one case that needs other words."""
    if isinstance(error, KilledWorker):
        return "the worker processes that were to compute it ended again and again (killed, or out of memory)"
    return f"{type(error).__name__}: {error}"
