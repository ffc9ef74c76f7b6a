"""Start a supervisor as a process of its own, which no closed tab and no dying server takes with it."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from . import priority
from .store import Store

ROOT = Path(__file__).resolve().parents[1]

_WINDOWS_FLAGS = 0  # there, a process group of its own and no window do what a session does elsewhere
if sys.platform == "win32":
    _WINDOWS_FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW


def launch(store: Store, job_id: str) -> int:
    """Start a supervisor of a job; returns its process id. One that finds another at work ends at once.

    JobError where the environment asks for a niceness that is none.
    """
    priority.niceness()
    log = store.log_path(job_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        child = subprocess.Popen(
            [sys.executable, "-m", "jobs", "run", job_id, *_options(store)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd=ROOT,
            env=_environment(),
            start_new_session=True,  # signals for the server do not reach it
            creationflags=_WINDOWS_FLAGS,
        )
    threading.Thread(target=child.wait, daemon=True).start()  # a dead child that nobody waits for looks alive
    return child.pid


def _options(store: Store) -> list[str]:
    allowed = [part for path in store.allow for part in ("--allow", path)]
    return ["--home", str(store.home), "--lease", str(store.lease), *allowed]


def _environment() -> dict[str, str]:
    """Return this process's, with the project first on the path and one thread per linear algebra call: tiles run
    abreast.
    """
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": path, "PYTHONUTF8": "1"}
