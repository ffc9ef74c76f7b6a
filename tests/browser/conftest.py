"""A real server and a real Chromium: started once, watched by every test."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

import backflow
from tests.browser.visit import PATIENCE, Visit

ROOT = Path(__file__).parents[2]
START = 120.0  # seconds the server may take on a busy machine
QUIET = (  # what a browser does by itself, outside of any page
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

expect.set_options(timeout=PATIENCE)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of the app, started as the launcher starts it."""
    with running(tmp_path_factory.mktemp("server") / "log.txt") as url:
        yield url


@contextmanager
def running(log: Path, base: str = ""):
    """The address of a new server, below a path if `base` names one; its log must stay without a traceback."""
    port, place = free_port(), f"/{base}" if base else ""
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--server.baseUrlPath", base]
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=backflow.child_environment(), stdout=out, stderr=out)
        url, end = f"http://127.0.0.1:{port}{place}", time.monotonic() + START
        try:
            while not answers(url):
                assert process.poll() is None and time.monotonic() < end, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            process.wait(60)
    assert "Traceback" not in log.read_text(encoding="utf-8"), log.read_text(encoding="utf-8")[-4000:]


@pytest.fixture(scope="session")
def chromium(playwright):
    """One browser for all tests."""
    program = backflow.find_browser(Path(sys.executable))
    if program is None:
        pytest.skip(backflow.NO_BROWSER)
    browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def tab(server, chromium):
    """tab(number): tabs that all tests use again, twice as fast as new ones; tab(None): one in a new profile."""
    tabs, profile = {}, profile_of(chromium, server)

    def tab_of(number):
        if number is None:
            return Visit(profile_of(chromium, server), server)
        if number not in tabs:
            tabs[number] = Visit(profile, server)
        return tabs[number]

    return tab_of


def profile_of(chromium, server: str):
    """A new profile: nothing stored, nothing cached, the clipboard open to the app."""
    context = chromium.new_context()
    context.add_init_script("localStorage.setItem('backflow.tour', 'offered')")  # those who come again
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    return context


@contextmanager
def opening(tab):
    """Gives visit(query, width=…, height=…, dark=…, alone=…); no tab may have complained or asked outside."""
    visits, strangers = [], []

    def visit(query: str = "", alone: bool = False, **how) -> Visit:
        visits.append(tab(None if alone else len(visits)))
        strangers.extend(visits[-1:] if alone else [])
        visits[-1].faults.clear()
        return visits[-1].open(query, **how)

    yield visit
    for stranger in strangers:
        stranger.page.context.close()
    assert [fault for visited in visits for fault in visited.faults] == []


@pytest.fixture
def visit(tab):
    """Opens links, each in a tab of its own; alone: in a new profile, as another person would."""
    with opening(tab) as visit:
        yield visit


@pytest.fixture(scope="module")
def visit_once(tab):
    """The same for what all tests of a file share."""
    with opening(tab) as visit:
        yield visit
