"""Writing: the distribution that is drawn from, the beam that finds the likeliest, the length that is kept."""

from itertools import product

import numpy as np
import pytest
import torch

from cells.knobs import BadValue
from lab.sampling import Manner, beam_search, write, write_many, write_to_length
from lab.sampling.draw import chances, choose, log_softmax
from lab.sampling.stepper import Stepper
from lab.training import Training
from tests.lab.small import settings_of

torch.set_num_threads(1)
LOGITS = np.array([[2.0, 1.0, 0.0, -1.0]])


def trained(**fields):
    """A net that has learned a little, and its task."""
    training = Training(settings_of("names", batch=20, hidden=16, updates=60, optimiser="adam", rate=0.01, **fields))
    for _ in training.events():
        pass
    return training.net, training.task


def test_temperature_divides_the_logits():
    np.testing.assert_allclose(chances(LOGITS, Manner(temperature=0.5)), np.exp(log_softmax(LOGITS * 2)))
    entropy = [-(p * np.log(p)).sum() for p in (chances(LOGITS, Manner(temperature=t)) for t in (0.5, 1.0, 2.0))]
    assert entropy[0] < entropy[1] < entropy[2]


def test_top_k_leaves_k_symbols_in_their_proportions():
    p = chances(LOGITS, Manner(top_k=2))[0]
    assert p[2] == p[3] == 0 and p[0] / p[1] == pytest.approx(np.e)


def test_draws_have_the_frequencies_of_their_chances():
    drawn = choose(np.repeat(LOGITS, 40_000, axis=0), Manner(), np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(drawn) / 40_000, chances(LOGITS, Manner())[0], atol=0.01)
    assert (choose(LOGITS, Manner(greedy=True), np.random.default_rng(0)) == 0).all()


@pytest.mark.parametrize("cell", ["rnn", "lstm", "phased_lstm"])
def test_reading_step_by_step_gives_what_one_pass_gives(cell):
    net, task = trained(cell=cell)
    batch = task.train(0)
    stepper = Stepper(net, task, batch.x.shape[1])
    stepped = np.stack([stepper.read(row) for row in batch.x])
    times = np.repeat(np.arange(1.0, len(batch.x) + 1)[:, None], batch.x.shape[1], axis=1)
    with torch.no_grad():
        whole = net.read_out(net(net.embed(batch.x, task.inputs), times).h).numpy()
    np.testing.assert_allclose(stepped, whole, rtol=1e-3, atol=1e-4)


def test_texts_begin_with_the_prompt_and_are_the_same_for_the_same_seed():
    net, task = trained()
    names = write_many(net, task, 20, Manner(length=12, seed=4), prompt="ne")
    assert all(name.startswith("ne") and "\n" not in name and len(name) <= 14 for name in names)
    assert names == write_many(net, task, 20, Manner(length=12, seed=4), prompt="ne")
    assert len(set(names)) > 1
    with pytest.raises(BadValue, match="prompt has '7', which the training text does not have"):
        write(net, task, "ne7")


def test_a_beam_as_wide_as_everything_finds_the_likeliest_text():
    net, task = trained()
    manner = Manner(beam=64, length=2, length_penalty=0.0)
    best = beam_search(net, task, "ne", manner)[0]
    assert best.log_p == pytest.approx(max(probability(net, task, "ne", two) for two in all_of_two(task)), abs=1e-4)
    narrow = beam_search(net, task, "ne", Manner(beam=1, length=8, length_penalty=0.0))[0]
    wide = beam_search(net, task, "ne", Manner(beam=16, length=8, length_penalty=0.0))[0]
    assert wide.score >= narrow.score - 1e-5  # float32 rounds otherwise in another batch
    assert write(net, task, "ne", Manner(beam=16, length=8, length_penalty=0.0)) == wide.text


def all_of_two(task):
    """All that two symbols may be: an end at once, one letter and an end, or two letters."""
    letters = range(1, len(task.vocabulary))
    return [(0,), *((a, 0) for a in letters), *product(letters, letters)]


def probability(net, task, prompt, symbols):
    stepper = Stepper(net, task, 1)
    logits, total = stepper.read_all(np.concatenate([[task.start], task.read(prompt)])), 0.0
    for symbol in symbols:
        total += float(log_softmax(logits)[0, symbol])
        logits = stepper.read(np.array([symbol]))
    return total


def test_a_length_penalty_prefers_longer_texts():
    net, task = trained()
    short, long = (beam_search(net, task, "", Manner(beam=8, length=12, length_penalty=a))[0].text for a in (0.0, 2.0))
    assert len(long) >= len(short)


def test_the_second_stage_writes_to_the_length_that_the_first_predicts():
    writer = trained(task_options={"told_length": True})
    first = Training(settings_of("name_length", batch=20, hidden=16, updates=40, optimiser="adam", rate=0.01))
    for _ in first.events():
        pass
    lengths = {len(write_to_length((first.net, first.task), writer, "ne", Manner(seed=seed))) for seed in range(12)}
    assert min(lengths) >= 3 and max(lengths) <= 14 and len(lengths) > 1
