"""A sweep is its single runs, over every knob of every cell."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cells import CELLS, RunSettings, run, sweep
from cells.knobs import BadValue, knobs_of, names_of
from cells.sweeping import PASS_SLOTS, run_batches

STEPS = 12
SIZES = {"steps": [STEPS, 3, 7], "hidden": [5, 2], "layers": [1, 3], "batch": [3, 1], "inputs": [1, 4]}
VALUES = SIZES | {"seed": [0, 7, 2**32 - 1], "impulse_step": [1, STEPS, 6], "tokens": [2, 9], "precision": ["float16"]}
VALUES |= {"shortest_period": [1.0, 5.0], "longest_period": [3.0, 1000.0]}  # the one is at most the other
SPECIAL = {"impulse_step": {"signal": "impulse"}, "tokens": {"signal": "tokens"}}
KNOBS = [(cell, name) for cell in CELLS for name in [*knobs_of(RunSettings), *knobs_of(CELLS[cell].Options)]]
NORMS = ("log10_grad_norms", "log10_direct_norms", "log10_state_norms")


def base(cell, name=""):
    times = tuple(np.cumsum(np.linspace(0.5, 2.0, STEPS)).tolist())
    options = {"timestamps": times} if "timestamps" in names_of(CELLS[cell].Options) else {}
    own = tuple(np.sin(np.arange(STEPS)).tolist())
    plain = RunSettings(cell=cell, steps=STEPS, hidden=5, batch=3, own=own, loss_steps=(2, 3), options=options)
    return plain.replace(**SPECIAL.get(name, {}))


def values_of(cell, name):
    """Some values over a knob's whole range, its ends among them."""
    if name in VALUES:
        return VALUES[name]
    known = {**knobs_of(RunSettings), **knobs_of(CELLS[cell].Options)}[name]
    knob = known.metadata["knob"]
    if isinstance(known.default, bool):
        return [False, True]
    return list(knob.choices) if isinstance(known.default, str) else [knob.low, known.default, knob.high]


def compare(grid, index):
    """A point of the grid beside its single run; where the run has no such step, sample, part or gate stands NaN."""
    single = run(grid.settings_at(*index))
    np.testing.assert_allclose(grid.loss[index], single.loss, rtol=1e-12, atol=0)
    for many, layer in zip(grid.layers, single.layers, strict=False):
        for name in NORMS:
            for part, norms in getattr(many, name).items():
                same(norms[index], getattr(layer, name).get(part), 1e-11)
        for gate, means in many.gate_means.items():
            opening = layer.gates.get(gate)
            same(means[index], None if opening is None else opening.mean(axis=(1, 2)), 1e-12)


def same(found, expected, tolerance):
    full = np.full(found.shape, np.nan)
    if expected is not None:
        full[tuple(map(slice, expected.shape))] = expected
    np.testing.assert_allclose(found, full, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("cell", "name"), KNOBS, ids=lambda word: word)
def test_every_knob_is_an_axis_and_every_point_its_single_run(cell, name):
    values = values_of(cell, name)
    grid = sweep(base(cell, name), **{name: values})
    assert dict(grid.axes) == {name: values} and grid.shape == (len(values),)
    for k, value in enumerate(values):
        assert grid.settings_at(k).get(name) == value
        compare(grid, (k,))


@pytest.mark.parametrize("cell", CELLS)
def test_axes_stand_in_the_order_given(cell):
    axes = {"activation": ["tanh", "relu"], "weight_scale": [0.0, 1.0, 4.0], "seed": range(2)}
    grid = sweep(base(cell), **axes)
    assert list(grid.axes) == list(axes) and grid.log10_grad_norms["h"].shape == (2, 3, 2, STEPS + 1, 3)
    for index in np.ndindex(*grid.shape):
        chosen = dict(zip(axes, index, strict=True))
        assert all(grid.settings_at(*index).get(name) == axes[name][k] for name, k in chosen.items())
        compare(grid, index)
    assert grid.trace(1, 2, 0) is grid.trace(-1, -1, 0)


def test_the_comparison_can_fail():
    grid = sweep(base("lstm"), weight_scale=[1.0, 2.0])
    grid.log10_grad_norms["c"][1, 3] += 1e-9
    compare(grid, (0,))
    with pytest.raises(AssertionError):
        compare(grid, (1,))


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ({"weight_scale": []}, r"weight_scale = \[\] is an empty axis"),
        ({"weight_scale": [1.0, 5.0]}, r"weight_scale = 5.0 is outside \[0, 4\]"),
        ({"weight": [1.0]}, "weight is no field of RunSettings"),
        ({"seed": range(1000), "hidden": range(1, 201)}, r"seed × hidden has 200000 points, outside \[1, 100000\]"),
    ],
)
def test_axes_that_cannot_be_are_named(axes, sentence):
    with pytest.raises((BadValue, ValueError), match=sentence):
        sweep(RunSettings(), **axes)


def test_sweeps_of_many_people_share_the_memory():
    seats, under_way, most, lock = PASS_SLOTS._value, 0, [], threading.Lock()

    def each(indices, trace):
        nonlocal under_way
        with lock:
            under_way += 1
            most.append(under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1

    points = [base("rnn").replace(hidden=2 + k % 3, seed=k) for k in range(6)]
    with ThreadPoolExecutor(2 * seats) as people:
        for done in [people.submit(run_batches, points, each) for _ in range(2 * seats)]:
            done.result()
    assert 1 < max(most) <= seats == PASS_SLOTS._value
