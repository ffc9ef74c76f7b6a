"""Results kept by memory: made once for all who ask, the oldest dropped, a failure told and forgotten."""

import threading

import pytest

from ui.server.byte_cache import ByteCache


def test_a_result_is_made_once():
    kept, made = ByteCache(100, len), []
    for _ in range(3):
        assert kept.of("a", lambda: made.append(1) or "value") == "value"
    assert len(made) == 1


def test_the_least_recently_used_goes_first_and_the_rest_stays():
    kept, made = ByteCache(10, len), []

    def ask(key):
        kept.of(key, lambda: made.append(key) or "xxxx")

    for key in ("a", "b", "a", "c"):  # c is one too many: b goes, a was asked for later
        ask(key)
    made.clear()
    for key in ("a", "c", "b"):
        ask(key)
    assert made == ["b"]


def test_the_newest_stays_however_large_it_is():
    kept = ByteCache(10, len)
    kept.of("small", lambda: "x")
    kept.of("large", lambda: "x" * 1000)
    assert kept.of("large", lambda: "made again") == "x" * 1000
    assert kept.of("small", lambda: "made again") == "made again"


def test_all_together_never_pass_the_limit():
    kept, alive = ByteCache(50, len), []
    for key in range(200):
        kept.of(key, lambda: "x" * 7)
    for key in range(200):
        kept.of(key, lambda key=key: alive.append(key) or "x" * 7)
    assert len(alive) == 200, "asked in order, each one had gone before its turn"


def test_a_failure_reaches_who_asked_and_the_next_may_try_again():
    kept = ByteCache(100, len)
    with pytest.raises(ZeroDivisionError):
        kept.of("a", lambda: 1 / 0)
    assert kept.of("a", lambda: "value") == "value"


def test_many_who_ask_at_once_wait_for_one():
    kept, made, answers = ByteCache(100, len), [], []
    begun, go = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go.wait(60)
        made.append(1)
        return "value"

    threads = [threading.Thread(target=lambda: answers.append(kept.of("a", slow))) for _ in range(8)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    go.set()
    for thread in threads:
        thread.join(60)
    assert (answers, made) == (["value"] * 8, [1])
