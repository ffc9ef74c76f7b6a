"""Memory: results are counted as what they keep alive, bounded, dropped when idle, fewer while it is short."""

import gc
import weakref
from dataclasses import dataclass

import numpy as np
import pytest

from cells import CELLS, RunSettings
from tests.ui.analysis_pages import opened_page
from ui.analysis import compute as analysis_compute
from ui.analysis.measures import measured
from ui.server import background, memory
from ui.server.byte_cache import ByteCache
from ui.traces import TRACES, trace_of


@dataclass(frozen=True, eq=False)
class Record:
    values: np.ndarray
    more: tuple


def test_a_view_counts_as_the_whole_that_it_keeps_alive_and_shared_arrays_count_once():
    whole = np.zeros(1000)
    assert memory.size_of(whole[:1]) == whole.nbytes
    assert memory.size_of(Record(whole[2:], ({"a": whole}, "four"))) == whole.nbytes + 4


@pytest.mark.parametrize("cell", CELLS)
def test_a_trace_counts_at_least_as_its_arrays(cell):
    trace = trace_of(RunSettings(cell=cell, steps=20, hidden=8, batch=4))
    assert memory.size_of(trace) >= sum(values.nbytes for values in trace.states.values())


def test_what_nobody_asks_for_is_dropped():
    kept = ByteCache(100, len)
    kept.of("a", lambda: "xxxx")
    assert not kept.forget(idle=60) and "a" in kept
    assert kept.forget(idle=-1) and "a" not in kept and kept.total == 0


def test_less_is_kept_while_the_machine_is_short_of_memory(monkeypatch):
    kept = ByteCache(8, len)
    for key in "abcd":
        kept.of(key, lambda: "xx")
    assert kept.total == 8
    monkeypatch.setattr(memory.FREE, "share", lambda: memory.LOW / 2)
    assert kept.forget(idle=60) and kept.total == 2 and "d" in kept


def test_results_beside_the_page_are_bounded_by_bytes(monkeypatch):
    monkeypatch.setattr(background, "KEPT_BYTES", 1000)
    works = background.Works()
    for k in range(6):
        works.of(k, lambda report: np.zeros(50), "ada").future.result(20)
    works.of("last", lambda report: None, "ada").future.result(20)
    assert works.result_of(0) is None and works.result_of(5) is not None


def test_heavy_work_keeps_no_light_work_waiting():
    works, go = background.Works(), []
    for k in range(4):
        works.of(f"heavy {k}", lambda report: go or endless(report, go), "ada", heavy=True)
    assert works.of("light", lambda report: "done", "bob").future.result(20) == "done"
    go.append(1)


def endless(report, go):
    while not go:
        report(0.5)


def test_all_that_may_be_kept_is_well_below_what_the_machine_has():
    limits = sum(holder._limit for holder in memory.HOLDERS if isinstance(holder, ByteCache) and holder._limit > 1e6)
    assert limits + background.KEPT_BYTES + memory.BUDGET / 2 < max(memory.SHARE * memory.machine(), memory.LEAST) * 1.5


@pytest.mark.parametrize("name", ["credit", "paths", "saturation"])
def test_what_a_page_offers_for_saving_keeps_no_record_alive(name):
    here = opened_page(steps=9, hidden=5, batch=3, seed=7)
    record = measured(name, here.settings, 0, here.look, lambda share: None)
    assert type(analysis_compute.record_again(name, here)) is type(record)


def test_the_runs_of_work_that_waits_are_not_held(monkeypatch):
    """Many who wait for a measure of a large run held one run each."""
    here = opened_page(steps=9, hidden=5, batch=3, seed=8)
    asked = []
    monkeypatch.setattr(background, "ask", lambda slot, key, make, *more: asked.append(make))
    analysis_compute.work_of("credit", here)
    trace = weakref.ref(trace_of(here.settings))
    TRACES.forget(idle=-1)
    gc.collect()
    assert trace() is None and asked
