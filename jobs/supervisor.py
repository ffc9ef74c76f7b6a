"""The process that runs one job: holds its lease, feeds its workers, and survives whoever asked for it."""

import os
import threading
import traceback

from . import function, lease, tiles
from .job import JobError
from .store import Store

LEASE_LOST = 75  # exit status of a supervisor that has been replaced


def supervise(store: Store, job_id: str) -> None:
    """Run a job until every tile is done or failed, or it is stopped; return at once if somebody else runs it."""
    held = lease.acquire(store, job_id)
    if held is None:
        return
    ended = start_beating(store, held)
    try:
        with store.reading():  # while one connection stays open, closing the others does not fold in the log each time
            while not lease.release(store, held, _attempt(store, held)):
                held = lease.renew(store, held)  # asked for again meanwhile
    finally:
        ended.set()


def start_beating(store: Store, held: lease.Lease) -> threading.Event:
    """Show signs of life until the event is set; the process ends if the lease is lost."""
    ended = threading.Event()
    threading.Thread(target=_beat, args=(store, held, ended), daemon=True).start()
    return ended


def _beat(store: Store, held: lease.Lease, ended: threading.Event) -> None:
    while not ended.wait(store.lease / 5):
        if not _holds(store, held) and not ended.is_set():
            os._exit(LEASE_LOST)  # the workers end with this process


def _holds(store: Store, held: lease.Lease) -> bool:
    """Return whether the lease is still ours; where the store cannot be asked now, it is asked again."""
    try:
        return lease.heartbeat(store, held)
    except JobError:
        traceback.print_exc()
        return True


def _attempt(store: Store, held: lease.Lease) -> str:
    """Return one round; the sentence that says why it ended early, or nothing."""
    try:
        _round(store, held)
    except JobError as error:
        return str(error)
    except Exception as error:
        traceback.print_exc()
        return f"the supervisor ended with {type(error).__name__}: {error}"
    return ""


def _round(store: Store, held: lease.Lease) -> None:
    """One pass over the tiles that are not done, on one cluster, under one epoch of the lease."""
    job = store.job(held.job)
    function.resolve(job["function"], store.allow)
    tiles.recover(store, held.job)
    waiting = tiles.pending(store, held.job)
    if not waiting or job["wanted"] != "run":
        return
    from . import cluster, dispatcher  # dask takes half a second, and only the holder of the lease needs it

    workers = min(job["workers"] or cluster.cores(), len(waiting))
    with cluster.connect(job["scheduler"], workers, store.home / "scratch") as client:
        dispatcher.Dispatcher(store, job, held.epoch, client).run(waiting)
