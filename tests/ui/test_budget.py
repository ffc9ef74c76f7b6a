"""What a run may cost: refused before anything is allocated, and the value offered instead really fits."""

import tracemalloc
from random import Random

import pytest

from cells import CELLS, RunSettings, run
from cells.knobs import BadValue
from tests.ui.wild import LARGE, values_of
from ui.cost.budget import MEGABYTES, SECONDS, check_budget
from ui.link.link import changes_to_mend
from ui.views.fields import DEFAULTS, high_of, run_settings

SIZES = ("steps", "hidden", "batch", "layers", "inputs")


def refusal(values):
    """The error of values that cost too much, None for others."""
    try:
        check_budget(run_settings(values))
    except BadValue as error:
        return error
    return None


@pytest.mark.parametrize("cell", CELLS)
def test_the_most_the_page_can_ask_for_is_refused_by_name(cell):
    error = refusal(DEFAULTS | {"cell": cell} | {name: int(high_of(name)) for name in SIZES})
    assert error is not None
    assert "steps = 1000 would take" in str(error)


@pytest.mark.parametrize("cell", CELLS)
def test_the_page_allows_less_than_the_engine(cell):
    error = refusal(DEFAULTS | {"cell": cell, "steps": 1000, "hidden": 256, "batch": 48})
    assert f"this page allows {SECONDS:g} s and {MEGABYTES:g} MB" in str(error)


@pytest.mark.parametrize("cell", CELLS)
def test_the_default_and_the_longest_default_fit(cell):
    assert refusal(DEFAULTS | {"cell": cell}) is None
    assert refusal(DEFAULTS | {"cell": cell, "steps": 1000}) is None


@pytest.mark.parametrize("cell", CELLS)
def test_the_value_offered_fits_and_one_more_does_not(cell):
    rng, refused = Random(cell), 0
    for _ in range(300):
        values = DEFAULTS | {"cell": cell} | {name: rng.randint(2, int(high_of(name))) for name in SIZES}
        if refusal(values) is None:
            continue
        refused += 1
        changes = changes_to_mend(values)
        assert refusal(values | changes) is None
        name = list(changes)[-1]
        assert name == "hidden" or refusal(values | changes | {name: changes[name] + 1}) is not None
    assert refused > 100


def test_asking_allocates_nothing():
    values = DEFAULTS | {name: int(high_of(name)) for name in SIZES}
    tracemalloc.start()
    assert refusal(values) is not None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "sizes",
    [{"hidden": 64, "batch": 32}, {"hidden": 4, "batch": 64, "inputs": 64}, {"hidden": 256, "batch": 1, "layers": 2}],
    ids=str,
)
def test_the_memory_foreseen_is_about_what_a_run_takes(cell, sizes):
    settings = RunSettings(cell=cell, steps=100, **sizes)
    run(settings.replace(steps=2))
    tracemalloc.start()
    trace = run(settings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert trace.settings is settings
    assert 0.3 < peak / settings.memory < 1.4


def test_settings_of_the_page_are_within_the_budget_after_they_are_mended():
    rng = Random(3)
    for _ in range(200):
        assert refusal(values_of(rng, LARGE)) is None
