"""A network of one's own in sessions: every page takes it, the fan says what its draws differ in, links wait for it."""

import numpy as np
import pytest

from cells.analysis.ensemble.combinations import combinations_of
from cells.own_network import OwnNetwork
from cells.recording import Recording
from tests.ui.sessions import Session
from ui.link.link import read_link
from ui.views.fields import run_settings
from viz.analysis.combination_words import named

KEY, FILE = f"{'a' * 64}:encoder", f"{'b' * 64}:time|sequence"
rng = np.random.default_rng(0)


def network(inputs=2, hidden=5):
    layer = {"W_x": rng.normal(size=(inputs, 3 * hidden)), "W_h": 0.3 * rng.normal(size=(hidden, 3 * hidden))}
    layer |= {"b": np.zeros(3 * hidden), "b_hn": np.zeros(hidden)}
    return OwnNetwork("gru", (layer,), {"form": "pytorch"}, KEY, "encoder of model.pt")


def opened(own, recording=None, **query):
    """A session that has been brought these, on the main page."""
    session = Session(cell="lstm")
    session.app.session_state["brought network"] = {own.key: own}
    changes = {"network": own, "steps": 12} | query
    if recording is not None:
        session.app.session_state["brought recording"] = {recording.key: recording}
        changes |= {"recording": recording, "signal": "own", "batch": recording.batch, "steps": recording.steps}
    session.app.session_state["next"] = changes
    session.run()
    return session


def captions(session):
    return [one.value for one in session.app.caption]


@pytest.mark.parametrize("page", ["own", "equations", "jacobians"])
def test_every_page_takes_more_inputs_than_its_slider(page):
    session = opened(network(inputs=100), batch=2)
    session.go(page)
    assert session.values["network"].inputs == 100 and session.query["network"] == KEY
    assert "encoder" in session.app.sidebar.markdown[0].value


def test_the_fan_says_what_its_draws_differ_in():
    own, sequences = network(), Recording(rng.normal(size=(12, 3, 2)), key=FILE)
    read_out = own.with_readout("head", rng.normal(size=(5, 2)), np.zeros(2))
    told = {}
    for name, session in {
        "drawn": opened(own),
        "read out": opened(read_out),
        "sequences": opened(own, sequences),
        "both": opened(read_out, sequences),
    }.items():
        session.go("fan")
        told[name] = next(text for text in captions(session) if text.startswith("Your weights"))
    same = "Your weights are the same in every draw"
    assert told == {
        "drawn": f"{same}: what differs is the input and the readout.",
        "read out": f"{same}: what differs is the input.",
        "sequences": f"{same}: what differs is the readout.",
        "both": f"{same}, and nothing else is drawn: all draws are alike.",
    }


def test_the_table_of_all_cells_names_ones_own_weights():
    session = opened(network())
    session.go("table")
    assert any("the columns are alike" in text for text in captions(session))
    found = combinations_of(run_settings(session.values))
    assert named(next(one for one in found if one.settings)) == "GRU (tanh, your weights)"


def test_a_pin_of_drawn_weights_stands_beside_ones_own():
    session = opened(network())
    session.press("pin")
    session.press("draw_weights")
    assert session.values["network"] is None and session.values["cell"] == "lstm"
    (pin,) = session.values["pins"]
    assert pin.settings.network == session.app.session_state["brought network"][KEY]
    assert "Weights" in session.tables["pinned runs 0"]


def test_a_signal_that_the_readout_does_not_fit_is_mended_by_a_drawn_one():
    own = network().with_readout("head", rng.normal(size=(5, 3)), np.zeros(3))
    session = Session()
    session.app.session_state["brought network"] = {own.key: own}
    session.app.query_params["network"] = own.key
    session.app.session_state["next"] = {"network": own}
    session.run()
    assert any("the network's readout gives 3" in error.value.replace("\\", "") for error in session.app.error)


def test_a_link_says_which_files_it_waits_for():
    values, told = read_link({"network": [KEY], "recording": [FILE], "signal": ["own"], "steps": ["12"]})
    bring = "is not in this session: bring it on the page Your network, and this view returns."
    assert told == [
        f"network = module encoder of the file whose SHA-256 begins with {'a' * 12} {bring}",
        f"recording = sequences from the file whose SHA-256 begins with {'b' * 12} {bring}",
        "signal = own waits for these sequences; running_average is used until then.",
    ]
    assert values["steps"] == 12 and values["signal"] == "running_average"
