"""A tile's checkpoint on the way: one file, replaced as a whole, from which it goes on after a death."""

import errno
import os
import uuid
from pathlib import Path

from .job import JobError
from .store import Store

PAUSED = "paused because"  # how the message of a tile begins that could not write


def path_of(store: Store, job_id: str, tile: int) -> Path:
    """Return where a tile's checkpoint lies."""
    return store.folder(job_id) / f"{tile:05d}.checkpoint"


def write(store: Store, job_id: str, tile: int, payload: bytes) -> None:
    """Put `payload` in place of the last checkpoint, all of it or nothing; JobError where the disk does not take it."""
    path = path_of(store, job_id, tile)
    waiting = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with waiting.open("xb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    except OSError as error:
        raise JobError(refusal(error)) from error
    finally:
        waiting.unlink(missing_ok=True)


def refusal(error: OSError) -> str:
    """Return why nothing could be written, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{PAUSED} the disk is full; free some space and resume: it goes on from the last checkpoint"
    return f"{PAUSED} nothing can be written ({error.strerror}); it goes on from the last checkpoint"


def read(store: Store, job_id: str, tile: int) -> bytes | None:
    """Return the last checkpoint; None where there is none, or it cannot be read."""
    try:
        return path_of(store, job_id, tile).read_bytes()
    except OSError:
        return None


def written_at(store: Store, job_id: str, tile: int) -> float:
    """Return when it was written, in seconds of the epoch; 0 where there is none."""
    try:
        return path_of(store, job_id, tile).stat().st_mtime
    except OSError:
        return 0.0


def drop(store: Store, job_id: str, tile: int) -> None:
    """The tile is finished and needs none."""
    path_of(store, job_id, tile).unlink(missing_ok=True)
