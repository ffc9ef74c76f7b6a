"""A trace is shared by all who ask for the same run: nothing that can be reached from it can be written to."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from cells import run
from cells.engine import solve
from cells.network import build
from cells.sweeping import solve_stacked
from tests.cells.variants import FORMS, settings_of

RUNS = (
    {},
    {"layers": 2, "loss": "all"},
    {"signal": "tokens"},
    {"activation": "identity", "weight_scale": 4.0, "steps": 1500, "hidden": 2},  # rows with exponents
)


def writeable(thing: object, path: str = "trace", seen: dict[int, object] | None = None) -> Iterator[str]:
    """The path of every array below public names that can be written to; `seen` keeps what was met alive."""
    seen = {} if seen is None else seen
    if id(thing) in seen:
        return
    seen[id(thing)] = thing
    if isinstance(thing, np.ndarray):
        if thing.flags.writeable:
            yield path
        return
    for name, part in parts_of(thing):
        yield from writeable(part, f"{path}.{name}", seen)


def parts_of(thing: object) -> list[tuple[str, object]]:
    """What a record holds or works out, by public names; what a mapping or a sequence holds."""
    if isinstance(thing, Mapping):
        return [(str(name), part) for name, part in thing.items()]
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, type) or not type(thing).__module__.startswith("cells."):
        return []
    return [(name, getattr(thing, name)) for name in dir(thing) if not name.startswith("_") and name != "loss"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fields", RUNS, ids=str)
def test_no_array_of_a_run_can_be_written_to(form, fields):
    assert list(writeable(run(settings_of(form, **fields)))) == []


@pytest.mark.parametrize("form", FORMS)
def test_nor_of_many_runs_side_by_side(form):
    points = [settings_of(form, seed=seed) for seed in range(3)]
    assert list(writeable(solve_stacked(points))) == []


def test_the_walk_finds_what_can_be_written_to():
    settings = settings_of("lstm")
    network = build(settings)
    trace = solve(network, settings)
    trace.top.__dict__["grads"] = {"h": np.zeros(3)}
    trace.network = replace(network, x=network.x.copy())
    assert set(writeable(trace)) == {"trace.layers.0.grads.h", "trace.inputs"}
