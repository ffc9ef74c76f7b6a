"""Asks PyTorch's autograd in a process of its own, which is killed when nobody waits for the answer."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cells import RunSettings
from cells.analysis.gradcheck.check import GradientCheck, check_trace_gradients
from cells.analysis.gradcheck.oracles import Check
from cells.progress import Report
from cells.trace import Trace
from ui.platform import COMMAND as START
from ui.platform import PLATFORM
from ui.traces import trace_of

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "cells.analysis.gradcheck.autograd"]
GLANCE = 0.2  # seconds between two looks at whether someone still waits
NAME = "autograd"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}


NO_PYTORCH = f"PyTorch does not run in a browser; `{START}` on a machine of your own asks it"
NUMPY_SHARE = 0.6  # of the progress


def all_checks(settings: RunSettings, report: Report) -> GradientCheck:
    """Return the oracles in NumPy first, PyTorch's last."""

    def ours(share: float) -> None:
        report(NUMPY_SHARE * share)

    def theirs(_: Trace) -> list[Check]:
        return autograd_checks(settings, lambda _: report(NUMPY_SHARE))

    return check_trace_gradients(trace_of(settings), [theirs], ours)


def autograd_checks(settings: RunSettings, report: Report) -> list[Check]:
    """Return what autograd says; one unfit check where its process fails. `report` may raise to give up."""
    if not PLATFORM.processes:
        return [Check(NAME, "everything", float("nan"), NO_PYTORCH)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, **ONE_THREAD}
    with subprocess.Popen(COMMAND, cwd=ROOT, env=environment, text=True, encoding="utf-8", **pipes) as process:
        try:
            answer = _answer(process, json.dumps(settings.as_plain()), report)
        finally:
            process.kill()
    if process.returncode != 0:
        reason = f"PyTorch's process ended with exit code {process.returncode}"
        return [Check(NAME, "everything", float("nan"), reason)]
    return [Check(**found) for found in json.loads(answer)]


def _answer(process: subprocess.Popen, question: str, report: Report) -> str:
    """Return all that the process writes until it ends."""
    text: str | None = question
    while True:
        try:
            return process.communicate(text, timeout=GLANCE)[0]
        except subprocess.TimeoutExpired:
            text = None
            report(1.0)
