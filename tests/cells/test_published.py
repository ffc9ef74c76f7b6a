"""Numbers that others have printed of their networks, met through our public names alone to the digits they printed.

Each test names its source: a library's own tests, or a course. What is copied is numbers.
"""

import numpy as np
import pytest
import torch
from torch import nn

from cells.torch_bridge import from_keras, trace_torch, trace_weights

KERNEL, RECURRENT, BIAS = 0.01, 0.02, 0.03  # of all layers in Keras's tests
GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def assert_printed(ours, published, decimals):
    """The same, rounded to so many decimals."""
    ours, published = np.asarray(ours), np.asarray(published)
    assert ours.shape == published.shape
    np.testing.assert_array_less(np.abs(ours - published), 0.51 * 10.0**-decimals)


def counted(*shape):
    """0, 1, 2, … in this shape, batch first, as (T, B, I)."""
    return np.arange(np.prod(shape)).reshape(shape).astype(float).swapaxes(0, 1)


def from_linspace(low, high, *shape):
    return np.linspace(low, high, num=int(np.prod(shape))).reshape(shape)


def states_of(cell, params, x, hx=None, mask=None, **more):
    """h after every step, (T, B, H)."""
    H = params["W_hu" if cell == "rnn" else "W_hn" if cell == "gru" else "W_hg"].shape[0]
    return trace_weights(cell, params, x, np.ones((*x.shape[:2], H)), hx, mask=mask, **more)


# ── Keras


def keras_layer(cell, units, inputs, bias=BIAS, forget=1.0, reset_after=True):
    """A layer of Keras with the initialisers of its tests; an LSTM's forget bias is 1 there unless it is asked off."""
    n = GATES[cell] * units
    weights = [np.full((inputs, n), KERNEL), np.full((units, n), RECURRENT)]
    if bias is not None:
        both = cell == "gru" and reset_after
        weights.append(np.full((2, n) if both else n, bias))
        if cell == "lstm":
            weights[2][units : 2 * units] = forget
    return from_keras(weights, cell, reset_after)


CORRECT = [  # cell, what is not the default, the last state of every sequence
    ("rnn", {}, [0.405432, 0.73605347]),
    ("rnn", {"backwards": True}, [0.11144729, 0.5528889]),
    ("gru", {}, [0.5217289, 0.6371659, 0.39384964]),
    ("gru", {"backwards": True}, [0.24406259, 0.611516, 0.3928808]),
    ("gru", {"reset_after": False}, [0.51447755, 0.6426879, 0.40208298]),
    ("gru", {"bias": None}, [0.49988455, 0.64701194, 0.4103359]),
    ("lstm", {}, [0.6288687, 0.86899155, 0.9460773]),
    ("lstm", {"backwards": True}, [0.35622165, 0.74789524, 0.8872726]),
    ("lstm", {"forget": BIAS}, [0.57019705, 0.8661914, 0.9459622]),
    ("lstm", {"bias": None}, [0.54986924, 0.86226785, 0.9443936]),
]


@pytest.mark.parametrize(("cell", "other", "published"), CORRECT)
def test_keras_correctness(cell, other, published):
    """Keras 3, keras/src/layers/rnn: test_correctness of simple_rnn_test, gru_test and lstm_test."""
    x, units = (counted(2, 3, 4), 4) if cell == "rnn" else (counted(3, 6, 4), 3)
    other = dict(other)
    x = x[::-1] if other.pop("backwards", False) else x
    trace = states_of(cell, keras_layer(cell, units, 4, **other), x)
    assert_printed(trace.states["h"][-1], np.repeat(np.array(published)[:, None], units, axis=1), 6)


