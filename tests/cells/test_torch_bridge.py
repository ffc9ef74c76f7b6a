"""nn.RNN, nn.GRU and nn.LSTM in and out: PyTorch's own modules are the oracle."""

import subprocess
import sys
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from torch import nn

from cells import RunSettings, run
from cells.torch_bridge import to_torch, torch_grads, trace_torch
from tests.cells.closeness import assert_rows_close, assert_whole_close

torch.set_num_threads(1)
T, B, D, H = 6, 3, 2, 4


@dataclass(frozen=True)
class Module:
    """A module of PyTorch and the cell that is its counterpart."""

    kind: type
    cell: str
    more: dict = field(default_factory=dict)

    def make(self, layers=1, **more):
        torch.manual_seed(layers)
        return self.kind(D, H, layers, **({"dtype": torch.float64} | self.more | more))


MODULES = {
    "RNN tanh": Module(nn.RNN, "rnn"),
    "RNN relu": Module(nn.RNN, "rnn", {"nonlinearity": "relu"}),
    "GRU": Module(nn.GRU, "gru"),
    "LSTM": Module(nn.LSTM, "lstm"),
}
SIZES = [(layers, bias) for layers in (1, 2, 5) for bias in (True, False)]


def task(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return (torch.randn(T, B, n, dtype=dtype, generator=generator) for n in (D, H))


def single_layers(module):
    """The module as a chain of modules of one layer that share its weights."""
    chain = []
    for k in range(module.num_layers):
        more = {"nonlinearity": module.nonlinearity} if module.mode.startswith("RNN") else {}
        one = type(module)(D if k == 0 else H, H, bias=module.bias, dtype=torch.float64, **more)
        with torch.no_grad():
            for name, weight in one.named_parameters():
                weight.copy_(getattr(module, name.replace("_l0", f"_l{k}")))
        chain.append(one)
    return chain


def stepped(module, x):
    """Call the module step by step and layer by layer, every state kept: outputs (T, B, H), states[layer][part][t]."""
    chain = single_layers(module)
    parts = ("h", "c") if isinstance(module, nn.LSTM) else ("h",)
    states = [{part: [torch.zeros(1, B, H, dtype=x.dtype, requires_grad=True)] for part in parts} for _ in chain]
    outputs = []
    for t in range(len(x)):
        read = x[t : t + 1]
        for one, history in zip(chain, states, strict=True):
            old = tuple(history[part][-1] for part in parts)
            _, new = one(read, old if len(parts) > 1 else old[0])
            for part, state in zip(parts, new if len(parts) > 1 else (new,), strict=True):
                state.retain_grad()
                history[part].append(state)
            read = history["h"][-1]
        outputs.append(read[0])
    return torch.stack(outputs), states


def check_against_module(name, layers, bias=True):
    module = MODULES[name].make(layers, bias=bias)
    x, d_out = task()
    trace = trace_torch(module, x, d_out)
    outputs, states = stepped(module, x)
    (outputs * d_out).sum().backward()
    for k, history in enumerate(states):
        for part, kept in history.items():
            found = np.concatenate([state.detach().numpy() for state in kept])
            assert_rows_close(trace.layer(k).states[part], found, what=f"{part} of layer {k}")
            last = len(kept) if part == "h" else 1  # the way from c_t to h_t lies inside the module's call
            grads = np.concatenate([state.grad.numpy() for state in kept[:last]])
            assert_rows_close(trace.layer(k).grads[part][:last], grads, what=f"grads of {part} of layer {k}")
    check_weight_grads(module, trace, x, d_out)


def check_weight_grads(module, trace, x, d_out):
    """The module called as a whole, and our gradients under its names."""
    (module(x)[0] * d_out).sum().backward()
    grads = torch_grads(trace)
    for name, weight in module.named_parameters():
        assert_whole_close(grads[name], weight.grad, what=f"grad of {name}")


@pytest.mark.parametrize(("layers", "bias"), SIZES)
@pytest.mark.parametrize("name", MODULES)
def test_a_module_s_trace_has_the_module_s_states_and_gradients(name, layers, bias):
    check_against_module(name, layers, bias)


@pytest.mark.parametrize(("layers", "bias"), SIZES)
@pytest.mark.parametrize("name", MODULES)
def test_weights_come_back_as_they_went_in(name, layers, bias):
    module = MODULES[name].make(layers, bias=bias)
    x, d_out = task()
    back = to_torch(trace_torch(module, x, d_out))
    assert type(back) is MODULES[name].kind and back.num_layers == layers
    for k in range(layers):
        for weight in (f"weight_ih_l{k}", f"weight_hh_l{k}"):
            assert torch.equal(getattr(back, weight), getattr(module, weight))
    assert_whole_close(back(x)[0].detach(), module(x)[0].detach(), 1e-13)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("name", MODULES)
def test_our_own_run_computes_what_its_module_computes(name, layers):
    kind = MODULES[name]
    settings = RunSettings(
        cell=kind.cell,
        activation=kind.more.get("nonlinearity", "tanh"),
        steps=T,
        hidden=H,
        batch=B,
        inputs=D,
        layers=layers,
        init="pytorch",
    )
    trace = run(settings)
    module, x = to_torch(trace), torch.tensor(trace.inputs)
    outputs = module(x)[0] @ torch.tensor(trace.network.readout["W_y"])
    ((outputs[-1] - torch.tensor(trace.targets[-1])) ** 2).sum(dim=-1).mean().backward()
    assert_rows_close(trace.outputs, outputs.detach())
    for name, grad in torch_grads(trace).items():
        assert_whole_close(grad, getattr(module, name).grad, what=name)


@pytest.mark.parametrize("name", MODULES)
def test_a_float32_module_is_computed_in_float64(name):
    module = MODULES[name].make(2, dtype=torch.float32)
    x, d_out = task(torch.float32)
    trace = trace_torch(module, x, d_out)
    twin = MODULES[name].make(2)
    twin.load_state_dict(module.state_dict())
    assert trace.states["h"].dtype == np.float64
    assert_rows_close(trace.states["h"][1:], twin(x.double())[0].detach(), 1e-13)


def test_arrays_and_tensors_give_the_same_trace_and_stay_as_they_were():
    module = MODULES["LSTM"].make()
    x, d_out = task()
    arrays = x.numpy().copy(), d_out.numpy().copy()
    one, two = trace_torch(module, x, d_out), trace_torch(module, *arrays)
    assert np.array_equal(one.grads["h"], two.grads["h"])
    assert all(array.flags.writeable for array in arrays)
    assert module.weight_hh_l0.requires_grad and module.weight_hh_l0.grad is None


def test_direct_gradients_are_the_given_ones():
    x, d_out = task()
    trace = trace_torch(MODULES["GRU"].make(2), x, d_out)
    assert np.array_equal(trace.direct_grads["h"][1:], d_out.numpy())
    assert_whole_close([trace.loss], [float((trace.outputs * d_out.numpy()).sum())], 1e-13)


@pytest.mark.parametrize("name", MODULES)
def test_an_lstm_of_d_inputs_and_n_units_has_one_bias_here_and_two_there(name):
    settings = RunSettings(cell=MODULES[name].cell, inputs=D, hidden=H, steps=2)
    trace = run(settings)
    gates = len(trace.cell.pre_activations)
    apart = H if MODULES[name].cell == "gru" else 0  # the GRU's candidate keeps its second bias here too
    assert sum(p.size for p in trace.layer(0).record.params.values()) == gates * H * (D + H + 1) + apart
    assert sum(p.numel() for p in to_torch(trace).parameters()) == gates * H * (D + H + 2)


def test_the_lstm_of_200_inputs_and_200_units_has_320800_parameters_and_321600_in_pytorch():
    trace = run(RunSettings(cell="lstm", inputs=200, hidden=200, steps=2, batch=1))
    assert sum(p.size for p in trace.record.params.values()) == 320_800
    assert sum(p.numel() for p in to_torch(trace).parameters()) == 321_600


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (nn.LSTM(D, H, proj_size=2), "proj_size = 2 cannot be read"),
        (nn.GRU(D, H, 2, dropout=0.3), "dropout = 0.3 is active"),
        (nn.Linear(D, H), "module = Linear is none of nn.RNN, nn.GRU, nn.LSTM, nn.RNNCell"),
        (nn.LSTM(D, H, device="meta"), "weight_ih_l0 is on the meta device"),
        (nn.GRU(D, H, dtype=torch.complex64), "weight_ih_l0 is complex"),
    ],
)
def test_a_module_that_computes_something_else_is_refused_by_name(module, sentence):
    with pytest.raises(ValueError, match=sentence):
        trace_torch(module, *task())


