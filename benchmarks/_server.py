"""A real Streamlit server in a process of its own, on this machine alone."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

import backflow

ROOT = Path(__file__).parents[1]
APP, BARE = ROOT / "serve.py", Path(__file__).with_name("_bare_app.py")
START_LIMIT = 60  # s


class Server:
    """Runs an app while the `with` block lasts, with the settings in .streamlit/config.toml of the folder `home`.

    before  words in front of the command that starts it
    RuntimeError where it does not answer within 60 s.
    """

    def __init__(self, app: Path, home: Path = ROOT, before: Sequence[str] = ()) -> None:
        self.app, self.home, self._before = app.resolve(), home, before
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        options = {"server.port": self.port, "server.address": "127.0.0.1", "server.headless": "true"}
        words = [f"--{name}={value}" for name, value in (options | {"logger.level": "error"}).items()]
        self.process = subprocess.Popen(
            [*self._before, sys.executable, "-m", "streamlit", "run", str(self.app), *words],
            cwd=self.home,
            env=backflow.child_environment(),
            stdout=subprocess.DEVNULL,
        )
        self._process = psutil.Process(self.process.pid)
        self._wait()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait(self) -> None:
        end = time.monotonic() + START_LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.url}_stcore/health", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.process.kill()
        raise RuntimeError(f"{self.app.name} did not start within {START_LIMIT} s")

    def cpu(self) -> float:
        """Return seconds of processor time so far, user and system, of all its threads."""
        return sum(self._process.cpu_times()[:2])

    def megabytes(self) -> float:
        """Resident memory."""
        return self._process.memory_info().rss / 2**20

    def threads(self) -> int:
        """Return how many threads it runs."""
        return self._process.num_threads()

    def files(self) -> int:
        """Return how many files it holds open, sockets among them; on Windows, how many handles."""
        count = getattr(self._process, "num_fds", None) or self._process.num_handles
        return count()

    def has_torch(self) -> bool | None:
        """Return whether PyTorch's library is loaded; None where the system does not tell."""
        maps = getattr(self._process, "memory_maps", None)
        return any("libtorch" in entry.path for entry in maps()) if maps else None


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
