"""Weights from elsewhere: modules are found by their names and run as PyTorch runs them; hostile files stay data."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from torch import nn

from cells import RunSettings
from cells.engine import solve
from cells.knobs import BadValue
from cells.network import build
from cells.own_network import OwnNetwork
from cells.torch_bridge import trace_weights
from lab.weights import BadFile, find_modules, read_weights, to_safetensors
from tests.cells.closeness import assert_rows_close
from tests.lab import forked, hostile, hostile_more

MODULES = [
    (kind, layers, bias)
    for kind, layers in itertools.product((nn.RNN, nn.GRU, nn.LSTM), (1, 2, 3))
    for bias in (True, False)
]


def listed(arrays, name="model.safetensors"):
    return find_modules(read_weights(save(arrays), name), name)


def arrays_of(module):
    return {name: tensor.detach().numpy() for name, tensor in module.state_dict().items()}


def run_of(network, **fields):
    fixed = {name: value for name, value in network.fixed.items() if name in ("cell", "hidden", "layers", "inputs")}
    options = {name: value for name, value in network.fixed.items() if name not in fixed}
    settings = RunSettings(network=network, options=options, **(fixed | {"steps": 9, "batch": 3} | fields))
    return solve(build(settings), settings)


@pytest.mark.parametrize(("kind", "layers", "bias"), MODULES)
def test_a_module_that_is_found_computes_what_pytorch_computes(kind, layers, bias):
    module = kind(3, 5, layers, bias=bias, dtype=torch.float64)
    (found,) = listed({f"encoder.{name}": array for name, array in arrays_of(module).items()})
    assert found.name == "encoder" and found.problem == ""
    trace = run_of(found.network)
    x = torch.tensor(trace.inputs)
    output, _ = module(x)
    assert_rows_close(trace.states["h"][1:], output.detach(), 1e-12)
    output.retain_grad()
    hidden = torch.tensor(trace.inputs, requires_grad=True)
    again, _ = module(hidden)
    readout = torch.tensor(trace.network.readout["W_y"])
    ((again[-1] @ readout - torch.tensor(trace.targets[-1])) ** 2).sum().backward()
    ours = trace.layer(0).record
    d_x = ours.cell.input_delta(ours.delta.mantissa) @ ours.params["W_x"].T
    assert_rows_close(d_x, hidden.grad, 1e-10)


def test_both_directions_of_one_layer_and_a_cell_are_listed():
    both = arrays_of(nn.LSTM(3, 4, bidirectional=True, dtype=torch.float64))
    one = {f"cell.{name}": array for name, array in arrays_of(nn.GRUCell(3, 4, dtype=torch.float64)).items()}
    found = {found.name: found for found in listed(both | one)}
    assert list(found) == ["cell", "the whole file, forward direction", "the whole file, reverse direction"]
    backward = found["the whole file, reverse direction"].network
    np.testing.assert_array_equal(backward.layers[0]["W_h"][:, 4:8], both["weight_hh_l0_reverse"][:4].T)


def test_every_layer_of_a_bidirectional_stack_runs_in_both_directions():
    module = nn.GRU(3, 5, 2, bidirectional=True, dtype=torch.float64)
    found = {one.name.removeprefix("the whole file, "): one for one in listed(arrays_of(module))}
    assert [one.problem for one in found.values()] == [""] * 4
    assert found["layer 2, reverse direction"].label == (
        "nn.GRU, 1 layer of 5 units, 10 inputs; in its module it reads the outputs of both directions of layer 1, "
        "the last step first"
    )
    assert found["layer 1, forward direction"].label == "nn.GRU, 1 layer of 5 units, 3 inputs"
    assert all("both directions together" in one.note for one in found.values())
    lower = nn.GRU(3, 5, bidirectional=True, dtype=torch.float64)
    lower.load_state_dict({name: value for name, value in module.state_dict().items() if "_l0" in name})
    x = torch.randn(9, 2, 3, dtype=torch.float64)
    read, (whole, _) = lower(x)[0].detach().numpy(), module(x)
    for name, way, half in (("forward", 1, slice(5)), ("reverse", -1, slice(5, 10))):
        params = found[f"layer 2, {name} direction"].network.layers[0]
        states = trace_weights("gru", params, read[::way], np.ones((9, 2, 5))).states["h"][1:]
        assert_rows_close(states[::way], whole[..., half].detach(), 1e-12)


# ── what reads a module out


class Reader(nn.Module):
    """A module, layers that fit it, and others that do not."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head, self.value = nn.LSTM(2, 6), nn.Linear(6, 2), nn.Linear(6, 1, bias=False)
        self.other, self.norm, self.embedding = nn.Linear(5, 2), nn.LayerNorm(6), nn.Embedding(300, 6)


