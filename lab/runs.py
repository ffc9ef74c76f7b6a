"""Runs as jobs: one tile each, in processes of their own, that go on from their last checkpoint after any death."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

import jobs
from cells.knobs import BadValue
from jobs import checkpoints, tiles
from jobs.arrays import Damaged
from jobs.job import from_json
from jobs.store import default_home

from .record import RunRecord, read_record
from .settings import LabSettings

if TYPE_CHECKING:
    from .training import Training

FUNCTION = "lab.runs:train_tile"
SCHEDULER = "BACKFLOW_SCHEDULER"  # the address of a dask scheduler; a cluster of this machine without it
VERSION = "1"  # of what a run computes: another number makes other jobs of the same settings
MOST_ALIVE = 8  # jobs of the lab at once
MOST_BYTES = 2_000_000_000  # on disk, for all runs together
EVERY = "BACKFLOW_CHECKPOINT_EVERY"  # seconds between two checkpoints; 3 without it, and ...
SHARE = 20  # ... at least so many times as long as the last one took to write
NAME = re.compile(r"([0-9a-f]{4,32})(?:\.(\d+))?")


@dataclass(frozen=True)
class Place:
    """One run of a job: its label, its tile, and its settings."""

    job: str
    tile: int
    label: str
    settings: LabSettings

    @property
    def name(self) -> str:
        """Return what the command line calls it."""
        return f"{self.job[:8]}.{self.tile}"


def store() -> jobs.Store:
    """Return the store of jobs, which may call `train_tile` alone; JobError where its folder cannot be used."""
    return jobs.Store(allow=(FUNCTION,))


def job_of(name: str, runs: Mapping[str, LabSettings], recipe: str = "") -> jobs.Job:
    """Return the job of some runs, one tile each: equal runs, one job."""
    texts = {settings.text for settings in runs.values() if settings.text}
    if len(texts) > 1:
        raise BadValue("text differs between the runs of one job; give each text a job of its own", "text")
    specs = [{"label": label, "settings": settings.as_json() | {"text": ""}} for label, settings in runs.items()]
    return jobs.Job(name, FUNCTION, specs, {"recipe": recipe, "text": "".join(texts)}, VERSION)


def start(job: jobs.Job, scheduler: str | None = None, workers: int | None = None) -> str:
    """Begin a job or go on with it; its id. JobError where the quota of jobs or disk is used up, or it cannot run."""
    here = store()
    _check_quota(here, job.id)
    return jobs.submit(here, job, scheduler or os.environ.get(SCHEDULER) or None, workers)


def go_on(here: jobs.Store, job_id: str) -> None:
    """Go on with a job's runs from their last checkpoints, where a run begins today; one that is lost begins anew.

    JobError where the scheduler does not answer.
    """
    for place in places_of(here, job_id):
        try:
            tiles.read(here, job_id, place.tile)
        except Damaged as damage:
            tiles.invalidate(here, job_id, place.tile, str(damage))
    jobs.move(here, job_id, os.environ.get(SCHEDULER) or None)
    jobs.resume(here, job_id)


def has_begun(here: jobs.Store, place: Place) -> bool:
    """Return whether any of a run's updates was ever done."""
    sql = "SELECT progress > 0 OR state = 'done' AS begun FROM tiles WHERE job = ? AND tile = ?"
    with here.reading() as db:
        row = db.execute(sql, (place.job, place.tile)).fetchone()
    return bool(row and row["begun"])


def _check_quota(here: jobs.Store, job_id: str) -> None:
    alive = [now for now in all_jobs(here) if now.alive and now.id != job_id]
    if len(alive) >= MOST_ALIVE:
        raise jobs.JobError(f"{len(alive)} jobs of the lab run already, the most is {MOST_ALIVE}: stop one, or wait")
    taken = disk_use(here)
    if taken > MOST_BYTES:
        told = f"the lab's runs take {taken / 1e9:.1f} GB, the most is {MOST_BYTES / 1e9:g} GB"
        raise jobs.JobError(f"{told}: delete some")


def disk_use(here: jobs.Store) -> int:
    """Return bytes that all runs of the lab take on disk."""
    folders = [here.folder(job_id) for job_id in _ids(here)]
    return sum(path.stat().st_size for folder in folders if folder.exists() for path in folder.iterdir())


def all_jobs(here: jobs.Store) -> list[jobs.JobStatus]:
    """Return every job of the lab, the newest first."""
    return [jobs.status(here, job_id, pieces="runs") for job_id in _ids(here)]


def _ids(here: jobs.Store, begins: str = "") -> list[str]:
    """Return the ids of the lab's jobs that begin so, the newest first."""
    sql = "SELECT id FROM jobs WHERE function = ? AND substr(id, 1, ?) = ? ORDER BY created DESC, id"
    with here.reading() as db:
        return [row["id"] for row in db.execute(sql, (FUNCTION, len(begins), begins))]


