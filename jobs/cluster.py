"""The workers of one run: a local cluster by default, or those of the scheduler at an address."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask.config
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster, Security

from . import address
from .job import JobError

CONNECT_WITHIN = 5.0  # seconds, also to come back after a broken connection
STARTS = 3  # a worker that is killed while it starts takes its cluster along

_ALONE = {"set_as_default": False}
_QUIET = {
    "distributed.scheduler.http.routes": [],  # no pages, no metrics
    "distributed.worker.http.routes": [],
    "distributed.scheduler.allowed-failures": 1_000_000,  # dask blames a tile that only waited; claims know better
}


@contextmanager
def connect(scheduler: str | None, workers: int, scratch: Path) -> Iterator[Client]:
    """A client of `workers` local processes with one thread each, or of the scheduler at that address."""
    if scheduler is None:
        with dask.config.set(_QUIET), _local(workers, scratch) as cluster, Client(cluster, **_ALONE) as client:
            yield client
        return
    try:
        where = address.checked(scheduler)
        client = Client(where, timeout=CONNECT_WITHIN, security=address.security(where), **_ALONE)
    except OSError as error:
        raise JobError(f"no dask scheduler answers at {scheduler} ({error})") from error
    with client:
        yield client


def _local(workers: int, scratch: Path) -> LocalCluster:
    for _ in range(STARTS - 1):
        try:
            return _start(workers, scratch)
        except RuntimeError:
            traceback.print_exc()
    return _start(workers, scratch)


def _start(workers: int, scratch: Path) -> LocalCluster:
    """Reached from this machine only, and only with the keys of this run; its processes end with this one.

    Whoever reaches a scheduler or a worker can run code in it, and loopback is open to every user of the machine. So
    each run has keys of its own, which its processes hand each other through pipes; on disk they lie for the moment in
    which OpenSSL reads them, in a folder of this user alone.
    """
    return LocalCluster(
        security=Security.temporary(),
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # else it takes port 8787, dashboard or not
        scheduler_kwargs={"dashboard": False},
        local_directory=str(scratch),
    )


def cores() -> int:
    """Processor cores that this process may use."""
    return CPU_COUNT
