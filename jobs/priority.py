"""Leave the processor to whoever serves pages: what computes for a job gives way to everything else on the machine."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from .job import JobError

NICE = "BACKFLOW_NICE"  # how far jobs give way: 0 not at all, 19 as far as they can
USUAL, MOST = 10, 19
HEARD = 5  # the most for a supervisor, which has little to do but must be heard in time
AUTOGROUP = Path("/proc/self/autogroup")
GROUPING = Path("/proc/sys/kernel/sched_autogroup_enabled")


def niceness() -> int:
    """Return how far jobs give way; JobError where it is none."""
    text = os.environ.get(NICE) or str(USUAL)
    if not text.isdecimal() or int(text) > MOST:
        raise JobError(f"{NICE} = {text!r:.40} is outside [0, {MOST}]")
    return int(text)


def lower_supervisor() -> None:
    """Lower this process, which leads a job's processes, and its session as a whole.

    Linux shares the processor out between sessions before it looks at the niceness of the processes inside; a session
    has one of its own. It is left alone where this process was started by hand, in a terminal's session.
    """
    _lower(min(HEARD, niceness()))
    if sys.platform == "linux" and os.getsid(0) == os.getpid():
        with suppress(OSError):  # a kernel without such groups
            AUTOGROUP.write_text(str(niceness()), encoding="ascii")


def lower_worker() -> None:
    """Lower the thread that computes a tile where the system goes by threads; the one that listens stays."""
    _lower(niceness())
    if sys.platform == "linux" and niceness():
        with suppress(OSError):  # it may be forbidden
            os.sched_setscheduler(0, os.SCHED_IDLE if _has_share() else os.SCHED_BATCH, os.sched_param(0))


def _has_share() -> bool:
    """Return whether this session was lowered as a whole and gets its share of the processor by that.

    Only there may a thread call itself idle, so that whoever wakes up takes its core as a free one: among the threads
    of one session, or of a machine that does not look at sessions, it would stand still beside any that is busy.
    """
    with suppress(OSError, IndexError, ValueError):  # no such files, or none that say so
        return GROUPING.read_text().strip() == "1" and int(AUTOGROUP.read_text().split()[-1]) == niceness()
    return False


def _lower(value: int) -> None:
    if sys.platform != "win32":
        os.setpriority(os.PRIO_PROCESS, 0, max(value, os.getpriority(os.PRIO_PROCESS, 0)))
    elif value:
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
