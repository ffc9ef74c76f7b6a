"""What the bridge relies on in Streamlit, anyio and Python: each thing alone, so that a new pin tells what broke."""

import asyncio
import json
import os
import re
import subprocess
import sys
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

import pytest
import streamlit as st

from bridge.beside import SHORT, Beside
from bridge.measuring import answer
from bridge.one_thread import AtOnce, StillLoop
from bridge.parcels import packed, unpacked

ROOT = Path(__file__).parents[2]
STREAMLIT = Path(st.__file__).parent
PATH = os.pathsep.join([str(ROOT / "site"), str(ROOT)])
LONG = 10.0  # seconds that a measure is said to take


@pytest.fixture(scope="module")
def bridged():
    """What a session without threads met."""
    command, environment = [sys.executable, "-m", "tests.site.bridged"], {**os.environ, "PYTHONPATH": PATH}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_page_is_drawn_without_a_thread(bridged):
    assert bridged["exceptions"] == [] and {"delta", "script_finished", "new_session"} <= set(bridged["kinds"])
    assert bridged["threads"] == []


def test_a_reader_s_console_hears_nothing_that_is_for_an_operator(bridged):
    assert bridged["remarks"] is False


def test_requests_are_answered(bridged):
    assert bridged["health"] == [200, "ok"] and bridged["missing"] == 404


def test_streamlit_names_the_thread_of_a_script_as_the_bridge_expects():
    text = (STREAMLIT / "runtime/scriptrunner/script_runner.py").read_text(encoding="utf-8")
    assert re.search(r'name="ScriptRunner\.', text)


def test_the_frontend_asks_for_what_the_page_answers():
    """Its websocket and uploads by these names, and its root from the page."""
    texts = [path.read_text(encoding="utf-8") for path in (STREAMLIT / "static/static/js").glob("*.js")]
    requests = ("_stcore/stream", "_stcore/health", "_stcore/host-config", "BACKEND_BASE_URL", "XMLHttpRequest")
    for word in (*requests, "link[rel='shortcut icon']"):
        assert any(word in text for text in texts), word


def test_a_pool_computes_at_once_and_keeps_what_was_raised():
    assert AtOnce(4).submit(pow, 2, 5).result(0) == 32
    assert isinstance(AtOnce().submit(int, "x").exception(0), ValueError)


def test_the_loop_beside_a_script_is_never_closed_or_running():
    loop = StillLoop()
    loop.close()
    assert not loop.is_closed() and not loop.is_running()
    coroutine = asyncio.sleep(0)
    loop.run_until_complete(coroutine)
    assert coroutine.cr_frame is None, "it was closed, so that Python does not complain"


# ── measures beside the page


class Worker:
    """The second worker, by hand."""

    def __init__(self) -> None:
        self.sent, self.stopped = [], 0
        self.beside = Beside(lambda *order: self.sent.append(order), self.stop)

    def stop(self) -> None:
        self.stopped += 1

    def compute(self) -> None:
        number, data, told = self.sent.pop(0)

        class Bytes(bytes):
            def to_bytes(self):
                return bytes(self)

        told(number, "done", answer(Bytes(data), lambda share: told(number, "share", share)))


def square(value, report):
    report(0.5)
    return value * value


def fails(report):
    raise ValueError("of no use")


def test_a_short_measure_is_not_sent():
    worker = Worker()
    assert worker.beside.begin(partial(square, 3), lambda share: None, SHORT).result(0) == 9
    assert worker.sent == []


def test_measures_go_one_after_the_other_with_progress_and_errors():
    worker, shares = Worker(), []
    first = worker.beside.begin(partial(square, 3), shares.append, LONG)
    second = worker.beside.begin(fails, shares.append, LONG)
    assert len(worker.sent) == 1 and not first.done()
    worker.compute()
    assert first.result(0) == 9 and shares == [0.5] and len(worker.sent) == 1
    worker.compute()
    assert isinstance(second.exception(0), ValueError)


def test_a_measure_that_nobody_waits_for_is_stopped_and_the_next_one_begins():
    worker = Worker()
    first = worker.beside.begin(partial(square, 3), lambda share: None, LONG)
    second = worker.beside.begin(partial(square, 4), lambda share: None, LONG)
    number, _, told = worker.sent.pop(0)
    first.cancel()
    assert worker.stopped == 1
    told(number, "done", packed((True, 9)))  # too late
    with pytest.raises(CancelledError):
        first.result(0)
    worker.compute()
    assert second.result(0) == 16


def test_a_report_that_gives_up_stops_the_worker():
    class GivenUp(Exception):
        pass

    def report(share):
        raise GivenUp

    worker = Worker()
    future = worker.beside.begin(partial(square, 3), report, LONG)
    worker.sent[0][2](worker.sent[0][0], "share", 0.5)
    assert worker.stopped == 1 and isinstance(future.exception(0), GivenUp)


def test_what_cannot_be_sent_back_says_what_it_was():
    class Local(Exception):
        pass

    def raises(report):
        raise Local("here")

    class Bytes(bytes):
        def to_bytes(self):
            return packed(fails)

    good, error = unpacked(answer(Bytes(), lambda share: None))
    assert not good and str(error) == "of no use"


def test_measures_load_no_streamlit():
    code = "import sys, ui.analysis.measures, ui.analysis.oracle, ui.maps.measures; print('streamlit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "False", done.stderr[-2000:]