def test_dropout_that_sleeps_is_no_obstacle():
    trace = trace_torch(nn.GRU(D, H, 2, dropout=0.3).eval(), *task())
    assert np.isfinite(trace.grads["h"]).all()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", ["weight_ih_l0", "weight_hh_l1", "bias_ih_l1", "bias_hh_l0", "x", "d_out"])
def test_a_number_that_is_none_is_refused_with_its_place(name, value):
    module = MODULES["LSTM"].make(2)
    given = dict(zip(("x", "d_out"), task(), strict=True))
    array = given[name] if name in given else getattr(module, name)
    with torch.no_grad():
        array[(1,) * array.ndim] = value
    place = r"\(1,\)" if array.ndim == 1 else r"\(1, 1" + ", 1" * (array.ndim - 2) + r"\)"
    with pytest.raises(ValueError, match=rf"^{name} = {value} at {place} is not finite$"):
        trace_torch(module, **given)


@pytest.mark.parametrize(
    ("x", "d_out", "sentence"),
    [
        (np.zeros((T, D)), np.zeros((T, B, H)), rf"d_out has shape .*; it takes \({T}, {H}\)"),
        (np.zeros(T), np.zeros((T, B, H)), rf"x has shape \({T},\); it takes \(T, B, {D}\)"),
        (np.zeros((T, B, 7)), np.zeros((T, B, H)), rf"x has shape \({T}, {B}, 7\); it takes \(T, B, {D}\)"),
        (np.zeros((0, B, D)), np.zeros((0, B, H)), rf"x has shape \(0, {B}, {D}\); it takes \(T, B, {D}\)"),
        (np.zeros((T, B, D)), np.zeros((B, T, H)), rf"d_out has shape .* it takes \({T}, {B}, {H}\)"),
        (np.zeros((T, B, D)), np.zeros((T, B)), rf"d_out has shape \({T}, {B}\); it takes"),
        (np.zeros((T, B, D)) * 1j, np.zeros((T, B, H)), "x = ndarray is no array of real numbers"),
        ([[1.0], [1.0, 2.0]], np.zeros((T, B, H)), "x = list is no array of real numbers"),
        (None, np.zeros((T, B, H)), "x = NoneType is no array of real numbers"),
        (np.zeros((T, B, D)), "steep", "d_out = str is no array of real numbers"),
    ],
)
def test_inputs_of_another_shape_or_kind_are_refused(x, d_out, sentence):
    with pytest.raises(ValueError, match=sentence):
        trace_torch(MODULES["GRU"].make(), x, d_out)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"cell": "phased_lstm"}, "cell = 'phased_lstm' has no counterpart in PyTorch"),
        ({"cell": "rnn", "activation": "sigmoid"}, "activation = 'sigmoid' is not in nn.RNN, which knows tanh or relu"),
        ({"cell": "lstm", "activation": "relu"}, "activation = 'relu' is not in nn.LSTM, which knows tanh"),
        ({"cell": "rnn", "options": {"residual": True}}, "residual = True is not in nn.RNN"),
        ({"cell": "gru", "options": {"form": "cho"}}, "form = 'cho' is not in nn.GRU"),
        ({"cell": "lstm", "options": {"peepholes": True}}, "peepholes = True is not in nn.LSTM"),
    ],
)
def test_a_cell_that_pytorch_does_not_have_is_refused(fields, sentence):
    trace = run(RunSettings(steps=2, hidden=2, batch=1, **fields))
    for leave in (to_torch, torch_grads):
        with pytest.raises(ValueError, match=sentence):
            leave(trace)


def test_the_engine_does_not_load_torch():
    code = "import sys, cells, cells.torch_bridge; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
