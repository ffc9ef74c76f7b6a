"""Start the process that writes, give it a checkpoint, and wait for so long."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import jobs
from cells.knobs import BadValue
from lab.manner import Manner

from .child import REFUSED
from .record import Writing

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from lab.writing.child import main; main()"]
PATIENCE = 120  # seconds, of which PyTorch takes one or two to load
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def write_with(payload: bytes, prompt: str, manner: Manner) -> Writing:
    """Return what the network of a checkpoint writes after a prompt.

    BadValue where it knows none of the prompt's letters, JobError where the process ends without an answer.
    """
    request = json.dumps({"prompt": prompt, "manner": asdict(manner)}).encode() + b"\n"
    try:
        ended = subprocess.run(
            COMMAND, input=request + payload, cwd=ROOT, env=os.environ | ONE_THREAD, capture_output=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise jobs.JobError(f"writing takes longer than {PATIENCE} s: ask for a shorter text") from error
    said = ended.stderr.decode("utf-8", "replace")
    if ended.returncode == REFUSED:
        raise BadValue(said, "prompt")
    if ended.returncode:
        raise jobs.JobError(f"the process that writes ended with {(said.strip().splitlines() or ['no word'])[-1]}")
    return Writing.from_json(ended.stdout.decode())
