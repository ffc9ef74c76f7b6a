"""A run: equal settings, equal run; left off and taken up, the same to the bit; what it records is what happened."""

import math

import numpy as np
import pytest
import torch

from cells import CELLS
from cells.knobs import BadValue
from lab import TASKS, train
from lab.checkpoint import pack, unpack
from lab.history import COLUMNS
from lab.optimisation import OPTIMISERS
from lab.settings import SCHEDULES
from lab.training import End, Sample, Training, Update
from tests.lab.small import settings_of

torch.set_num_threads(1)


def assert_same_run(one, other):
    """Every column, every norm and every parameter, to the bit."""
    for name in COLUMNS:
        np.testing.assert_array_equal(one.history.columns[name], other.history.columns[name], err_msg=name)
    assert set(one.history.flows) == set(other.history.flows)
    for name in one.history.flows:
        np.testing.assert_array_equal(one.history.flow(name), other.history.flow(name), err_msg=name)
    for (name, ours), theirs in zip(one.net.named_parameters(), other.net.parameters(), strict=True):
        np.testing.assert_array_equal(ours.detach(), theirs.detach(), err_msg=name)
    assert one.progress == other.progress


def finished(training):
    for _ in training.events():
        pass
    return training


def left_and_resumed(settings, after):
    """A run that is written down after so many updates and goes on elsewhere."""
    training = Training(settings)
    for event in training.events():
        if isinstance(event, Update) and event.update == after:
            return finished(unpack(pack(training), settings))
    raise AssertionError(f"it ended before update {after}")


HEAVY = ("characters",)  # a large alphabet and long lines
EVERY = [pytest.param(task, marks=pytest.mark.slow if task in HEAVY else ()) for task in TASKS]


@pytest.mark.parametrize("task", EVERY)
def test_a_resumed_run_is_the_same_to_the_bit_for_every_task(task):
    settings = settings_of(task)
    assert_same_run(left_and_resumed(settings, after=5), finished(Training(settings)))


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_resumed_run_is_the_same_for_every_optimiser_and_schedule(optimiser, schedule):
    more = {"momentum": 0.5, "rate_every": 2, "rate_epoch": 1, "dropout": 0.3, "layers": 2, "patience": 3}
    settings = settings_of(optimiser=optimiser, schedule=schedule, **more)
    assert_same_run(left_and_resumed(settings, after=5), finished(Training(settings)))


@pytest.mark.parametrize("cell", CELLS)
def test_equal_settings_give_equal_runs_and_another_seed_another(cell):
    one, again, other = (train(settings_of(cell=cell, seed=seed)) for seed in (1, 1, 2))
    assert_same_run(one.training, again.training)
    assert not np.array_equal(one.history["loss"], other.history["loss"])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("cell", "activation"), [("rnn", "tanh"), ("rnn", "relu"), ("gru", "tanh"), ("lstm", "tanh")])
def test_pytorchs_kernels_learn_the_same(cell, activation, layers):
    more = {"activation": activation, "layers": layers, "dropout": 0.2, "precision": "float64", "optimiser": "adam"}
    ours, theirs = (train(settings_of(cell=cell, engine=engine, **more)) for engine in ("own", "torch"))
    np.testing.assert_allclose(ours.history["loss"], theirs.history["loss"], rtol=1e-9, atol=0)
    np.testing.assert_allclose(ours.history["grad_norm"], theirs.history["grad_norm"], rtol=1e-9, atol=0)
    assert ours.flow.shape[0] == 8 and theirs.flows == {}


def test_a_run_gives_what_its_docstring_says():
    events = []
    run = train(settings_of(cell="lstm", layers=2), events.append)
    assert set(run.history) == set(COLUMNS)
    assert all(column.shape == (8,) for column in run.history.values())
    assert run.flow.shape == (8, 6) and set(run.flows) == {"h1", "c1", "h2", "c2"}
    assert set(run.metrics) == {"loss", "accuracy", "perplexity"}
    assert [type(event) for event in events] == [Update] * 8 + [End]
    assert isinstance(run.model, torch.nn.Module) and run.reason == "updates" and run.halt is None
    assert run.samples == [] and not any(isinstance(event, Sample) for event in events)


