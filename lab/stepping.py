"""One more update of a paused run, or its end: in a process of its own, so that who asks need not load PyTorch."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jobs
from jobs import arrays, checkpoints, tiles

from . import runs

if TYPE_CHECKING:
    from .training import Training

ROOT = Path(__file__).parents[1]
PATIENCE = 120  # seconds, of which PyTorch takes one or two to load
ENDED = "the run {} has done all its updates; going on measures it on the test data"


def step(place: runs.Place) -> str:
    """Do one more update, and return the sentence that says where the run is; JobError where none was done."""
    return _in_a_process("step", place, "one update")


def end(place: runs.Place) -> str:
    """End a run where it is, and return the sentence that says so; JobError where it could not be ended."""
    return _in_a_process("end", place, "the end")


def _in_a_process(command: str, place: runs.Place, what: str) -> str:
    """Start the process, wait for it, and return the sentence it ends with."""
    words = [sys.executable, "-m", "lab", command, place.name]
    try:
        ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise jobs.JobError(f"{what} of {place.name} takes longer than {PATIENCE} s") from error
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise jobs.JobError(last.rstrip("."))
    return ended.stdout.strip()


def step_here(here: jobs.Store, place: runs.Place) -> str:
    """Do one update in this process and write it down; JobError while the run is at work, or once it has ended."""
    from .checkpoint import pack

    with jobs.hold(here, place.job):
        training = _left_off(here, place)
        if training.progress.reason:
            raise jobs.JobError(ENDED.format(place.name))
        next(training.events())
        checkpoints.write(here, place.job, place.tile, pack(training))
        done = training.progress.update
        tiles.note_progress(here, place.job, {place.tile: min(1.0, done / place.settings.updates)})
    return f"{place.name} is at update {done} of {place.settings.updates}."


def end_here(here: jobs.Store, place: runs.Place) -> str:
    """End a run in this process, measured on the test data like any other; JobError as for a step."""
    with jobs.hold(here, place.job) as held:
        training = _left_off(here, place)
        if not training.progress.update:
            raise jobs.JobError(f"the run {place.name} has done no update yet")
        training.stop()
        claim = tiles.claim(here, place.job, place.tile, held.epoch)
        if claim is None:
            raise jobs.JobError(f"the run {place.name} is taken by another process")
        tiles.commit(here, arrays.encode(runs.result_of(training), claim.facts()))
        checkpoints.drop(here, place.job, place.tile)
    return f"{place.name} has ended at update {training.progress.update} of {place.settings.updates}."


def _left_off(here: jobs.Store, place: runs.Place) -> "Training":
    """Return the run as its last checkpoint has it; JobError once it has ended."""
    if here.tile_path(place.job, place.tile).exists():
        raise jobs.JobError(f"the run {place.name} has ended: there is no further update")
    return runs.begun(checkpoints.read(here, place.job, place.tile), place.settings)
