"""The fan over seeds: its bands are quantiles of the draws, the present draw is the single run, points are draws."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from cells import CELLS, run
from cells.analysis.ensemble.seeds import Fan
from cells.analysis.gradient.way_back import judge
from cells.log_mean import log10_mean
from tests.viz.conftest import trace_of
from tests.viz.test_analysis import plate_of, record_of
from viz.analysis import Look
from viz.analysis.seed_dots import places_of, seed_at, seed_dots
from viz.analysis.seeds import fan, over_draws
from viz.panel import Scene, View

LOOK = Look(seeds=20)
SPREAD = {"activation": "relu", "weight_scale": 1.4}  # some vanish, some explode
DEAD = {"activation": "relu", "weight_scale": 0.3, "steps": 60, "hidden": 2, "batch": 2}  # exact zeros in many
NETS = [{"cell": cell} for cell in CELLS] + [SPREAD, DEAD]


def percentiles(logs):
    """10, 50 and 90 % of the numbers behind the logarithms; NaN counts as the largest."""
    ordered = np.sort(np.where(np.isnan(logs), np.inf, logs), axis=0)
    return np.quantile(10.0**ordered, [0.1, 0.5, 0.9], axis=0)


@pytest.mark.parametrize("settings", NETS, ids=str)
def test_the_bands_are_quantiles_over_the_draws_and_hold_the_median(settings):
    record, chart = record_of("fan", LOOK, **settings), plate_of("fan", LOOK, **settings)
    for part, logs in record.grads.items():
        name = f"log10 norm dL/d{part}, median"
        edges = [chart.columns[name + end] for end in (" least", " 10 %", "", " 90 %", " most")]
        assert all((low <= high).all() for low, high in pairwise(edges))
        np.testing.assert_array_equal(edges[0], logs[:, 1:].min(axis=0))
        np.testing.assert_array_equal(edges[-1], logs[:, 1:].max(axis=0))
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(10.0 ** np.array(edges[1:4]), percentiles(logs[:, 1:]), rtol=1e-9)


@pytest.mark.parametrize("settings", NETS, ids=str)
@pytest.mark.parametrize("seed", [0, 7, 4711])
def test_the_present_draw_is_the_single_run_bit_for_bit(settings, seed):
    trace = run(trace_of(**settings).settings.replace(seed=seed))
    chart = fan(record_of("fan", LOOK, **settings), Scene(trace), LOOK)
    for part, norms in trace.log10_grad_norms.items():
        np.testing.assert_array_equal(chart.columns[f"log10 norm dL/d{part}, seed {seed}"], log10_mean(norms[1:]))


def test_draws_that_are_all_alike_are_told_so():
    own = record_of("fan", LOOK, cell="gru")
    alike = replace(own, grads={part: np.repeat(logs[:1], len(logs), axis=0) for part, logs in own.grads.items()})
    finding = fan(alike, Scene(trace_of(cell="gru")), LOOK).finding
    assert "At step 1 all draws get the same gradient" in finding


@pytest.mark.parametrize("seed", range(8))
def test_zeros_overflows_and_no_numbers_keep_their_rank(seed):
    rng = np.random.default_rng(seed)
    logs = rng.normal(0, 400, (20, 6))
    for value, share in ((-np.inf, 0.3), (np.inf, 0.1), (np.nan, 0.15)):
        logs[rng.random(logs.shape) < share] = value
    curve, present = over_draws(logs, rng.normal(size=(6, 3)), "x", "total", Scene(trace_of()))
    edges = np.array([curve.least, curve.low, curve.mean, curve.high, curve.most])
    ranked = np.where(np.isnan(edges), np.inf, edges)
    assert (ranked[:-1] <= ranked[1:]).all()
    dead = np.isneginf(logs[:, 1:]).mean(axis=0)
    assert np.isneginf(curve.mean[dead > 0.55]).all() and not np.isneginf(curve.mean[dead < 0.45]).any()
    assert present.name == "x, seed 0"


@pytest.mark.parametrize("settings", NETS, ids=str)
def test_the_sentence_counts_every_draw(settings):
    record, chart = record_of("fan", LOOK, **settings), plate_of("fan", LOOK, **settings)
    alike = len({one.kind for one in record.verdicts}) == 1
    if alike:
        assert chart.finding.startswith("All 20 draws ") and "does not hang on the seed" in chart.finding
        return
    counts = chart.finding.split(":")[0].removeprefix("Of 20 draws ")
    assert sum(map(int, re.findall(r"\d+(?= [a-z])", counts))) == 20 and "proves nothing" in chart.finding


def test_the_present_draw_is_placed_among_the_others():
    record = record_of("fan", LOOK, **SPREAD)
    order = np.argsort(record.grads["h"][:, 1]).tolist()
    for seed, share in ((order[0], 2), (order[10], 52), (order[-1], 98)):
        finding = fan(record, Scene(trace_of(**SPREAD, seed=seed)), LOOK).finding
        assert f"the one of seed {seed} is larger than those of {share} % of the draws" in finding


@pytest.mark.parametrize("settings", NETS, ids=str)
def test_every_draw_has_a_point_of_its_own_and_a_click_on_it_finds_it(settings):
    record = record_of("fan", LOOK, **settings)
    places = places_of(record)
    spots = list(zip(places.x.tolist(), places.y.tolist(), strict=True))
    assert len(set(spots)) == 20
    assert [seed_at(record, *spot) for spot in spots] == list(record.seeds)
    assert (places.x > places.limits[0]).all() and (places.x < places.limits[1]).all()
    gone = np.isneginf([one.log10_ratio for one in record.verdicts])
    assert (places.x[gone] < np.append(places.x[~gone], np.inf).min()).all()


def test_draws_that_all_died_or_overflowed_are_drawn_in_words():
    settings = trace_of().settings
    ends = {"exactly 0": [0.0, -np.inf, 0.0], "overflow": [0.0, np.inf, 0.0]}
    for word, curve in ends.items():
        plate_record = record_of("fan", LOOK)
        gone = [replace(one, credit=judge(np.array(curve), 2)) for one in plate_record.verdicts]
        record = Fan(settings, plate_record.seeds, tuple(gone), plate_record.grads, plate_record.states)
        chart = seed_dots(record, Scene(trace_of(), View(theme="dark")), LOOK)
        assert word in chart.figure["layout"]["xaxis"]["ticktext"]
        assert "does any gradient travel back" in chart.finding
