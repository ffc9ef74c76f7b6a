"""Turns: one holder, first come first served, nobody stuck."""

import threading
import time

import pytest

from cells import RunSettings
from ui import compute
from ui.server.render_lock import RENDER_LOCK, RenderLock
from ui.views.page import PageView

PATIENCE = 60.0  # seconds


def meanwhile(*works) -> list[threading.Thread]:
    """Begin works one after the other, each in a thread of its own."""
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
        time.sleep(0.01)
    return threads


def ended(threads: list[threading.Thread]) -> bool:
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


def holding(turns: RenderLock, act):
    def work():
        with turns.turn():
            act()

    return work


def test_one_at_a_time_in_the_order_of_asking():
    turns, order, inside = RenderLock(PATIENCE), [], []

    def visit(name):
        inside.append(name)
        assert inside == [name]
        order.append(name)
        inside.remove(name)

    with turns.turn():
        waiting = meanwhile(*(holding(turns, lambda name=name: visit(name)) for name in range(5)))
        assert order == []
    assert ended(waiting) and order == list(range(5))


def test_who_steps_aside_is_overtaken_and_takes_nothing_with_them():
    turns, came = RenderLock(PATIENCE), threading.Event()
    with turns.turn():
        waiting = meanwhile(holding(turns, came.set))
        assert not came.is_set()
        turns.step_aside()
        assert came.wait(PATIENCE)
    assert ended(waiting)
    with turns.turn():
        later = meanwhile(holding(turns, lambda: None))
        assert later[0].is_alive()  # the turn left early was not left once more at the end
    assert ended(later)


def test_a_turn_within_a_turn_is_the_same_one():
    turns, order = RenderLock(PATIENCE), []
    with turns.turn():
        with turns.turn():
            waiting = meanwhile(holding(turns, lambda: order.append("other")))
        order.append("first")
    assert ended(waiting) and order == ["first", "other"]


def test_a_fault_ends_the_turn():
    turns = RenderLock(PATIENCE)
    with pytest.raises(ZeroDivisionError), turns.turn():
        1 / 0  # noqa: B018
    assert ended(meanwhile(holding(turns, lambda: None)))


def test_one_that_hangs_is_waited_for_only_so_long():
    turns, free, came = RenderLock(0.05), threading.Event(), []
    with turns.turn():
        assert ended(meanwhile(holding(turns, lambda: came.append("late"))))
    assert came == ["late"]
    assert ended(meanwhile(holding(turns, free.set))) and free.is_set()


def slowly(lock: RenderLock, act):
    def work():
        with lock.turn():
            lock.slow_down()
            act()

    return work


def test_those_who_compute_for_long_take_turns_and_keep_nobody_else_waiting():
    lock = RenderLock(PATIENCE, slow=RenderLock(PATIENCE))
    begun, go, order = threading.Event(), threading.Event(), []

    def first():
        begun.set()
        assert go.wait(PATIENCE)
        order.append("first")

    slow = meanwhile(slowly(lock, first), slowly(lock, lambda: order.append("second")))
    assert begun.wait(PATIENCE)
    assert ended(meanwhile(holding(lock, lambda: order.append("fast"))))
    assert order == ["fast"]
    go.set()
    assert ended(slow) and order == ["fast", "first", "second"]


def test_a_figure_that_takes_long_is_drawn_beside_other_pages(monkeypatch):
    """Its run may have been made before: what holds the others up then is the figure alone."""
    settings, came = RunSettings(precision="bfloat16", steps=800, hidden=64), threading.Event()
    monkeypatch.setattr(compute, "drawn_of", lambda *_: came.wait(PATIENCE) and Drawn)
    monkeypatch.setattr(compute, "chart_body", lambda *_: b"")

    class Drawn:
        figure = {"layout": {"height": 1}}

    with RENDER_LOCK.turn():
        waiting = meanwhile(holding(RENDER_LOCK, came.set))
        compute.body_of(settings, PageView(), "light")
        assert came.is_set()
    assert ended(waiting)