@pytest.mark.parametrize(
    ("cell", "published"),
    [("rnn", [0.40559256, 0.7361247]), ("gru", [0.29542392, 0.5885018]), ("lstm", [0.3124785, 0.6863672])],
)
def test_keras_statefulness(cell, published):
    """Keras 3: test_statefulness of the same files, a second run from the first one's last state."""
    params, x = keras_layer(cell, 4, 4), counted(2, 3, 4)
    first = states_of(cell, params, x)
    second = states_of(cell, params, x, {part: rows[-1] for part, rows in first.states.items()})
    assert_printed(second.states["h"][-1], np.repeat(np.array(published)[:, None], 4, axis=1), 6)


STARTED = [
    ("rnn", 1, [[0.33621645] * 4, [0.6262637] * 4]),
    ("rnn", -1, [[0.07344437] * 4, [0.43043602] * 4]),
    ("gru", 1, [[0.23774096, 0.33508456], [0.83659905, 1.0227708]]),
    ("gru", -1, [[0.13486053, 0.23261218], [0.78257304, 0.9691353]]),
    ("lstm", 1, [[0.20574439, 0.3558822], [0.64930826, 0.66276]]),
    ("lstm", -1, [[0.13281618, 0.2790356], [0.5839337, 0.5992567]]),
]


@pytest.mark.parametrize(("cell", "way", "published"), STARTED)
def test_keras_initial_state(cell, way, published):
    """Keras 3: test_pass_initial_state of the same files; an LSTM's h and c begin alike."""
    units = len(published[0])
    start = np.arange(2.0 * units).reshape(2, units)
    hx = (start, start) if cell == "lstm" else start
    trace = states_of(cell, keras_layer(cell, units, 3), counted(2, 4, 3)[::way], hx)
    assert_printed(trace.states["h"][-1], published, 6)


MASK = np.array([[1, 1, 0, 1], [1, 0, 0, 1]]).T
ENDS = np.array([[1, 1, 1, 0], [1, 1, 0, 0]]).T
MASKED = [
    ("rnn", MASK, [[0.0599281, 0.15122814, 0.15122814, 0.32394567], [0.3969304, 0.3969304, 0.3969304, 0.608085]]),
    ("gru", MASK, [[0.03606692, 0.09497581, 0.09497581, 0.19393763], [0.16051409, 0.16051409, 0.16051409, 0.30818558]]),
    ("lstm", ENDS, [[0.0158891, 0.05552048, 0.11755939, 0.11755939], [0.14185596, 0.28556206, 0.28556206, 0.28556206]]),
]


@pytest.mark.parametrize(("cell", "mask", "published"), MASKED)
def test_keras_masking(cell, mask, published):
    """Keras 3: test_masking of the same files, every step's output."""
    trace = states_of(cell, keras_layer(cell, 2, 3), counted(2, 4, 3), mask=mask)
    assert_printed(trace.states["h"][1:, :, 0], np.array(published).T, 6)


@pytest.mark.parametrize(
    ("cell", "mask", "published"),
    [
        ("rnn", MASK, [0.07376196, 0.43645123]),
        ("gru", MASK, [0.11669192, 0.28380975]),
        ("lstm", ENDS[::-1], [0.15341201, 0.3844719]),
    ],
)
def test_keras_masking_backwards(cell, mask, published):
    """Keras 3: test_masking with go_backwards."""
    units = 4 if cell == "rnn" else 2
    trace = states_of(cell, keras_layer(cell, units, 3), counted(2, 4, 3)[::-1], mask=mask[::-1])
    assert_printed(trace.states["h"][-1, :, 0], published, 6)


def test_keras_bidirectional_layers():
    """Keras 3, keras/src/layers/rnn/bidirectional_test: test_correctness and test_return_state, h and c both ways."""
    module = constant(nn.RNN(4, 2, bidirectional=True, batch_first=True, dtype=torch.float64))
    trace = trace_torch(module, np.arange(24.0).reshape(2, 3, 4), np.ones((2, 3, 4)))
    ends = np.concatenate([trace.outputs[-1, :, :2], trace.outputs[0, :, 2:]], axis=1)
    assert_printed(ends, [[0.39687276] * 2 + [0.10004295] * 2, [0.7237238] * 2 + [0.53391594] * 2], 6)
    lstm, x = keras_layer("lstm", 2, 3), counted(2, 4, 3)
    ways = [states_of("lstm", lstm, x[::way]).states for way in (1, -1)]
    published = {"h": [[0.1990008, 0.52335435], [0.12659755, 0.44717982]]}
    published |= {"c": [[0.35567185, 1.0492687], [0.2501858, 0.941473]]}
    for part, both in published.items():
        assert_printed([states[part][-1, :, 0] for states in ways], both, 6)


