"""Asks PyTorch's autograd in a process of its own, which is killed when nobody waits for the answer."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cells import RunSettings
from cells.analysis.oracles import Check
from ui.background import Report

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "lab.autograd"]
GLANCE = 0.2  # seconds between two looks at whether someone still waits
NAME = "autograd"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def autograd_checks(settings: RunSettings, report: Report) -> list[Check]:
    """What autograd says; one unfit check where its process fails. `report` may raise to give up."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, **ONE_THREAD}
    with subprocess.Popen(COMMAND, cwd=ROOT, env=environment, text=True, encoding="utf-8", **pipes) as process:
        try:
            answer = _answer(process, json.dumps(asdict(settings)), report)
        finally:
            process.kill()
    if process.returncode != 0:
        reason = f"PyTorch's process ended with exit code {process.returncode}"
        return [Check(NAME, "everything", float("nan"), reason)]
    return [Check(**found) for found in json.loads(answer)]


def _answer(process: subprocess.Popen, question: str, report: Report) -> str:
    """All that the process writes until it ends."""
    text: str | None = question
    while True:
        try:
            return process.communicate(text, timeout=GLANCE)[0]
        except subprocess.TimeoutExpired:
            text = None
            report(1.0)
