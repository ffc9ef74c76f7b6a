"""Starts the process that unpickles, gives it the file, and waits for so long."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from .child import REFUSED
from .errors import BadFile

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from lab.weights.child import main; main()"]
PATIENCE = 120  # seconds by the clock, of which PyTorch takes one or two to load, and more on a busy machine
PASSED = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMPDIR")


def recurrent_tensors(data: bytes, name: str) -> bytes:
    """Return the recurrent tensors of a .pt file as safetensors; BadFile where the process gives none."""
    code, answer, said = _asked(data, name)
    if code == 0:
        return answer
    if code == REFUSED:
        raise BadFile(f"{name} is not read: {said.decode('utf-8', 'replace')}.")
    raise BadFile(f"{name} is not read: it needs more memory or time than a file of weights should.")


def _asked(data: bytes, name: str) -> tuple[int, bytes, bytes]:
    """Return a process's exit code, its answer and its sentence."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen[bytes](COMMAND, cwd=ROOT, env=_environment(), **pipes) as process:
        try:
            answer, said = process.communicate(data, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            told = f"{name} was not read within {PATIENCE} s: the machine is too busy, or it is no file of weights"
            raise BadFile(f"{told}.") from None
        finally:
            process.kill()
    return process.returncode, answer, said


def _environment() -> dict[str, str]:
    """Nothing of the server's but what Python needs to start."""
    kept = {key: os.environ[key] for key in PASSED if key in os.environ}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