def constant(module):
    """A module of PyTorch with the numbers of Keras's tests; its second bias is 0."""
    for name, weight in module.named_parameters():
        value = {"weight_ih": KERNEL, "weight_hh": RECURRENT, "bias_ih": BIAS}.get(name[: name.index("_l")], 0.0)
        nn.init.constant_(weight, value)
    return module


# ── PyTorch


def test_pytorch_s_own_check_of_values():
    """PyTorch, test/cpp/api/rnn.cpp: CheckOutputValuesMatchPyTorch, outputs and both final states, four decimals."""
    module = nn.LSTM(2, 2, dtype=torch.float64)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_((torch.arange(weight.numel()) / weight.numel()).view_as(weight))
    trace = trace_torch(module, ((24 - np.arange(24.0)) / 24).reshape(3, 4, 2), np.ones((3, 4, 2)))
    published = """0.4391 0.5402 0.4330 0.5324 0.4261 0.5239 0.4183 0.5147 0.6822 0.8064 0.6726 0.7968
                   0.6620 0.7860 0.6501 0.7741 0.7889 0.9003 0.7769 0.8905 0.7635 0.8794 0.7484 0.8666"""
    assert_printed(trace.outputs.ravel(), np.array(published.split(), float), 4)
    assert_printed(trace.states["c"][-1].ravel(), [1.1647, 1.6106, 1.1425, 1.5726, 1.1187, 1.5329, 1.0931, 1.4911], 4)


# ── TensorFlow


def test_tensorflow_s_cells():
    """TensorFlow 1, rnn_cell_test: testBasicLSTMCell, two layers with all weights 0.5, and testGRUCell."""
    layer = {"W_x": np.full((2, 8), 0.5), "W_h": np.full((2, 8), 0.5), "b": np.repeat([0.0, 0.0, 1.0, 0.0], 2)}
    start = np.full((2, 1, 2), 0.1)
    trace = trace_weights("lstm", [layer, layer], np.ones((1, 1, 2)), np.ones((1, 1, 2)), (start, start))
    lower, upper = (trace.layer(k).states for k in (0, 1))
    assert_printed([lower["c"][1, 0], lower["h"][1, 0]], [[0.68967271] * 2, [0.44848421] * 2], 6)
    assert_printed([upper["c"][1, 0], upper["h"][1, 0]], [[0.39897051] * 2, [0.24024698] * 2], 6)
    for inputs, published in ((2, 0.175991), (3, 0.156736)):
        weights = [np.full((inputs, 6), 0.5), np.full((2, 6), 0.5), np.repeat([1.0, 1.0, 0.0], 2)]
        gru = from_keras(weights, "gru", reset_after=False)
        trace = states_of("gru", gru, np.ones((1, 1, inputs)), np.full((1, 2), 0.1))
        assert_printed(trace.states["h"][1, 0], [published] * 2, 6)