def names(here: jobs.Store) -> dict[str, str]:
    """Return what each job of the lab is called, by its id, the newest first."""
    sql = "SELECT id, name FROM jobs WHERE function = ? ORDER BY created DESC, id"
    with here.reading() as db:
        return {row["id"]: str(row["name"]) for row in db.execute(sql, (FUNCTION,))}


def is_any() -> bool:
    """Return whether there is a store; asking makes none."""
    return (default_home() / "jobs.sqlite").exists()


def places_of(here: jobs.Store, job_id: str) -> list[Place]:
    """Return the runs of a job."""
    text = _settings(here, job_id)["text"]
    with here.reading() as db:
        rows = db.execute("SELECT tile, spec FROM tiles WHERE job = ? ORDER BY tile", (job_id,)).fetchall()
    return [_place(job_id, row["tile"], from_json(row["spec"], "the spec of a run"), text) for row in rows]


def _place(job_id: str, tile: int, spec: Mapping[str, Any], text: str) -> Place:
    return Place(job_id, tile, spec["label"], LabSettings.from_json(spec["settings"] | {"text": text}))


def recipe_of(here: jobs.Store, job_id: str) -> str:
    """Return the recipe that a job's runs belong to, or nothing."""
    return _settings(here, job_id)["recipe"]


def _settings(here: jobs.Store, job_id: str) -> Mapping[str, Any]:
    return from_json(here.job(job_id)["settings"], "the settings of a job")


def find(here: jobs.Store, name: str) -> list[Place]:
    """Return the runs that a name means: a job by the first digits of its id, or one run of it, job.number."""
    match = NAME.fullmatch(name)
    found = _ids(here, match[1]) if match else []
    if match is None or len(found) != 1:
        known = ", ".join(job_id[:8] for job_id in _ids(here)[:8]) or "none"
        many = "more than one run" if found else "no run"
        raise jobs.JobError(f"run = {name!r} names {many}; the jobs of the lab are {known}")
    places = places_of(here, found[0])
    chosen = places if match[2] is None else places[int(match[2]) : int(match[2]) + 1]
    if not chosen:
        raise jobs.JobError(f"run = {name!r}: the job has the runs 0 to {len(places) - 1}")
    return chosen


def payload_of(here: jobs.Store, place: Place) -> bytes | None:
    """Return a run as bytes: as it ended, or as its last checkpoint has it; None before the first."""
    try:
        found, _ = tiles.read(here, place.job, place.tile)
        return found["run"].tobytes()
    except Damaged:
        return checkpoints.read(here, place.job, place.tile)


def record_of(here: jobs.Store, place: Place) -> RunRecord | None:
    """Return what is known of a run so far; no PyTorch is loaded."""
    payload = payload_of(here, place)
    return None if payload is None else read_record(payload)


def train_tile(tile: Mapping[str, Any], context: Any) -> Mapping[str, Any] | None:
    """Train one run to its end; None if it was asked to stop, with a checkpoint of where it was."""
    import torch

    torch.set_num_threads(1)
    settings = LabSettings.from_json(tile["settings"] | {"text": context.settings["text"]})
    training, last = begun(context.kept(), settings), Pace()
    for share in _shares(training):
        context.report(share)
        stop = context.stop_requested()
        if stop or last.is_due():
            last.write(partial(_keep, context, training))
        if stop:
            return None
    return _finished(training, context)


def begun(payload: bytes | None, settings: LabSettings) -> "Training":
    """Return the run as it was left, or from its beginning; a checkpoint that cannot be read is none."""
    from .checkpoint import unpack
    from .training import Training

    try:
        return unpack(payload, settings) if payload else Training(settings)
    except BadValue:
        return Training(settings)


def _shares(training: "Training") -> Iterator[float]:
    """Train; after each event, how much of the run is done."""
    for _ in training.events():
        yield min(1.0, training.progress.update / training.settings.updates)


def _keep(context: Any, training: "Training") -> None:
    from .checkpoint import pack

    context.keep(pack(training))


def _finished(training: "Training", context: Any) -> Mapping[str, Any] | None:
    from .cures import try_cures

    if not try_cures(training, context.stop_requested):
        _keep(context, training)
        return None
    return result_of(training)


def result_of(training: "Training") -> Mapping[str, Any]:
    """Return what is kept of a run that has ended."""
    from .checkpoint import pack

    return {"run": np.frombuffer(pack(training), dtype=np.uint8)}


class Pace:
    """When the next checkpoint is due: not sooner than it pays."""

    def __init__(self) -> None:
        self.every = float(os.environ.get(EVERY, "3"))
        self.due = time.monotonic() + self.every

    def is_due(self) -> bool:
        """Return whether it is time."""
        return time.monotonic() >= self.due

    def write(self, keep: Any) -> None:
        """Write one, and set the time of the next."""
        began = time.monotonic()
        keep()
        ended = time.monotonic()
        self.due = ended + max(self.every, SHARE * (ended - began))
