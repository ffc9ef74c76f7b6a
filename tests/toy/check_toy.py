"""The toy is shown everywhere as it declares itself, and no declaration can be left out unseen."""

from dataclasses import replace

import numpy as np
import pytest

from cells import RunSettings, run, sweep
from cells.analysis.jacobian.critical_scales import critical_scales
from cells.analysis.jacobian.recurrent_matrix import key_numbers
from cells.analysis.step_graph.one_step import graph
from cells.analysis.step_graph.paths import path_split
from cells.analysis.time_gate.time_gate_effect import time_gate_effect
from tests.toy.cell import Toy
from ui.cost.budget import check_budget
from ui.link.link import read_link, write_link
from ui.views.fields import DEFAULTS, run_settings
from viz import View, flow
from viz.theme import PALETTES

PALETTE = PALETTES["light"]
SETTINGS = {"cell": "toy", "steps": 12, "hidden": 4, "batch": 2}


def check_link():
    link = {name: [text] for name, text in write_link(DEFAULTS | SETTINGS).items()}
    values, complaints = read_link(link)
    assert complaints == []
    assert run_settings(values).cell == "toy"
    check_budget(run_settings(values))


def check_gate_figures(trace):
    """A line a gate in its colour; a heatmap a gate; the time gate in a panel of its own."""
    lines = {line.get("name"): line for line in flow(trace).figure["data"] if line.get("type") == "scatter"}
    assert lines["admit a"]["line"]["color"] == PALETTE.of("input")
    assert lines["matter m"]["line"]["color"] == PALETTE.of("candidate")
    assert lines["mean of w"]["line"]["color"] == PALETTE.of("time_gate")
    assert "Watch w(t) by unit" in str(flow(trace).figure["layout"]["annotations"])
    columns = flow(trace, View(gates="units")).columns
    assert {"gate a, unit 1", "gate m, unit 1", "w, unit 1"} <= set(columns)


def check_paths(trace):
    split = path_split(trace)
    assert set(split.shares) == {"output", "pre_a", "pre_m", "skip"}
    assert np.nansum([values[1:] for values in split.shares.values()], axis=0) == pytest.approx(1)
    assert split.ways["skip"].straight and split.shares["skip"][1:].max() > 0.2


def check_equations(trace):
    found = graph(trace, 6)
    assert {node.name for node in found.nodes} >= {"a_a", "a_m", "a", "m", "w", "h"}
    assert found["h"].forward == r"h_t = w_t \odot a_t \odot m_t + h_{t-1}"


def check_theory(trace):
    assert critical_scales(trace.settings) == ()  # the skip path keeps the gradient at every scale
    assert key_numbers(trace).matrix == "W_hm"


def check_time_gate(trace):
    room = time_gate_effect(trace)
    np.testing.assert_array_equal(room.k, trace.gates["w"][:, 0])
    assert room.without == "RNN" and [net.name for net in room.nets] == ["clock", "plain", "frozen"]


def check_sweep(trace):
    grid = sweep(trace.settings, weight_scale=[0.5, 1.0])
    assert set(grid.gate_means) == {"a", "m", "w"}


CHECKS = (check_gate_figures, check_paths, check_equations, check_theory, check_time_gate, check_sweep)


def everything():
    """All that the toy's declarations are needed for."""
    check_link()
    trace = run(RunSettings(**SETTINGS))
    for check in CHECKS:
        check(trace)


def test_the_toy_is_everywhere():
    everything()


DECLARATIONS = ("gates", "pre_activations", "candidate", "time_gate", "without_gate", "skip_path", "step_graph")


@pytest.mark.parametrize("name", DECLARATIONS)
def test_no_declaration_can_be_left_out(name, monkeypatch):
    monkeypatch.delattr(Toy, name)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever notices first
        everything()


@pytest.mark.parametrize("gate", range(3))
@pytest.mark.parametrize("field", ["name", "label", "colour"])
def test_no_gate_can_be_declared_in_part(gate, field, monkeypatch):
    gates = list(Toy.gates)
    gates[gate] = replace(gates[gate], **{field: ""})
    monkeypatch.setattr(Toy, "gates", tuple(gates))
    monkeypatch.setattr(Toy, "time_gate", gates[2])
    with pytest.raises((AssertionError, KeyError, ValueError)):
        everything()