def test_tensorflow_s_phased_lstm():
    """TensorFlow 1, contrib rnn_cell_test: testPhasedLSTMCell, sampled at the times 1, 2 and 3.

    Its clocks were drawn by TensorFlow and are not printed. A closed gate passes leak · φ, so two of the printed c say
    what φ was, and with it τ and s; the third c and all of h then follow.
    """
    c = np.array([[0.00072015, 0.00036633], [0.00083481, 0.00047266], [0.00085111, 0.00053054]])
    h = np.array([[0.0005159, 0.00026243], [0.00062958, 0.00035646], [0.00064732, 0.00040351]])
    x, t = np.repeat([[[1.0], [2.0], [3.0]]], 4, axis=2), np.array([[1.0, 2.0, 3.0]])
    lstm = {"W_x": np.full((4, 8), 0.5), "W_h": np.full((2, 8), 0.5), "b": np.repeat([0.0, 0.0, 1.0, 0.0], 2)}
    full = trace_weights("lstm", lstm, x, np.ones((1, 3, 2))).states["c"][1]  # what a gate wide open would let pass
    phi = c / full / 0.001
    tau = 2 / (phi[2] - phi[0])
    clock = {"tau": tau, "s": 1 - phi[0] * tau, "r_on": np.full(2, 0.1), "leak": np.full(2, 0.001)}
    trace = trace_weights("phased_lstm", lstm | clock, x, np.ones((1, 3, 2)), times=t)
    assert_printed(trace.states["c"][1], c, 8)
    assert_printed(trace.states["h"][1], h, 8)


# ── courses


def test_cs231n_recurrent_layers():
    """Stanford CS231n, assignment 3: the values its notebooks give for an RNN's and an LSTM's step and sequence."""
    rnn = {"W_x": from_linspace(-0.1, 0.9, 10, 4), "W_h": from_linspace(-0.3, 0.7, 4, 4)}
    rnn |= {"b": from_linspace(-0.2, 0.4, 4)}
    x, h0 = from_linspace(-0.4, 0.7, 1, 3, 10), from_linspace(-0.2, 0.5, 3, 4)
    step = trace_weights("rnn", rnn, x, np.ones((1, 3, 4)), h0)
    published = [
        [-0.58172089, -0.50182032, -0.41232771, -0.31410098],
        [0.66854692, 0.79562378, 0.87755553, 0.92795967],
        [0.97934501, 0.99144213, 0.99646691, 0.99854353],
    ]
    assert_printed(step.states["h"][1], published, 8)
    lstm = by_gate(from_linspace(-2.1, 1.3, 4, 20), from_linspace(-0.7, 2.2, 5, 20), from_linspace(0.3, 0.7, 20))
    start = from_linspace(-0.3, 0.7, 3, 5), from_linspace(-0.4, 0.9, 3, 5)
    step = trace_weights("lstm", lstm, from_linspace(-0.4, 1.2, 1, 3, 4), np.ones((1, 3, 5)), start)
    published_h = [
        [0.24635157, 0.28610883, 0.32240467, 0.35525807, 0.38474904],
        [0.49223563, 0.55611431, 0.61507696, 0.66844003, 0.7159181],
        [0.56735664, 0.66310127, 0.74419266, 0.80889665, 0.858299],
    ]
    published_c = [
        [0.32986176, 0.39145139, 0.451556, 0.51014116, 0.56717407],
        [0.66382255, 0.76674007, 0.87195994, 0.97902709, 1.08751345],
        [0.74192008, 0.90592151, 1.07717006, 1.25120233, 1.42395676],
    ]
    assert_printed([step.states["h"][1], step.states["c"][1]], [published_h, published_c], 8)
    lstm = by_gate(from_linspace(-0.2, 0.9, 5, 16), from_linspace(-0.3, 0.6, 4, 16), from_linspace(0.2, 0.7, 16))
    x, h0 = from_linspace(-0.4, 0.6, 2, 3, 5).swapaxes(0, 1), from_linspace(-0.4, 0.8, 2, 4)
    whole = trace_weights("lstm", lstm, x, np.ones((3, 2, 4)), (h0, np.zeros((2, 4))))
    published = [
        [[0.01764008, 0.01823233, 0.01882671, 0.0194232], [0.45767879, 0.4761092, 0.4936887, 0.51041945]],
        [[0.11287491, 0.12146228, 0.13018446, 0.13902939], [0.6704845, 0.69350089, 0.71486014, 0.7346449]],
        [[0.31358768, 0.33338627, 0.35304453, 0.37250975], [0.81733511, 0.83677871, 0.85403753, 0.86935314]],
    ]
    assert_printed(whole.states["h"][1:], published, 8)


