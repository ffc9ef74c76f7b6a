"""The table of all combinations: every box stands for one run, says what became of it, and is found by a click."""

import math
from itertools import product

import numpy as np
import pytest

from cells import CELLS, RunSettings, run
from cells.activations import ACTIVATIONS
from cells.analysis import verdict
from cells.analysis.ensemble.combinations import combinations_of, judged
from cells.initialisers import INITIALISERS
from cells.knobs import BadValue
from tests.viz.conftest import trace_of
from viz.analysis import Look
from viz.analysis.combination_words import LISTED, listed, reasons
from viz.analysis.combinations import combination_at, combinations, grid_of
from viz.fates import FATES
from viz.heat import unpacked
from viz.panel import Scene

SETTINGS = RunSettings(steps=30, hidden=8, batch=5)
ALL = combinations_of(SETTINGS)
RECORD = judged(ALL, ALL)
HERE = (SETTINGS.cell, SETTINGS.activation, SETTINGS.init)


def plate_of(record, settings=SETTINGS):
    return combinations(
        record, Scene(trace_of(steps=30, **{k: getattr(settings, k) for k in ("cell", "init")})), Look()
    )


def boxes(chart):
    """(row, column) -> (kind's trace, words in the box)."""
    return {
        place: (trace, trace["text"][place[0]][place[1]])
        for trace in chart.figure["data"]
        for place in map(tuple, np.argwhere(~np.isnan(unpacked(trace["z"]))).tolist())
    }


def test_every_combination_has_one_run_and_its_verdict():
    assert [one.names for one in ALL] == list(product(CELLS, ACTIVATIONS, INITIALISERS))
    assert RECORD.complete
    for one in ALL[::13]:
        assert RECORD.verdicts[one.names].sentence == verdict(run(one.settings)).sentence
    carried = combinations_of(SETTINGS.replace(cell="lstm", forget_bias=3.0))
    assert {one.settings.get("forget_bias") for one in carried if one.cell == "lstm"} == {3.0}


def test_every_box_says_in_words_what_its_run_does():
    found, grid = boxes(plate_of(RECORD)), grid_of(RECORD)
    assert len(found) == len(ALL)
    for one in ALL:
        kind = RECORD.verdicts[one.names].kind
        trace, words = found[grid.place(one)]
        assert trace["name"] == FATES[kind].word and words.split(" · ")[0] == FATES[kind].word


def test_the_present_combination_is_framed_and_told():
    for here in (SETTINGS, SETTINGS.replace(cell="lstm", init="he")):
        chart = plate_of(RECORD, here)
        (frame,) = [shape for shape in chart.figure["layout"]["shapes"] if shape["type"] == "rect"]
        middle = ((frame["x0"] + frame["x1"]) / 2, (frame["y0"] + frame["y1"]) / 2)
        assert combination_at(RECORD, *middle).names == (here.cell, here.activation, here.init)
        assert "the present one keeps " in chart.finding


def test_a_click_on_a_box_finds_its_combination_and_nothing_beside_the_table():
    grid = grid_of(RECORD)
    for one in ALL:
        row, column = grid.place(one)
        assert combination_at(RECORD, column, row) is one
    assert combination_at(RECORD, 6, 0) is None


def test_the_steadiest_changes_the_gradient_least():
    rates = [abs(found.credit.log10_decay) for found in RECORD.verdicts.values() if math.isfinite(found.log10_ratio)]
    steady = next(one for one in ALL if abs(RECORD.verdicts[one.names].credit.log10_decay) == min(rates))
    assert steady.names == ("rnn", "identity", "identity")
    assert "the steadiest, RNN (identity, identity weights), keeps 100 %" in plate_of(RECORD).finding


@pytest.mark.parametrize("by", ["menu", "keeps"])
def test_the_lists_part_all_combinations_by_their_verdict(by):
    parts = [listed(RECORD, kind, by) for kind in LISTED if kind != "all"]
    assert sorted(one.names for part in parts for one in part) == sorted(one.names for one in ALL)
    assert set(listed(RECORD, "all", by)) == set(ALL)
    slow = [RECORD.verdicts[one.names].decay_per_step for one in listed(RECORD, "vanishing", "keeps")]
    assert slow == sorted(slow, reverse=True)


def test_what_is_not_yet_computed_and_what_cannot_be_are_told_apart():
    def refuse(settings):
        if settings.cell == "gru":
            raise BadValue("steps = 30 is too many", "steps", 9)

    everything = combinations_of(SETTINGS, refuse)
    record = judged([one for one in everything if one.init == "he"], everything)
    words = {one.names: boxes(plate_of(record))[grid_of(record).place(one)][1] for one in everything}
    assert {words[one.names] for one in everything if one.cell == "gru"} == {"–"}
    assert {words[one.names] for one in everything if one.cell != "gru" and one.init != "he"} == {"…"}
    assert not record.complete and "Of 21 combinations so far, " in plate_of(record).finding
    assert reasons(everything) == ["42 combinations with the GRU make no run: steps = 30 is too many."]
    assert reasons(everything)[0] in plate_of(record).alt
