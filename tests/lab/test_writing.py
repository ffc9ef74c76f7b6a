"""Letter by letter: the probabilities are the network's, and every letter's gradient is that of its own loss."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from torch.nn import functional

from cells.knobs import BadValue
from lab.checkpoint import pack
from lab.manner import Manner
from lab.sampling import write, write_many
from lab.training import Training
from lab.writing.child import written
from lab.writing.explain import explain
from lab.writing.process import write_with
from lab.writing.record import Writing
from tests.lab.small import settings_of

torch.set_num_threads(1)


def trained(task="names", updates=40, **fields):
    """A run that has learned a little."""
    fields |= {"updates": updates, "batch": 20, "hidden": 16, "optimiser": "adam", "rate": 0.01}
    training = Training(settings_of(task, **fields))
    for _ in training.events():
        pass
    return training


@pytest.mark.parametrize(
    "manner", [Manner(seed=3, length=20), Manner(greedy=True, length=12), Manner(beam=4, length=9)]
)
def test_the_letters_are_the_text_and_their_probabilities_multiply_to_its_own(manner):
    training = trained()
    told = explain(training.net, training.task, "ne", manner)
    text = write(training.net, training.task, "ne", manner)
    assert "".join(told.letters).removesuffix("⏎") == text and told.given == 2
    if manner.beam:
        assert sum(told.log_p[2:]) == pytest.approx(told.found[0].log_p, rel=1e-4)
    best = [step[0] for step in told.likeliest]
    assert all(np.exp(p) <= chance + 1e-6 for p, (_, chance) in zip(told.log_p, best, strict=True))
    if manner.greedy:
        assert [letter for letter, _ in best[2:]] == list(told.letters[2:])


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_each_letters_gradient_is_autograds_of_its_own_loss(cell):
    training = trained(cell=cell, precision="float64", layers=2)
    net, task = training.net, training.task
    told = explain(net, task, "", Manner(length=20, seed=1))
    symbols = np.array([0 if letter == "⏎" else task.numbers[letter] for letter in told.letters])
    x = net.embed(np.concatenate([[task.start], symbols[:-1]])[:, None], task.inputs)
    times = np.arange(1.0, len(symbols) + 1)[:, None]
    for s in (0, len(symbols) // 2, len(symbols) - 1):
        h = net(x, times).h
        loss = functional.cross_entropy(net.read_out(h)[s], torch.tensor(symbols[s : s + 1]))
        (grads,) = torch.autograd.grad(loss, h)
        own = np.log10(np.linalg.norm(grads[s, 0].numpy()))
        assert told.flow[s, s] == pytest.approx(own, abs=1e-6)
        assert np.isnan(told.flow[s, s + 1 :]).all() and np.isfinite(told.flow[s, : s + 1]).all()


def test_a_letter_sends_back_what_a_nudge_of_an_earlier_state_does_to_its_loss():
    """The norm over the steps, by finite differences of the state that one step hands on."""
    training = trained(precision="float64")
    net, task = training.net, training.task
    told = explain(net, task, "neon", Manner(length=3, greedy=True))
    symbols = task.read("".join(told.letters).replace("⏎", "\n"))
    read = np.concatenate([[task.start], symbols[:-1]])
    s, t, tiny = len(read) - 1, 2, 1e-6

    @torch.no_grad()
    def loss(nudge):
        first = net(net.embed(read[:t, None], task.inputs), np.arange(1.0, t + 1)[:, None])
        state = tuple(tuple(part + nudge for part in layer) for layer in first.state)
        rest = net(net.embed(read[t:, None], task.inputs), np.arange(t + 1.0, s + 2)[:, None], state)
        return functional.cross_entropy(net.read_out(rest.h[-1]), torch.tensor(symbols[s : s + 1])).item()

    units = torch.eye(16, dtype=torch.float64)
    slopes = [(loss(tiny * unit) - loss(-tiny * unit)) / (2 * tiny) for unit in units]
    assert told.flow[s, t - 1] == pytest.approx(np.log10(np.linalg.norm(slopes)), abs=1e-5)


def test_what_was_written_survives_its_way_to_the_page():
    training = trained()
    payload = pack(training)
    request = {"prompt": "ne", "manner": asdict(Manner(length=6, beam=2))}
    told = Writing.from_json(written(request, payload))
    again = explain(training.net, training.task, "ne", Manner(length=6, beam=2))
    assert told.letters == again.letters and told.found == again.found and told.likeliest == again.likeliest
    np.testing.assert_allclose(told.flow, again.flow, equal_nan=True)


def test_a_process_of_its_own_writes_the_same():
    training = trained()
    payload, manner = pack(training), Manner(length=8, seed=2)
    told = write_with(payload, "h", manner)
    (text,) = write_many(training.net, training.task, 1, manner, "h")
    assert "".join(told.letters).removesuffix("⏎") == text


@pytest.mark.slow
def test_a_process_that_writes_says_what_it_does_not_know():
    with pytest.raises(BadValue, match="prompt has '7', which the training text does not have"):
        write_with(pack(trained(updates=1)), "h7", Manner(length=8))


@pytest.mark.parametrize("task", ["characters", "words"])
def test_a_text_without_end_is_written_to_its_length(task):
    training = trained(task, updates=2)
    told = explain(training.net, training.task, "", Manner(length=20))
    assert len(told.letters) == 20 and told.flow.shape == (20, 20)


@pytest.mark.parametrize("task", ["adding", "name_length"])  # the second one reads letters
def test_a_task_that_writes_nothing_is_refused_by_name(task):
    with pytest.raises(BadValue, match=f"task = '{task}' learns nothing that could be written"):
        written({"prompt": "", "manner": {}}, pack(trained(task, updates=1)))
