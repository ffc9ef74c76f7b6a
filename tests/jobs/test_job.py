"""A job is its content; what is no job is refused in one sentence."""

import enum
import re

import pytest

from jobs import MAX_TILES, Job, JobError
from jobs.job import MAX_BYTES

BASE = {"name": "a map", "function": "cells.maps:tile", "tiles": [{"row": 0}, {"row": 1}], "settings": {"a": 1}}


def job(**fields):
    return Job(**{**BASE, **fields})


def test_equal_content_is_the_same_job_whatever_its_name_and_the_order_of_its_keys():
    first = job(settings={"a": 1, "b": (1, 2)})
    assert first.id == job(settings={"b": [1, 2], "a": 1}, name="another name").id
    assert re.fullmatch(r"[0-9a-f]{32}", first.id)


@pytest.mark.parametrize(
    "change",
    [
        {"function": "cells.maps:other"},
        {"settings": {"a": 2}},
        {"settings": {"a": 1.0}},
        {"settings": {"a": True}},
        {"tiles": [{"row": 1}, {"row": 0}]},
        {"tiles": [{"row": 0}]},
        {"version": "2"},
    ],
)
def test_other_content_is_another_job(change):
    assert job(**change).id != job().id


def test_what_is_changed_after_it_was_made_does_not_change_the_job():
    settings = {"a": [1]}
    made = job(settings=settings)
    settings["a"].append(2)
    assert made.settings == {"a": [1]}


class Colour(enum.Enum):
    RED = 1


LOOP = {}
LOOP["again"] = LOOP


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tiles": []}, rf"tiles: 0 of them is outside \[1, {MAX_TILES}\]"),
        ({"tiles": [0] * (MAX_TILES + 1)}, rf"tiles: {MAX_TILES + 1} of them is outside \[1, {MAX_TILES}\]"),
        ({"tiles": [{"seeds": {1, 2}}]}, r"tiles\[0\].seeds is of type set, which cannot be written as JSON"),
        ({"settings": {"a": float("nan")}}, r"settings.a = nan cannot be written as JSON"),
        ({"settings": {"a": [1, float("inf")]}}, r"settings.a\[1\] = inf cannot be written as JSON"),
        ({"settings": {1: "a"}}, r"settings has the key 1, which is no text"),
        ({"settings": {"colour": Colour.RED}}, r"settings.colour is of type Colour"),
        ({"settings": [1]}, r"settings is of type list, not a mapping"),
        ({"settings": LOOP}, r"is nested more than \d+ levels deep"),
        ({"settings": {"a": "x" * MAX_BYTES}}, rf"more than {MAX_BYTES}"),
        ({"name": ""}, r"name is empty"),
        ({"name": "two\nlines"}, r"name = 'two\\nlines' is not one line of text"),
        ({"name": "x" * 201}, r"is not one line of text of at most 200 characters"),
        ({"version": 3}, r"version = 3 is not one line of text"),
    ],
)
def test_what_is_no_job_is_refused_in_one_sentence(change, sentence):
    with pytest.raises(JobError, match=sentence) as refusal:
        job(**change)
    assert "\n" not in str(refusal.value)