def test_layers_that_fit_a_module_may_read_it_out():
    model = Reader().double()
    (found,) = listed(arrays_of(model))
    assert list(found.readouts) == ["head: 6 to 2", "value: 6 to 1"]
    own = found.readouts["head: 6 to 2"]
    assert own.key.endswith(":rnn, read out by head") and own.source == "rnn of model.safetensors, read out by head"
    assert own.without_readout() == found.network
    trace = run_of(own)
    output = model.head(model.rnn(torch.tensor(trace.inputs))[0])
    assert_rows_close(trace.outputs, output.detach(), 1e-12)
    assert OwnNetwork.from_plain(own.as_plain()) == own != found.network


def test_a_readout_of_another_size_than_the_signal_asks_for_is_refused():
    (found,) = listed(arrays_of(Reader().double()))
    with pytest.raises(BadValue, match="the network's readout gives 1") as raised:
        run_of(found.readouts["value: 6 to 1"])
    assert str(raised.value).startswith("signal = 'running_average' asks for 2 outputs a step")
    assert raised.value.nearest == found.network


def test_types_that_no_readout_has_do_no_harm():
    arrays = arrays_of(nn.RNN(2, 4)) | {"table.weight": np.ones((5, 4), np.int64), "a.weight": np.ones((0, 4))}
    (found,) = listed(arrays)
    assert found.readouts == {}


@pytest.mark.parametrize("wrap", [nn.utils.parametrizations.weight_norm, nn.utils.weight_norm])
@pytest.mark.filterwarnings("ignore")
def test_weights_that_are_computed_from_others_are_named(wrap):
    (found,) = listed({f"a.{n}": t for n, t in arrays_of(wrap(nn.LSTM(3, 4), "weight_hh_l0")).items()})
    assert found.network is None
    assert found.problem == (
        "a holds no plain weights: remove the parametrisation, weight norm or pruning before saving."
    )


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "phased_lstm"])
def test_our_own_names_are_read(cell):
    settings = RunSettings(cell=cell, hidden=4, layers=2, batch=3, steps=9)
    trace = solve(build(settings), settings)
    arrays = {f"layers.{k}.{n}": a for k, layer in enumerate(trace.layers) for n, a in layer.record.params.items()}
    (found,) = listed(arrays)
    again = run_of(found.network)
    assert all(np.array_equal(again.grads[part], trace.grads[part]) for part in trace.state_names)
    assert found.readouts == {}


def test_our_own_export_brings_its_readout_back():
    settings = RunSettings(cell="phased_lstm", hidden=4, batch=3, steps=9, seed=7)
    trace = solve(build(settings), settings)
    (found,) = find_modules(read_weights(to_safetensors(trace), "m.safetensors"), "m.safetensors")
    again = run_of(found.readouts["readout: 4 to 1"], seed=7)
    assert np.array_equal(again.outputs, trace.outputs) and again.loss == trace.loss


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_every_float_type_is_read_to_its_last_digit(dtype):
    from safetensors.torch import save as save_torch

    module = nn.GRU(2, 3).to(dtype)
    data = save_torch({name: tensor.contiguous() for name, tensor in module.state_dict().items()})
    (found,) = find_modules(read_weights(data, "m.safetensors"), "m.safetensors")
    np.testing.assert_array_equal(found.network.layers[0]["W_h"][:, :3], module.weight_hh_l0[:3].detach().double().T)


def test_a_checkpoint_is_unpickled_elsewhere_and_its_module_found():
    module = nn.LSTM(3, 4)
    data = hostile.saved({"epoch": 3, "state_dict": {f"encoder.{n}": t for n, t in module.state_dict().items()}})
    (found,) = find_modules(read_weights(data, "model.pt"), "model.pt")
    assert (found.name, found.label) == ("state_dict.encoder", "nn.LSTM, 1 layer of 4 units, 3 inputs")
    assert found.network.key.endswith(":state_dict.encoder") and len(found.network.key.partition(":")[0]) == 64


# ── hostile files


def said(data, name):
    """The one sentence a file gets; empty where it is read."""
    try:
        found = find_modules(read_weights(data, name), name)
    except BadFile as error:
        return str(error)
    return found[0].problem if found else "nothing found."


def check_sentence(sentence):
    assert sentence.endswith(".") and len(sentence) < 400 and "\n" not in sentence and "Traceback" not in sentence


SAFETENSORS = [*hostile.safetensors_files(), *hostile_more.more_safetensors()]


def test_hostile_safetensors_files_get_a_sentence_each():
    assert len(SAFETENSORS) > 150 and len({data for _, data in SAFETENSORS}) == len(SAFETENSORS)
    for what, data in SAFETENSORS:
        sentence = said(data, "h.safetensors")
        if not what.startswith("noise"):  # noise in a number gives another number
            check_sentence(sentence)
    assert not Path(hostile.TRAP).exists()


