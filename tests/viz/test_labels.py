"""Labels never cover each other, keep the order of their lines, and stay as near to them as that allows."""

import numpy as np
import pytest

from viz.labels import LINE_PX, end_labels, spread
from viz.panel import EndLabel, PanelData


@pytest.mark.parametrize("count", range(1, 9))
def test_labels_are_spread_apart_within_bounds_in_order(count):
    rng = np.random.default_rng(count)
    for _ in range(50):
        wanted = rng.uniform(0, 200, count).tolist()
        placed = np.array(spread(wanted, 200, LINE_PX), float)
        order = np.argsort(wanted)
        assert np.diff(placed[order]).min(initial=np.inf) >= LINE_PX - 1e-9
        assert placed.min() >= -1e-9
        assert placed.max() <= 200 + 1e-9


def test_labels_with_room_stay_where_they_are():
    assert spread([150.0, 10.0, 60.0], 200, 19) == [150.0, 10.0, 60.0]


def test_labels_of_one_place_are_spread_around_it():
    np.testing.assert_allclose(spread([100.0, 100.0, 100.0], 200, 20), [80.0, 100.0, 120.0])


def test_no_other_way_to_place_them_is_nearer():
    wanted = [40.0, 45.0, 50.0, 120.0, 121.0]
    placed = np.array(spread(wanted, 200, 20))
    cost = np.square(placed - wanted).sum()
    for moved in placed + np.random.default_rng(0).normal(0, 2, (2000, 5)):
        if np.diff(moved).min() >= 20:
            assert np.square(moved - wanted).sum() >= cost - 1e-9


def test_more_labels_than_fit_share_the_room_evenly():
    np.testing.assert_allclose(spread([5.0] * 11, 100, 20), np.linspace(0, 100, 11))


def test_a_label_that_had_to_move_points_back_to_its_line():
    labels = [EndLabel(name, 0.5, "#123456") for name in "ab"]
    panel = PanelData("p", "", {"range": [0.0, 1.0]}, 100.0, [], labels)
    words, leaders = end_labels(panel, "y2", 7.0)
    for word, leader in zip(words, leaders, strict=True):
        assert (leader["yref"], leader["y0"]) == (word["yref"], word["y"]) == ("y2", 0.5)
        np.testing.assert_allclose((leader["y1"] - leader["y0"]) * 100, word["yshift"])
