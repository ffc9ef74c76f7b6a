"""Recipes: what they claim holds on three seeds (slow); in short, that they can be made and show their point."""

import pytest
import torch

import lab
from benchmarks.recipes import page
from lab import RECIPES, train
from lab.recipes.base import Claim, at_least, below

torch.set_num_threads(1)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_can_be_made_at_any_seed_and_for_a_lecture(name):
    recipe = RECIPES[name]
    for lecture in (False, True):
        runs = recipe.settings(seed=3, lecture=lecture)
        assert runs and {settings.seed for settings in runs.values()} == {3}
    assert set(recipe.lecture) <= set(recipe.runs)
    cost = {label: settings.updates * settings.memory for label, settings in recipe.lecture.items()}
    assert sum(cost.values()) <= sum(settings.updates * settings.memory for settings in recipe.runs.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_holds_what_it_claims(name, seed):
    recipe = RECIPES[name]
    runs = {label: train(settings) for label, settings in recipe.settings(seed).items()}
    assert [claim for claim in recipe.judge(runs) if not claim.holds] == []


def test_the_exploding_run_halts_at_its_second_update():
    run = train(RECIPES["exploding"].runs["unclipped"].replace(updates=5))
    assert run.reason == "halted" and run.halt.update == 2


def test_chrono_biases_keep_a_gradient_that_a_plain_network_loses():
    lives = {}
    for label in ("rnn 30", "lstm 30"):
        settings = RECIPES["palindrome"].runs[label].replace(updates=1, batch=16, hidden=32)
        lives[label] = train(settings).history["half_life"][0]
    assert lives["lstm 30"] > 2 * lives["rnn 30"]


def test_clipping_by_norm_bites_more_often_than_by_value_and_the_curves_part():
    runs = RECIPES["elements"].runs
    cut, shrunk = (train(runs[label].replace(updates=400, hidden=30)) for label in ("by value", "by norm"))
    assert shrunk.history["clip_bit"].mean() > cut.history["clip_bit"].mean()
    assert cut.history["smooth_loss"][-1] != shrunk.history["smooth_loss"][-1]


def test_claims_say_whether_they_hold_and_nan_never_does():
    assert at_least("x", 0.99, 0.99).holds and not at_least("x", 0.98, 0.99).holds
    assert below("x", 0.1, 0.2).holds and not below("x", float("nan"), 0.2).holds


def test_the_page_marks_what_does_not_hold():
    claims = [["loss < 1", 0.5, True], ["accuracy ≥ 0.9", 0.8, False]]
    text = page([{"recipe": "average", "seed": 0, "claims": claims, "secs": {"a": [1.5, 10]}}])
    assert "| accuracy ≥ 0.9" in text and "0.8 ✗" in text and "0.5 ✗" not in text
    assert text.count("Not measured on this page yet.") == len(RECIPES) - 1
    assert isinstance(Claim("x", 1.0, True).measured, float)


def test_the_lab_keeps_its_names_once_its_modules_are_loaded():

    train(RECIPES["exploding"].runs["unclipped"].replace(updates=1, hidden=4, batch=2))
    assert callable(lab.train) and lab.LabSettings and lab.TASKS
