"""Where the app runs, asked by name: on a machine's Python, or inside a reader's browser. No page knows which."""

import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from cells.progress import Report


@dataclass(frozen=True)
class Platform:
    """The platform, by what differs from another one.

    processes        whether others can be started: jobs, and PyTorch beside the page
    threads          whether measures are computed beside the page by threads; else by a worker of the browser
    packages         whether the files of installed packages lie on a disk
    bytes_a_second, products_a_second   what one core was seen to do, rounded down
    memory           share of a server's memory that results may be kept in
    glance           seconds between two looks at a measure under way
    """

    processes: bool
    threads: bool
    packages: bool
    bytes_a_second: float
    products_a_second: float
    memory: float
    glance: float


SERVER = Platform(True, True, True, bytes_a_second=1.5e9, products_a_second=1.5e10, memory=1.0, glance=0.5)
BROWSER = Platform(False, False, False, bytes_a_second=4e8, products_a_second=7e8, memory=0.25, glance=0.4)
PLATFORM = BROWSER if sys.platform == "emscripten" else SERVER

COMMAND = "python backflow.py"  # that starts the app on a machine of the reader's own


Compute = Callable[[Report], Any]
Begin = Callable[[Compute, Report, float], Future]  # what is computed, who hears of it, roughly how many seconds

beside: Begin | None = None  # where measures are computed; threads of this process where nobody says otherwise


plotly_source: Callable[[], str] | None = None  # brings Plotly.js as text; None: the plotly package does


def read_plotly_from(source: Callable[[], str]) -> None:
    """Let a page that is saved get Plotly.js from elsewhere."""
    global plotly_source
    plotly_source = source


def compute_beside(begin: Begin) -> None:
    """Let measures be computed elsewhere from now on."""
    global beside
    beside = begin
