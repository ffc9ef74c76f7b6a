"""Weights of earlier updates: few, evenly spaced, the same however often a run was left and taken up again."""

import numpy as np
import pytest

from cells.knobs import BadValue
from lab import ladder
from lab.checkpoint import pack, unpack
from lab.ladder import FEWEST, MOST, Ladder
from lab.record import read_record
from lab.snapshot import network_of
from lab.training import Training
from tests.lab.small import settings_of


@pytest.mark.parametrize("size", [1, 10**6, 10**9])
@pytest.mark.parametrize("updates", [0, 1, 5, 40, 1000])
def test_weights_are_kept_evenly_from_the_first_update_on_and_never_more_than_fit(size, updates):
    kept = Ladder(size)
    for update in range(updates + 1):
        kept.note(update, np.full(2, update))
    at = list(kept.rungs)
    assert at[0] == 0 and len(at) <= kept.most <= MOST and (kept.most == FEWEST or kept.most * size <= ladder.BUDGET)
    assert len(set(np.diff(at))) <= 1 and updates - at[-1] < max(np.diff(at), default=1)
    assert all((weights == update).all() for update, weights in kept.rungs.items())


@pytest.mark.parametrize("left_at", [0, 1, 2, 33, 50, 64, 65, 100])
def test_a_ladder_taken_up_again_keeps_the_same_updates(left_at):
    through, again = Ladder(10**6), Ladder(10**6)
    for update in range(101):
        through.note(update, np.zeros(1))
    for update in range(left_at + 1):
        again.note(update, np.zeros(1))
    taken_up = Ladder(10**6)
    taken_up.restore(again.rungs)
    for update in range(left_at + 1, 101):
        taken_up.note(update, np.zeros(1))
    assert taken_up.rungs.keys() == through.rungs.keys()


@pytest.mark.parametrize("more", [{}, {"task": "names", "embedding": 5, "layers": 2, "cell": "phased_lstm"}])
def test_a_checkpoint_opens_the_network_of_an_earlier_update_as_it_was(more):
    training, seen = Training(settings_of(**more)), {}
    for event in training.events():
        layer = training.net.layers[-1]
        seen[event.update] = {name: p.detach().numpy().copy() for name, p in layer.named_parameters()}
    payload = pack(unpack(pack(training)))
    assert read_record(payload).kept == (0, *range(1, 9))
    for update in (1, 4, 8):
        layer = network_of(payload, "it", update).layers[-1]
        for name, values in seen[update].items():
            np.testing.assert_array_equal(layer[name].astype(np.float32), values)
    assert network_of(payload, "it", 0).source == "it, before it was trained"
    with pytest.raises(BadValue, match="update = 99 is none whose weights are kept; those are 0, 1, 2"):
        network_of(payload, "it", 99)
