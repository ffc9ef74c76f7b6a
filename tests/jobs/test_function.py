"""Only functions that an allowed module itself defines may run."""

import sys

import pytest

from jobs import JobError
from jobs.function import call, resolve
from tests.jobs import tilework

ALLOW = ("tests.jobs",)


def test_an_allowed_function_is_found():
    assert resolve("tests.jobs.tilework:square", ALLOW) is tilework.square
    assert resolve("tests.jobs.tilework:square", ("cells", "tests.jobs.tilework")) is tilework.square


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("tests.jobs.tilework.square", "is not of the form module:function"),
        ("tests.jobs.tilework:", "is not of the form module:function"),
        ("tests.jobs.tilework:_note", "is not of the form module:function"),
        ("tests.jobs.tilework:square.__call__", "is not of the form module:function"),
        ("tests.jobs.tilework:square\n", "is not of the form module:function"),
        ("os:system", "is in none of the allowed modules"),
        ("tests.jobsmith:square", "is in none of the allowed modules"),
        ("tests.jobs.nowhere:square", "the module cannot be imported"),
        ("tests.jobs.tilework:cube", "defines no function cube"),
        ("tests.jobs.tilework:Path", "defines no function Path"),
        ("tests.jobs.live:wait_for_fun", "defines no function wait_for_fun"),
        ("tests.jobs.conftest:Store", "defines no function Store"),
    ],
)
def test_any_other_path_is_refused_in_one_sentence(path, sentence):
    with pytest.raises(JobError, match=sentence):
        resolve(path, ALLOW)


def test_an_imported_function_is_not_the_modules_own():
    with pytest.raises(JobError, match="defines no function resolve"):
        resolve(f"{__name__}:resolve", (__name__,))


def test_a_module_that_is_not_allowed_is_not_even_imported():
    with pytest.raises(JobError, match="none of the allowed modules"):
        resolve("this:f", ALLOW)
    assert "this" not in sys.modules


def test_a_function_gets_the_context_where_it_takes_one():
    assert call(lambda tile: tile, 1, "context") == 1
    assert call(lambda tile, context: (tile, context), 1, "context") == (1, "context")
