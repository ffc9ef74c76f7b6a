"""Open files: the launcher allows as many as it may, the page's own are read once, and at the end there is a word."""

import asyncio
import subprocess
import sys
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

import serve
from benchmarks._server import APP, ROOT, Server
from benchmarks._session import Session
from tests.own_loop import result_of
from tests.ui.sessions import PAGES
from tests.ui.sessions import Session as Visitor

resource = pytest.importorskip("resource", reason="Windows has no such limit")
FEW = 110  # open files, of which a server without readers takes about 20
ENOUGH = 40  # readers, more than fit
ASK = "import backflow, resource; backflow.raise_file_limit(); print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
LIMITED = ("bash", "-c", f'ulimit -Sn {FEW}; exec "$@"', "-")  # the soft limit alone


def limits(soft: int, hard: int) -> list[int]:
    """What the launcher makes of these limits."""
    command = ["bash", "-c", f"ulimit -n {hard}; ulimit -Sn {soft}; exec '{sys.executable}' -c '{ASK}'"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [int(word) for word in told.stdout.split()]


@pytest.mark.parametrize("soft", [100, 256, 1000])
def test_the_launcher_raises_the_limit_as_far_as_it_may(soft):
    assert limits(soft, 1000) == [1000, 1000]


opened: list[str] = []


@pytest.fixture(scope="module")
def _watch():
    """Note every file of the project that is opened; a hook like this cannot be taken away again."""
    root = str(ROOT)

    def note(event, words):
        if event == "open" and isinstance(words[0], str) and words[0].startswith(root) and ".venv" not in words[0]:
            opened.append(words[0])

    sys.addaudithook(note)


@pytest.mark.usefixtures("_watch")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_drawn_again_opens_no_file_of_ours(page):
    session = Visitor(steps="20", hidden="4", batch="2")
    session.go(page)
    opened.clear()
    session.run()
    assert [name for name in opened if not name.endswith((f"{page}.py", "app.py"))] == []


def status_of(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def fill(server: Server) -> tuple[list[Session], list[str]]:
    """Readers, one after the other, until the next is told that there is no room; and the errors any of them saw."""
    sessions, errors = [], []
    while status_of(server.url)[0] == 200 and len(sessions) < ENOUGH:
        session, first = await Session.open(server.port, "steps=20&hidden=4&batch=2")
        sessions.append(session)
        errors += first.errors
    return sessions, errors


async def crowd(server: Server) -> tuple[int, list[str], list[tuple[int, str]]]:
    sessions, errors = await fill(server)
    answers = [status_of(server.url), status_of(f"{server.url}credit")]
    for value, session in enumerate(sessions):
        errors += (await session.move("Weight scale", value / 20)).errors
    await asyncio.gather(*(session.close() for session in sessions))
    return len(sessions), errors, answers


def test_beyond_the_limit_a_newcomer_is_told_and_nobody_inside_is_disturbed():
    with Server(APP, before=LIMITED) as server:
        readers, errors, answers = result_of(crowd(server))
    assert 3 < readers < ENOUGH and errors == []
    for status, text in answers:
        assert status == 503 and "Backflow is full" in text


def test_sessions_that_left_are_let_go_without_another_leaving(monkeypatch):
    storage = MemorySessionStorage(ttl_seconds=0)
    left = SimpleNamespace(session=SimpleNamespace(id="ada"))
    storage.save(left)
    monkeypatch.setattr(serve, "get_instance", lambda: SimpleNamespace(_session_mgr=manager_with(storage)))
    assert serve.forget_departed() == 1
    assert serve.forget_departed() == 0


def manager_with(storage):
    """Streamlit's own, so that another name for its storage in another version is noticed."""
    return WebsocketSessionManager(storage, SimpleNamespace(), SimpleNamespace(), SimpleNamespace())
