"""A progress bar for a job of the lab, on the terminal; Ctrl-C stops the job with its checkpoints."""

import sys
import time

import jobs
from cells.words import number

from . import runs

LOOK = 0.5  # seconds between two looks
BAR = 30  # characters


def follow(job_id: str) -> int:
    """Until all runs have ended; 0 where all did well, 1 where one failed or it was stopped."""
    here = runs.store()
    try:
        now = _watch(here, job_id)
    except KeyboardInterrupt:
        jobs.stop(here, job_id)
        now = _watch(here, job_id)
    print(now.message)
    if now.state == "stopped":
        print(f"python backflow.py lab resume {job_id[:8]} goes on.")
    elif now.state == "done":
        print(
            f"python backflow.py lab show {job_id[:8]} tells what it measured, lab export {job_id[:8]} writes it down."
        )
    return 0 if now.state == "done" else 1


def _watch(here: jobs.Store, job_id: str) -> jobs.JobStatus:
    """Draw the bar anew until nothing works on the job."""
    lively = sys.stdout.isatty()
    while True:
        now = jobs.status(here, job_id, pieces="runs")
        if lively:
            print(f"\r{bar(now)}\033[K", end="" if now.alive else "\n", flush=True)
        if not now.alive:
            return now
        time.sleep(LOOK)


def bar(now: jobs.JobStatus) -> str:
    """`[#####.....]  50 %  3 of 8 runs, about 12 s left`."""
    full = round(BAR * now.progress)
    left = f", about {number(now.eta)} s left" if now.eta else ""
    return f"[{'#' * full}{'.' * (BAR - full)}] {now.progress:>4.0%}  {now.done} of {now.total} runs{left}"
