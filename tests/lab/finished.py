"""Runs in the store as a worker leaves them, trained in the tests' own process."""

from dataclasses import replace

import numpy as np

from jobs import arrays, checkpoints, control, lease, tiles
from lab import runs
from lab.checkpoint import pack
from lab.record import Cure
from lab.training import Training

CURES = (Cure("clipping by norm at 1", True, "the loss goes from 2 to 1 in 102 updates"),)


def stored(settings) -> str:
    """Put a run into the store that has ended; the job's name."""
    return stored_all({"short": settings})


def stored_all(chosen, name="A short run", recipe="") -> str:
    """The same for several runs of one job."""
    job, here = entered(chosen, name, recipe), runs.store()
    held = lease.acquire(here, job.id)
    for tile, settings in enumerate(chosen.values()):
        claim = tiles.claim(here, job.id, tile, held.epoch)
        payload = np.frombuffer(pack(trained(settings)), dtype=np.uint8)
        tiles.commit(here, arrays.encode({"run": payload}, claim.facts()))
    lease.release(here, held)
    return job.id[:8]


def entered(chosen, name="A short run", recipe=""):
    """A job that is in the store and has not begun."""
    job = runs.job_of(name, chosen, recipe)
    enter(job)
    return job


def enter(job) -> str:
    """Put a job into the store; its id."""
    with runs.store().transaction() as db:
        control._enter(db, job)
    return job.id


def left_off(settings, update: int):
    """A job whose processes were killed after an update of its only run."""
    job, here = entered({"killed": settings}, "Killed"), runs.store()
    training = Training(settings)
    next(event for event in training.events() if event.update == update)
    checkpoints.write(here, job.id, 0, pack(training))
    tiles.note_progress(here, job.id, {0: update / settings.updates})
    return job


def trained(settings) -> Training:
    """A run that has ended; what would have cured it, if it exploded, is given."""
    training = Training(settings)
    list(training.events())
    if training.progress.halt:
        training.progress.halt = replace(training.progress.halt, cures=CURES)
    return training
