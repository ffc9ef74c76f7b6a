"""The workers of one run: a local cluster by default, or those of the scheduler at an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask.config
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster

from . import address
from .job import JobError

CONNECT_WITHIN = 10.0  # seconds

_QUIET = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}  # no pages, no metrics


@contextmanager
def connect(scheduler: str | None, workers: int, scratch: Path) -> Iterator[Client]:
    """A client of `workers` local processes with one thread each, or of the scheduler at that address."""
    if scheduler is None:
        with dask.config.set(_QUIET), _local(workers, scratch) as cluster, Client(cluster, **_ALONE) as client:
            yield client
        return
    try:
        client = Client(address.checked(scheduler), timeout=CONNECT_WITHIN, **_ALONE)
    except OSError as error:
        raise JobError(f"no dask scheduler answers at {scheduler} ({error})") from error
    with client:
        yield client


_ALONE = {"set_as_default": False}


def _local(workers: int, scratch: Path) -> LocalCluster:
    """Reached from this machine only; its processes end when this one does, however it ends."""
    return LocalCluster(
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
