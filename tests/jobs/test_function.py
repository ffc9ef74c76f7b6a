"""Only a function that is registered by its own full name, and that its module itself defines, may run."""

import sys

import pytest

import jobs
from cells.analysis.maps.tiles import FUNCTION
from jobs import JobError
from jobs.function import call, resolve
from tests.jobs import tilework
from ui.maps import map_jobs

SQUARE = "tests.jobs.tilework:square"


def test_a_registered_function_is_found():
    assert resolve(SQUARE, (SQUARE,)) is tilework.square
    assert resolve(SQUARE, (FUNCTION, SQUARE)) is tilework.square


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("tests.jobs.tilework.square", "is not of the form module:function"),
        ("tests.jobs.tilework:", "is not of the form module:function"),
        ("tests.jobs.tilework:_note", "is not of the form module:function"),
        ("tests.jobs.tilework:square.__call__", "is not of the form module:function"),
        ("tests.jobs.tilework:square\n", "is not of the form module:function"),
        ("os:system", "is none of the registered functions"),
        ("tests.jobs.tilework:gated", "is none of the registered functions"),
        ("tests.jobs:square", "is none of the registered functions"),
    ],
)
def test_any_other_path_is_refused_in_one_sentence(path, sentence):
    with pytest.raises(JobError, match=sentence):
        resolve(path, (SQUARE,))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("tests.jobs.nowhere:square", "the module cannot be imported"),
        ("tests.jobs.tilework:cube", "defines no function cube"),
        ("tests.jobs.tilework:Path", "defines no function Path"),
        ("tests.jobs.conftest:Store", "defines no function Store"),
        (f"{__name__}:resolve", "defines no function resolve"),
    ],
)
def test_a_registered_path_that_leads_to_no_function_of_its_module_is_refused(path, sentence):
    with pytest.raises(JobError, match=sentence):
        resolve(path, (path,))


@pytest.mark.parametrize("path", ["cells", "cells.analysis", "", "cells:*", 3])
def test_no_module_can_be_registered_as_a_whole(tmp_path, path):
    with pytest.raises(JobError, match=r"allow = .* is not of the form module:function"):
        jobs.Store(tmp_path, allow=(path,))
    assert not (tmp_path / "jobs.sqlite").exists()


@pytest.mark.parametrize("path", ["cells.torch_bridge:trace_torch", "cells:run", "cells.sweeping:sweep"])
def test_the_pages_jobs_may_compute_rows_of_maps_and_nothing_else(tmp_path, monkeypatch, path):
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path))
    with pytest.raises(JobError, match="none of the registered functions"):
        jobs.submit(map_jobs.store(), jobs.Job("x", path, [{}]))
    assert resolve("cells.analysis.maps.tiles:row", map_jobs.store().allow).__name__ == "row"


def test_a_function_that_is_not_registered_is_not_even_imported():
    with pytest.raises(JobError, match="none of the registered functions"):
        resolve("this:f", (SQUARE,))
    assert "this" not in sys.modules


def test_a_function_gets_the_context_where_it_takes_one():
    assert call(lambda tile: tile, 1, "context") == 1
    assert call(lambda tile, context: (tile, context), 1, "context") == (1, "context")
