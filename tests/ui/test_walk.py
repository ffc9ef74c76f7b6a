"""Readers who use every control of every page, messages that come late among it: no error ever reaches one of them."""

import asyncio
from random import Random

import pytest

from benchmarks._server import APP, Server
from benchmarks._wanderer import Wanderer
from tests.own_loop import result_of

QUERY = "steps=30&hidden=6&batch=3"
A_FEW, WALKERS, MANY = 40, 4, 10_000


@pytest.fixture(scope="module")
def server():
    with Server(APP) as started:
        yield started


async def late(port: int, rng: Random) -> list[str]:
    """Open every page, turn to the next one, and hear there of everything that was on the last."""
    reader, first = await Wanderer.open(port, QUERY)
    errors = list(first.errors)
    for page in [*reader.pages[1:], reader.pages[0]]:
        reader.gone.clear()
        for answer in (await reader.turn(page, keeps=False), await reader.use_all_gone(rng)):
            errors += answer.errors
    await reader.close()
    return errors


async def walk(port: int, seed: int, steps: int) -> list[str]:
    """Random steps of one reader."""
    rng, (reader, first) = Random(seed), await Wanderer.open(port, QUERY)
    errors = list(first.errors)
    for _ in range(steps):
        errors += (await reader.step(rng)).errors
    await reader.close()
    return errors


async def walks(port: int, steps: int) -> list[str]:
    """Random steps of several readers at once."""
    found = await asyncio.gather(*(walk(port, seed, steps // WALKERS) for seed in range(WALKERS)))
    return [error for errors in found for error in errors]


async def keys_beside_a_chart(port: int) -> list[str]:
    """The addresses after two keys of a lecture, each in one message with what a chart says."""
    reader, _ = await Wanderer.open(port, f"{QUERY}&lesson=02-why-it-vanishes&lesson_step=1")
    found = []
    for event, value in (("lecture", True), ("turn", 1)):
        keys = next(control for control in reader.controls.values() if "lecture keys" in control.id)
        body = next(control.fragment for control in reader.controls.values() if control.fragment)
        await reader.tell(keys, event, value, body)
        found.append(reader.query)
    await reader.close()
    return found


def test_what_is_heard_of_a_page_after_it_was_left_does_no_harm(server):
    assert result_of(late(server.port, Random(5))) == []


def test_a_key_is_heard_in_one_message_with_what_a_chart_says(server):
    large, turned = result_of(keys_beside_a_chart(server.port))
    assert "lecture=on" in large and "lesson_step=2" in turned and "lecture=on" in turned


def test_no_step_of_a_random_walk_ends_in_an_error(server):
    assert result_of(walks(server.port, A_FEW)) == []


@pytest.mark.slow
def test_no_step_of_ten_thousand_ends_in_an_error(server):
    assert result_of(walks(server.port, MANY)) == []
