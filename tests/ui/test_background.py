"""Work beside the page: shared, reported, given up when nobody waits, begun again when somebody does."""

import os
import sys
import threading
import time

import pytest

from ui.server import background
from ui.server.background import GivenUp, Works

LONG = 20.0  # seconds after which a test has failed


@pytest.fixture
def works():
    return Works()


@pytest.fixture
def impatient(monkeypatch):
    """A page that shows no sign of life is forgotten at once."""
    monkeypatch.setattr(background, "PATIENCE", 0.05)


def endless(report):
    """Computes until it is given up."""
    while True:
        report(0.5)
        time.sleep(0.001)


def ended(work):
    """Wait for its end, whatever it is."""
    end = time.monotonic() + LONG
    while not work.future.done() and time.monotonic() < end:
        time.sleep(0.005)
    return work.future.done()


def test_a_result_is_computed_once_and_shared(works):
    count = []
    first = works.of("key", lambda report: count.append(1) or "result", "ada")
    second = works.of("key", lambda report: count.append(1) or "other", "bob")
    assert first.future.result(LONG) == second.future.result(LONG) == "result"
    assert count == [1]


def test_what_is_short_waits_for_nobody(works):
    busy = [works.of(name, endless, name) for name in ("ada", "bob", "eve")]
    assert works.of("long", lambda report: "done", "kim", background.SHORT * 1.1).future.done() is False
    short = works.of("short", lambda report: "done", "kim", background.SHORT)
    assert short.future.done() and short.future.result() == "done"
    for name in ("ada", "bob", "eve", "long"):
        works.leave(name, "kim" if name == "long" else name)
    failed = works.of("fails", lambda report: 1 / 0, "kim", 0.0)
    assert isinstance(failed.future.exception(), ZeroDivisionError)
    assert len(busy) > background.THREADS


def test_progress_is_told(works):
    half, go = threading.Event(), threading.Event()

    def compute(report):
        report(0.5)
        half.set()
        assert go.wait(LONG)
        return "done"

    work = works.of("key", compute, "ada")
    assert half.wait(LONG)
    assert work.share == 0.5 and not work.within(0.01)
    go.set()
    assert work.within(LONG) and work.future.result() == "done"


def test_work_is_given_up_when_its_visitor_turns_to_another(works):
    work = works.of("key", endless, "ada")
    works.leave("key", "ada")
    assert ended(work) and work.given_up


def test_work_that_others_wait_for_goes_on(works):
    work = works.of("key", endless, "ada")
    works.of("key", endless, "bob")
    works.leave("key", "ada")
    time.sleep(0.1)
    assert not work.future.done()
    works.leave("key", "bob")
    assert ended(work) and work.given_up


def test_work_is_given_up_when_the_page_shows_no_sign_of_life(works, impatient):
    work = works.of("key", endless, "ada")
    assert ended(work)
    assert isinstance(work.future.exception(), GivenUp)
    assert not work.within(LONG), "there is no result to take"


def test_signs_of_life_keep_it_going(works, monkeypatch):
    monkeypatch.setattr(background, "PATIENCE", 0.5)
    work = works.of("key", endless, "ada")
    for _ in range(20):
        time.sleep(0.05)
        work.wanted_by("ada")
    assert not work.future.done()
    works.leave("key", "ada")
    assert ended(work)


def test_what_was_given_up_begins_again_when_asked_for(works):
    works.leave("key", "ada")
    first = works.of("key", endless, "ada")
    works.leave("key", "ada")
    assert ended(first)
    assert works.of("key", lambda report: "result", "ada").future.result(LONG) == "result"


def test_work_in_the_queue_never_begins_when_nobody_waits(works):
    busy = [works.of(f"busy {k}", endless, "ada") for k in range(background.THREADS)]
    begun = []
    queued = works.of("queued", lambda report: begun.append(1), "bob")
    works.leave("queued", "bob")
    assert queued.given_up and begun == [] and not queued.within(LONG)
    for k, work in enumerate(busy):
        works.leave(f"busy {k}", "ada")
        assert ended(work)


def test_an_error_of_the_computation_is_its_result(works):
    def fail(report):
        raise ValueError("no meaning here")

    work = works.of("key", fail, "ada")
    with pytest.raises(ValueError, match="no meaning here"):
        work.future.result(LONG)
    assert not work.given_up
    assert works.of("key", fail, "ada") is work


def test_old_results_are_forgotten_and_running_ones_are_not(works):
    running = works.of("running", endless, "ada")
    for k in range(background.KEPT + 5):
        works.of(k, lambda report, k=k: k, "ada").future.result(LONG)
    again = works.of(0, lambda report: "computed anew", "ada")
    assert again.future.result(LONG) == "computed anew"
    assert works.of("running", endless, "ada") is running
    works.leave("running", "ada")
    assert ended(running)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_pages_go_first(works):
    def priority(report):
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    here = os.getpriority(os.PRIO_PROCESS, 0)
    assert works.of("key", priority, "ada").future.result(LONG) == min(19, here + background.NICE) > here
    assert os.getpriority(os.PRIO_PROCESS, 0) == here
