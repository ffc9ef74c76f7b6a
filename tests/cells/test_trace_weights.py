"""Networks given as arrays: our own names back in, and Keras's weights by Keras's equations."""

import subprocess
import sys

import numpy as np
import pytest

from cells import CELLS, run
from cells.torch_bridge import from_keras, trace_weights
from tests.cells.closeness import assert_rows_close, assert_whole_close
from tests.cells.variants import FORMS, settings_of

T, B, D, H = 6, 3, 2, 4
rng = np.random.default_rng(0)


def own(form, **fields):
    """A run, and everything `trace_weights` needs to repeat it: by the names of its trace."""
    trace = run(settings_of(form, steps=T, hidden=H, batch=B, loss="all", loss_reduction="sum", **fields))
    options = {n: v for n, v in vars(trace.settings.options).items() if n not in ("form", "peepholes", "timestamps")}
    more = {"activation": trace.settings.activation, "times": trace.times, "options": options}
    return trace, (trace.settings.cell, [layer.params for layer in trace.layers], trace.inputs), more


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("form", FORMS)
def test_the_weights_of_a_run_give_the_run(form, layers):
    trace, given, more = own(form, layers=layers)
    again = trace_weights(*given, trace.direct_grads["h"][1:], **more)
    assert type(again.cell) is type(trace.cell)
    for k in range(layers):
        one, other = again.layer(k), trace.layer(k)
        for part in other.state_names:
            assert np.array_equal(one.states[part], other.states[part])
            assert_rows_close(one.grads[part], other.grads[part], 1e-13)
        for name, grad in other.param_grads.items():
            assert_whole_close(one.param_grads[name], grad * B, 1e-12, name)


@pytest.mark.parametrize("form", FORMS)
def test_gate_by_gate_and_whole_are_the_same(form):
    trace, (cell, (params,), x), more = own(form)
    fused = set(trace.record.params)
    single = {n: v for n, v in params.items() if n not in {"W_x", "W_h", "b"}}
    d_out = trace.direct_grads["h"][1:]
    one = trace_weights(cell, single, x, d_out, **more)
    other = trace_weights(cell, {name: params[name] for name in fused}, x, d_out, **more)
    assert np.array_equal(one.grads["h"], other.grads["h"])


@pytest.mark.parametrize("form", FORMS)
def test_states_given_by_part_or_in_a_pair_or_by_layer_are_the_same(form):
    trace, given, more = own(form)
    parts = trace.state_names
    states = {part: rng.normal(size=(B, H)) for part in parts}
    pair = tuple(states.values()) if len(parts) > 1 else states["h"]
    lifted = tuple(state[None] for state in pair) if len(parts) > 1 else pair[None]
    d_out = trace.direct_grads["h"][1:]
    found = [trace_weights(*given, d_out, hx=hx, d_hx=hx, **more) for hx in (states, pair, lifted)]
    assert all(np.array_equal(found[0].start_grads["h"], one.start_grads["h"]) for one in found)
    assert np.array_equal(found[0].states["h"][0], states["h"])


# ── Keras


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def keras_step(cell, weights, x, h, c, reset_after):
    """One step as Keras's own layers compute it, their gates in their order."""
    kernel, recurrent, bias = weights
    if cell == "rnn":
        return np.tanh(x @ kernel + h @ recurrent + bias), c
    if cell == "lstm":
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    input_bias, inner_bias = bias if reset_after else (bias, 0 * bias)
    xz, xr, xh = np.split(x @ kernel + input_bias, 3, axis=-1)
    hz, hr, hh = np.split(h @ recurrent + inner_bias, 3, axis=-1)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    inner = r * hh if reset_after else (r * h) @ np.split(recurrent, 3, axis=-1)[2]
    return z * h + (1 - z) * np.tanh(xh + inner), c


def keras_weights(cell, reset_after=True, bias=True):
    n = {"rnn": 1, "gru": 3, "lstm": 4}[cell] * H
    shapes = [(D, n), (H, n), (2, n) if cell == "gru" and reset_after else (n,)][: 3 if bias else 2]
    return [rng.normal(size=shape) for shape in shapes]