def test_the_flow_is_the_gradient_of_each_samples_own_loss():
    """Its last step is ‖W_y (softmax − y)‖, the mean over the batch."""
    settings = settings_of(updates=1, precision="float64")
    training = Training(settings)
    W_y, batch = training.net.readout.get_parameter("W_y").detach().clone(), training.task.train(0)
    reading = training.net(training.net.embed(batch.x, 10), np.ones(batch.x.shape[:2]))
    gap = torch.softmax(training.net.read_out(reading.h[-1]), dim=-1) - torch.eye(10)[torch.tensor(batch.targets[0])]
    expected = torch.linalg.vector_norm(gap @ W_y.T, dim=-1).mean()
    finished(training)
    assert training.history.flow("h1")[0, 4] == pytest.approx(math.log10(expected.item()), abs=1e-6)


def test_clipping_by_norm_leaves_the_norm_it_names_and_says_when_it_bit():
    history = train(settings_of(clip=0.05)).history
    bit = history["clip_bit"] == 1
    assert bit.any()
    np.testing.assert_allclose(history["clipped_norm"][bit], 0.05, rtol=1e-5)
    np.testing.assert_array_equal(bit, history["grad_norm"] > 0.05)


def test_clipping_by_value_cuts_components_and_counts_them():
    history = train(settings_of(clip=0, clip_value=1e-3)).history
    assert (history["clip_share"] > 0).all() and (history["clipped_norm"] < history["grad_norm"]).all()


def test_it_stops_once_the_target_is_reached_or_nothing_gets_better():
    easy = settings_of("palindrome", length=3, hidden=32, batch=64, updates=2000, optimiser="adam", rate=0.01)
    reached = train(easy.replace(target=0.95, evaluate_every=20))
    assert reached.reason == "target" and reached.metrics["accuracy"] > 0.9 and len(reached.history["loss"]) < 2000
    tired = train(settings_of(rate=1e-8, patience=2, updates=500, evaluate_every=1, optimiser="sgd"))
    assert tired.reason == "patience" or len(tired.history["loss"]) == 500


def exploding(**fields):
    more = {"length": 50, "activation": "relu", "init": "identity", "weight_scale": 1.1, "hidden": 32, "batch": 16}
    return settings_of("average", optimiser="sgd", rate=0.01, **(more | {"clip": 0.0, "updates": 60} | fields))


def test_a_value_that_is_not_finite_halts_the_run_with_the_last_good_state_and_says_what_would_have_helped():
    run = train(exploding())
    assert run.reason == "halted" and run.halt.update == 2
    assert "is not finite" in run.halt.sentence and "step" in run.halt.tensor
    assert all(torch.isfinite(p).all() for p in run.model.parameters()) and math.isfinite(run.metrics["loss"])
    tried = {cure.change: cure.prevents for cure in run.halt.cures}
    assert tried["clipping by norm at 1"] and len(tried) >= 3
    assert train(exploding(clip=1.0)).reason == "updates"


def test_a_checkpoint_of_another_task_is_refused_by_name():
    payload = pack(Training(settings_of("average")))
    with pytest.raises(BadValue, match="the checkpoint is of a run with task = 'average', not 'palindrome'"):
        unpack(payload, settings_of("palindrome"))
    with pytest.raises(BadValue, match="no file of a run, or it is damaged"):
        unpack(payload[:100])


@pytest.mark.parametrize(("field", "value", "says"), [
    ("rate", 0, r"rate = 0 is outside \[1e-08, 10\]"),
    ("rate", math.nan, r"rate = nan is outside \[1e-08, 10\]"),
    ("rate", 1e9, r"rate = 1000000000.0 is outside \[1e-08, 10\]"),
    ("batch", 0, r"batch = 0 is outside \[1, 4096\]"),
    ("task", "chess", "task = 'chess' is none of average, palindrome"),
    ("text", "abc", "text is given, but palindrome reads none"),
    ("carry", True, "carry = True: palindrome has no text"),
    ("length", 2000, "length = 2000 would take"),
])  # fmt: skip
def test_bad_values_are_refused_with_the_field_the_value_and_the_range(field, value, says):
    more = {"hidden": 1024, "batch": 1024} if field == "length" else {}
    with pytest.raises(BadValue, match=says) as caught:
        settings_of(**({field: value} | more))
    assert caught.value.field == field


def test_a_run_may_be_left_at_its_last_update():
    settings = settings_of()
    assert_same_run(left_and_resumed(settings, after=8), finished(Training(settings)))