@pytest.mark.parametrize(("what", "arrays"), list(hostile.wrong_modules()), ids=lambda value: str(value)[:40])
def test_arrays_that_make_no_module_are_listed_with_the_reason(what, arrays):
    found = listed(arrays)
    problems = [one.problem for one in found]
    assert problems and all(problems), what
    for problem in problems:
        check_sentence(problem)


@pytest.mark.parametrize(
    "options", [None, [], 3, {"gate": "clock()"}, {"gate": ["open"]}, {"gate": "ajar"}, "x" * 9999]
)
def test_notes_of_any_kind_do_no_harm(options):
    sentence = said(hostile.noted(options), "own.safetensors")
    assert sentence == "" or "is none of" in sentence


@pytest.mark.slow
def test_hostile_pt_files_get_a_sentence_each():
    for what, data in hostile.pt_files():
        sentence = said(data, "h.pt")
        if not what.startswith("noise"):
            check_sentence(sentence)
        assert not Path(hostile.TRAP).exists(), what


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks with PyTorch loaded")
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore")
def test_pickles_and_archives_of_other_kinds_get_a_sentence_each(every):
    for what, data in list(hostile_more.more_pt())[::every]:
        check_sentence(forked.sentence_of(data))
        assert not Path(hostile.TRAP).exists(), what


@pytest.mark.slow  # making them takes longer than reading most
@pytest.mark.filterwarnings("ignore")
def test_at_least_two_hundred_different_files_mean_harm():
    arrays = [save({f"{what}.{n}": a for n, a in made.items()}) for what, made in hostile.wrong_modules()]
    files = [data for _, data in (*SAFETENSORS, *hostile.pt_files(), *hostile_more.more_pt())] + arrays
    assert len(set(files)) >= 200


def test_a_pickle_that_would_run_a_command_does_not():
    sentence = said(hostile.saved({"state_dict": hostile.Runs()}), "h.pt")
    assert (
        sentence == "h.pt is not read: it holds more than tensors, which is not run: save model.state_dict() instead."
    )
    assert not Path(hostile.TRAP).exists()


def test_a_zip_bomb_is_seen_before_it_is_opened():
    assert "is compressed inside" in said(hostile.bomb(1 << 20), "h.pt")
    assert "would unpack" in said(hostile.bomb(1 << 28), "h.pt")


def test_the_trap_would_be_seen():
    function, arguments = hostile.Runs().__reduce__()
    function(*arguments)
    assert Path(hostile.TRAP).exists()
    Path(hostile.TRAP).unlink()


@pytest.mark.parametrize("name", ["model.onnx", "model", "x" * 300 + ".zip"])
def test_other_files_are_named(name):
    assert said(b"x" * 100, name).endswith(
        "is neither .safetensors nor .pt: save the model's state_dict as one of them."
    )


# ── networks in settings


def test_settings_with_a_network_are_equal_where_its_numbers_are():
    (found,) = listed(arrays_of(nn.RNN(1, 4)))
    (same,) = listed(arrays_of(nn.RNN(1, 4)))
    first = RunSettings(hidden=4, network=found.network)
    assert first == RunSettings(hidden=4, network=OwnNetwork.from_plain(found.network.as_plain()))
    assert hash(first) == hash(RunSettings(**first.as_plain()))
    assert first != RunSettings(hidden=4, network=same.network) and repr(first) != repr(RunSettings(hidden=4))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hidden": 5}, "hidden = 5 is not that of the network's own weights, 4"),
        ({"cell": "gru"}, "cell = 'gru' is not that of the network's own weights, 'rnn'"),
        ({"layers": 2}, "layers = 2 is not that of the network's own weights, 1"),
        ({"inputs": 2}, "inputs = 2 gives 2 inputs a step, the network reads 1"),
        ({"signal": "tokens"}, "signal = 'tokens' gives 8 inputs a step, the network reads 1"),
        ({"network": 3}, "network = 3 is no OwnNetwork"),
    ],
)
def test_settings_that_do_not_fit_a_network_are_named(changes, sentence):
    (found,) = listed(arrays_of(nn.RNN(1, 4)))
    with pytest.raises(ValueError, match="etwork") as raised:
        RunSettings(**({"hidden": 4, "network": found.network} | changes))
    assert str(raised.value) == sentence


def test_the_weight_scale_multiplies_the_networks_own_matrix():
    (found,) = listed(arrays_of(nn.RNN(1, 4, dtype=torch.float64)))
    half = run_of(found.network, weight_scale=0.5)
    np.testing.assert_array_equal(half.params["W_h"], 0.5 * found.network.layers[0]["W_h"])
    np.testing.assert_array_equal(half.params["W_x"], found.network.layers[0]["W_x"])