@pytest.mark.parametrize(("cell", "reset_after"), [("rnn", True), ("gru", True), ("gru", False), ("lstm", True)])
def test_keras_s_weights_compute_what_keras_computes(cell, reset_after):
    weights, x = keras_weights(cell, reset_after), rng.normal(size=(T, B, D))
    trace = trace_weights(cell, from_keras(weights, cell, reset_after), x, rng.normal(size=(T, B, H)))
    h, c = np.zeros((B, H)), np.zeros((B, H))
    for t in range(T):
        h, c = keras_step(cell, weights, x[t], h, c, reset_after)
        assert_rows_close(trace.states["h"][t + 1], h, 1e-12)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_layer_of_keras_without_bias_has_biases_of_0(cell):
    weights = keras_weights(cell, bias=False)
    params = from_keras(weights, cell)
    assert not any(value.any() for name, value in params.items() if name.startswith("b"))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (([np.zeros((2, 4))], "rnn"), "weights = 1 arrays; it takes 2 or 3: kernel, recurrent kernel, bias"),
        ((keras_weights("gru"), "gru", False), r"bias has shape \(2, 12\); it takes \(12,\)"),
        ((keras_weights("gru", False), "gru"), r"bias has shape \(12,\); it takes \(2, 12\)"),
        ((keras_weights("lstm"), "gru"), r"kernel has shape \(2, 16\); it takes \(I, 12\)"),
        ((keras_weights("lstm"), "LSTM"), "cell = 'LSTM' is none of rnn, gru, lstm"),
    ],
)
def test_weights_that_are_no_such_layer_of_keras_are_refused(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        from_keras(*given)


LSTM_PARAMS = {"W_x": np.zeros((D, 4 * H)), "W_h": np.zeros((H, 4 * H)), "b": np.zeros(4 * H)}


@pytest.mark.parametrize(
    ("cell", "params", "sentence"),
    [
        ("lsmt", LSTM_PARAMS, f"cell = 'lsmt' is none of {', '.join(CELLS)}"),
        ("lstm", {"W_x": np.zeros((D, 4 * H))}, "params lacks W_h, b; the LSTM takes W_x, W_h, b"),
        ("lstm", LSTM_PARAMS | {"W_q": 1.0}, "params has W_q; the LSTM takes"),
        ("lstm", LSTM_PARAMS | {"W_h": np.zeros((H, 3 * H))}, r"W_h has shape \(4, 12\); it takes \(4, 16\)"),
        ("lstm", LSTM_PARAMS | {"b": np.full(4 * H, np.nan)}, r"b = nan at \(0,\) is not finite"),
        ("lstm", LSTM_PARAMS | {"b_i": np.zeros(H)}, None),
        ("phased_lstm", LSTM_PARAMS, "params lacks r_on, s, tau; the Phased takes"),
        ("gru", [LSTM_PARAMS], r"W_x has shape \(2, 16\); it takes \(I, 12\)"),
    ],
)
def test_weights_that_do_not_fit_are_named(cell, params, sentence):
    given = np.zeros((T, B, D)), np.zeros((T, B, H))
    if sentence is None:
        params = params | {f"b_{gate}": np.ones(H) for gate in "oifg"}
        sentence = "b is given whole and gate by gate, and the two differ"
    with pytest.raises(ValueError, match=sentence):
        trace_weights(cell, params, *given)


def test_a_constant_that_is_left_out_has_its_knob_s_value_and_one_number_stands_for_all_units():
    params = LSTM_PARAMS | {"tau": 4.0, "s": 0.5, "r_on": 0.2}
    trace = trace_weights("phased_lstm", params, np.zeros((T, B, D)), np.zeros((T, B, H)), options={"leak": 0.25})
    assert trace.params["leak"].tolist() == [0.25] * H and trace.params["tau"].tolist() == [4.0] * H


def test_arrays_need_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None; import numpy as np\n"
        "from cells.torch_bridge import from_keras, trace_weights\n"
        "params = from_keras([np.ones((1, 4)), np.ones((1, 4)), np.ones(4)], 'lstm')\n"
        "print(trace_weights('lstm', params, np.ones((3, 2, 1)), np.ones((3, 2, 1))).grads['h'].shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(4, 2, 1)", done.stderr
