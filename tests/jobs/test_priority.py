"""What computes for a job gives way: to the processes beside it, and on Linux to those of other sessions."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jobs import JobError, priority

linux = pytest.mark.skipif(sys.platform != "linux", reason="shares the processor out in another way")
REPORT = """
from jobs import priority
priority.lower_supervisor()
print(os.getpriority(os.PRIO_PROCESS, 0), *priority.AUTOGROUP.read_text().split()[-1:])
"""


def told(monkeypatch, nice: str, new_session: bool) -> list[int]:
    """The niceness of a supervisor and of its session, which has none where it is in a control group instead."""
    monkeypatch.setenv(priority.NICE, nice)
    command = [sys.executable, "-c", f"import os{REPORT}"]
    root = Path(__file__).parents[2]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, start_new_session=new_session)
    return [int(word) for word in ended.stdout.split()]


@linux
@pytest.mark.skipif(not priority.AUTOGROUP.exists(), reason="the kernel has no groups of sessions")
def test_a_supervisor_and_its_session_give_way_and_a_terminals_session_is_left_alone(monkeypatch):
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert told(monkeypatch, "12", new_session=True) == [max(5, before), 12]
    ours = [int(word) for word in priority.AUTOGROUP.read_text().split()[-1:]]
    assert told(monkeypatch, "12", new_session=False) == [max(5, before), *ours]
    assert told(monkeypatch, "0", new_session=True) == [before, 0]


@linux
@pytest.mark.parametrize(
    ("enabled", "group", "policy"),
    [
        ("1", "/autogroup-7 nice 12", os.SCHED_IDLE),
        ("1", "/autogroup-7 nice 0", os.SCHED_BATCH),  # a terminal's session
        ("0", "/autogroup-7 nice 12", os.SCHED_BATCH),
        ("1", "", os.SCHED_BATCH),  # a control group in its place
        ("1", "/autogroup-7 nice unknown", os.SCHED_BATCH),
        (None, None, os.SCHED_BATCH),
    ],
)
def test_only_the_thread_that_computes_gives_way_as_far_as_it_is_told(monkeypatch, tmp_path, enabled, group, policy):
    monkeypatch.setenv(priority.NICE, "12")
    for name, text in (("GROUPING", enabled), ("AUTOGROUP", group)):
        monkeypatch.setattr(priority, name, tmp_path / name)
        if text is not None:
            (tmp_path / name).write_text(f"{text}\n")
    found = []

    def work():
        priority.lower_worker()
        found.extend([os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [12, policy]
    assert os.getpriority(os.PRIO_PROCESS, 0) < 12 and os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.parametrize("text", ["-1", "20", "nice", "5.0"])
def test_a_niceness_that_is_none_is_named(monkeypatch, text):
    monkeypatch.setenv(priority.NICE, text)
    with pytest.raises(JobError, match=r"BACKFLOW_NICE = .* is outside \[0, 19\]"):
        priority.niceness()
