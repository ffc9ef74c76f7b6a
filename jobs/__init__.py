"""Long work in processes of its own: jobs of independent tiles, kept as they finish, resumed where they ended.

    store = Store(home, allow=("lab.maps:tile",))   # only these functions may run, named one by one
    job_id = submit(store, Job("a map", "lab.maps:tile", tiles=[{"row": 0}, {"row": 1}], version="1"))
    status(store, job_id)                           # state, done, total, a sentence, rate, time left
    for tile, arrays in results(store, job_id): …   # what is finished so far

A tile's function is called as `function(tile)` or `function(tile, context)` and returns a mapping of names to arrays;
`context` is a `Context`. The same content is the same job: submitting it again goes on where it ended.

The work itself is done by a supervisor, a process that outlives whoever submitted the job and owns a local
dask.distributed cluster (or talks to the scheduler at an address). This package knows nothing of what tiles mean.
"""

from .control import delete, hold, move, overview, results, resume, stop, submit
from .job import MAX_TILES, Job, JobError
from .job_status import JobStatus, status
from .store import NoJob, Store, StoreBusy
from .tiles import Computation, failures, invalidate, ledger
from .worker import Context

__all__ = [
    "MAX_TILES",
    "Computation",
    "Context",
    "Job",
    "JobError",
    "JobStatus",
    "NoJob",
    "Store",
    "StoreBusy",
    "delete",
    "failures",
    "hold",
    "invalidate",
    "ledger",
    "move",
    "overview",
    "results",
    "resume",
    "status",
    "stop",
    "submit",
]
