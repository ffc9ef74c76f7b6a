"""Settings: a change makes what a fresh start with the changed values makes, and is refused with the same words."""

from dataclasses import asdict

import numpy as np
import pytest

from cells import CELLS, RunSettings
from cells.knobs import BadValue, knobs_of
from cells.settings import BUDGET

PLAIN = RunSettings()
BASES = [
    PLAIN,
    PLAIN.replace(cell="lstm", forget_bias=2.5, loss="all", layers=3),
    PLAIN.replace(cell="phased_lstm", leak=0.5, signal="impulse", impulse_step=7),
    PLAIN.replace(signal="own", own=[[0.5], [1.0], [-1.0]], steps=3, loss="chosen", loss_steps=(2, 3)),
]
CHANGES = [
    {"weight_scale": 2},
    {"weight_scale": np.float32(0.5), "seed": np.int64(4)},
    {"steps": 2},
    {"steps": 9.0, "cell": "gru", "form": "cho"},
    {"cell": "phased_lstm", "open_ratio": 0.5},
    {"own": [1, 2, 3, 4]},
    {"loss": "chosen", "loss_steps": [3, 1, 3]},
    {"options": {"forget_bias": 1.5}, "cell": "lstm"},
    {"weight_scale": 5},
    {"steps": 1.5},
    {"steps": 1},
    {"hidden": True},
    {"cell": "elman"},
    {"scale_inputs": "yes"},
    {"loss": "chosen", "loss_steps": [60]},
    {"signal": "own", "own": [[1], [2, 3]]},
    {"signal": "own", "own": ()},
    {"signal": "impulse", "impulse_step": 51, "steps": 50},
    {"cell": "phased_lstm", "shortest_period": 100.0, "longest_period": 50.0},
    {"steps": 20_000, "hidden": 4096, "batch": 4096},
    {"forget": 1.0},
]


def afresh(base, changes):
    """The settings made anew from all their values."""
    own = {name: value for name, value in vars(base).items() if name != "options"}
    kind = CELLS[changes.get("cell", base.cell)].Options if changes.get("cell", base.cell) in CELLS else None
    known = knobs_of(kind) if kind else {}
    kept = {name: value for name, value in vars(base.options).items() if name in known}
    knobs = {name: value for name, value in changes.items() if name not in own and name != "options"}
    plain = {name: value for name, value in changes.items() if name in own}
    return RunSettings(**(own | plain), options=changes.get("options") or kept | knobs)


def outcome(make):
    try:
        return make()
    except ValueError as error:
        return type(error), str(error), getattr(error, "nearest", None)


@pytest.mark.parametrize("changes", CHANGES, ids=str)
@pytest.mark.parametrize("base", BASES, ids=["rnn", "lstm", "phased", "own"])
def test_a_change_is_what_a_fresh_start_makes(base, changes):
    changed, made = outcome(lambda: base.replace(**changes)), outcome(lambda: afresh(base, changes))
    if "forget" in changes:
        assert changed[0] is BadValue and "forget is no field" in changed[1]
    else:
        assert repr(changed) == repr(made)
        assert changed == made


def test_the_settings_that_were_changed_stay_as_they_were():
    before = asdict(PLAIN)
    PLAIN.replace(cell="lstm", weight_scale=2.0)
    assert asdict(PLAIN) == before


@pytest.mark.parametrize("cell", CELLS)
def test_weights_that_would_fill_the_memory_are_refused_by_name_and_those_offered_fit(cell):
    sizes = {"cell": cell, "steps": 2, "batch": 1, "layers": 4, "inputs": 4096}
    with pytest.raises(BadValue, match=r"hidden = 4096 would take .* GB for the weights alone") as refused:
        RunSettings(hidden=4096, **sizes)
    fitting = RunSettings(hidden=refused.value.nearest, **sizes)
    assert fitting.weights_memory <= BUDGET * 1e9 / 2 < fitting.replace(hidden=fitting.hidden + 1).weights_memory
