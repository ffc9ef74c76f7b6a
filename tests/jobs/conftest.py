"""A store per test, whose supervisors do not outlive it."""

import psutil
import pytest

from jobs import Store


@pytest.fixture
def store(tmp_path):
    """An empty store that allows the functions of tilework; what still runs for it at the end is killed."""
    made = Store(tmp_path / "home", allow=("tests.jobs.tilework",), lease=10.0)
    yield made
    for process in psutil.process_iter():
        if str(made.home) in _words(process):
            _kill(process)


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _kill(process):
    try:
        for one in [process, *process.children(recursive=True)]:
            one.kill()
        process.wait(10)
    except psutil.NoSuchProcess:
        return