def by_gate(W_x, W_h, b, order="ifog"):
    """Weights with this order of gates, gate by gate."""
    split = {name: np.split(array, 4, axis=-1) for name, array in (("W_x", W_x), ("W_h", W_h), ("b_", b))}
    return {f"{name}{gate}": block for name, found in split.items() for gate, block in zip(order, found, strict=True)}


def drawn(*shape):
    """The numbers that NumPy's old generator draws next, as the course's notebook draws them."""
    return np.random.randn(*shape)  # noqa: NPY002 - its values are part of what was printed


def test_the_sequence_models_course_s_gradients_of_an_rnn():
    """deeplearning.ai, Sequence Models, week 1: rnn_backward, with features first, then samples, then time."""
    np.random.seed(1)  # noqa: NPY002
    x, a0, Wax, Waa = drawn(3, 10, 4), drawn(5, 10), drawn(5, 3), drawn(5, 5)
    _Wya, ba, _by = drawn(2, 5), drawn(5, 1), drawn(2, 1)
    da = drawn(5, 10, 4)
    params = {"W_x": Wax.T, "W_h": Waa.T, "b": ba[:, 0]}
    trace = trace_weights("rnn", params, x.transpose(2, 1, 0), da.transpose(2, 1, 0), a0.T)
    assert_printed(trace.input_grads[:, 2, 1], [-2.07101689, -0.59255627, 0.02466855, 0.01483317], 8)
    assert_printed(trace.start_grads["h"][0, 3, 2], -0.314942375127, 12)
    assert_printed(trace.param_grads["W_x"][1, 3], 11.2641044965, 10)
    assert_printed(trace.param_grads["W_h"][2, 1], 2.30333312658, 11)
    assert_printed(trace.param_grads["b"][4], -0.74747722, 8)


def test_the_sequence_models_course_s_gradients_of_an_lstm():
    """deeplearning.ai, Sequence Models, week 1: lstm_backward over the first four of seven steps.

    The numbers are those of a backward pass that hands da_prev and dc_prev on from step to step; its weights read
    [a_prev, x] side by side.
    """
    np.random.seed(1)  # noqa: NPY002
    x, a0 = drawn(3, 10, 7), drawn(5, 10)
    weights = {gate: (drawn(5, 8), drawn(5, 1)) for gate in "fiog"}
    da = drawn(5, 10, 4)
    params = {f"W_h{gate}": W[:, :5].T for gate, (W, _) in weights.items()}
    params |= {f"W_x{gate}": W[:, 5:].T for gate, (W, _) in weights.items()}
    params |= {f"b_{gate}": b[:, 0] for gate, (_, b) in weights.items()}
    start = a0.T, np.zeros((10, 5))
    trace = trace_weights("lstm", params, x[..., :4].transpose(2, 1, 0), da.transpose(2, 1, 0), start)
    assert_printed(trace.input_grads[:, 2, 1], [0.00218254, 0.28205375, -0.48292508, -0.43281115], 8)
    assert_printed(trace.start_grads["h"][0, 3, 2], 0.312770310257, 12)
    for gate, place, published in (("f", (1, 3), -0.0809802310938), ("i", (2, 1), 0.40512433093)):
        assert_printed(trace.param_grads[f"W_h{gate}"][place], published, 11)
    for gate, place, published in (("g", (1, 3), -0.0793746735512), ("o", (2, 1), 0.038948775763)):
        assert_printed(trace.param_grads[f"W_h{gate}"][place], published, 11)
    for gate, published in (("f", -0.15745657), ("i", -0.50848333), ("g", -0.42510818), ("o", -0.17958196)):
        assert_printed(trace.param_grads[f"b_{gate}"][4], published, 8)
