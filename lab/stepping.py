"""One more update of a paused run: in a process of its own, so that who asks for it need not load PyTorch."""

import subprocess
import sys
from pathlib import Path

import jobs
from jobs import checkpoints, tiles

from . import runs

ROOT = Path(__file__).parents[1]
PATIENCE = 120  # seconds, of which PyTorch takes one or two to load
ENDED = "the run {} has done all its updates; going on measures it on the test data"


def step(place: runs.Place) -> str:
    """Start the process, wait for it, and return the sentence it ends with; JobError where it did no update."""
    command = [sys.executable, "-m", "lab", "step", place.name]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise jobs.JobError(f"one update of {place.name} takes longer than {PATIENCE} s") from error
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise jobs.JobError(last.rstrip("."))
    return ended.stdout.strip()


def step_here(here: jobs.Store, place: runs.Place) -> str:
    """Do one update in this process and write it down; JobError while the run is at work, or once it has ended."""
    from .checkpoint import pack

    with jobs.hold(here, place.job):
        if here.tile_path(place.job, place.tile).exists():
            raise jobs.JobError(f"the run {place.name} has ended: there is no further update")
        training = runs.begun(checkpoints.read(here, place.job, place.tile), place.settings)
        if training.progress.reason:
            raise jobs.JobError(ENDED.format(place.name))
        next(training.events())
        checkpoints.write(here, place.job, place.tile, pack(training))
        done = training.progress.update
        tiles.note_progress(here, place.job, {place.tile: min(1.0, done / place.settings.updates)})
    return f"{place.name} is at update {done} of {place.settings.updates}."
