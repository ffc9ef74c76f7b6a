"""`probe` around a training step: autograd's own gradients, and nothing changed by looking."""

import csv
import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from cells.torch_bridge import probe, torch_grads
from tests.cells.closeness import assert_rows_close, assert_whole_close
from tests.cells.strange_modules import STRANGE
from tests.cells.unrolled import Task, Unrolled

torch.set_num_threads(1)
T, B, D, H = 7, 3, 4, 5
WHOLE = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
CELLS = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}


class Model(nn.Module):
    """An encoder read as a whole, a decoder stepped by a loop."""

    def __init__(self, name="lstm", dtype=torch.float64, **more):
        super().__init__()
        torch.manual_seed(0)
        self.embed = nn.Linear(2, D, dtype=dtype)
        self.encoder = nn.ModuleDict({"rnn": WHOLE[name](D, H, dtype=dtype, **more)})
        ways = 2 if more.get("bidirectional") else 1
        self.decoder = CELLS[name](ways * H, H, dtype=dtype)
        self.head = nn.Linear(H, 1, dtype=dtype)

    def forward(self, x):
        output, _ = self.encoder["rnn"](self.embed(x))
        state, states = None, []
        for row in output.transpose(0, 1) if self.encoder["rnn"].batch_first else output:
            state = self.decoder(row, state)
            states.append(state[0] if isinstance(state, tuple) else state)
        return self.head(states[-1]) + states[2].sum()


def data(dtype=torch.float64):
    return torch.randn(T, B, 2, dtype=dtype, generator=torch.Generator().manual_seed(1))


def step(model, x):
    loss = (model(x) ** 2).mean()
    loss.backward()
    return loss


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", WHOLE)
def test_a_probed_module_s_gradients_are_autograd_s_over_unrolled_cells(name, bidirectional, layers):
    model, x = Model(name, num_layers=layers, bidirectional=bidirectional), data()
    with probe(model) as flow:
        step(model, x)
    trace = flow.traces["encoder.rnn"]
    d_out = torch.tensor(flow["encoder.rnn"].retain_grad)
    truth = Unrolled(model.encoder["rnn"], Task(model.embed(x).detach(), d_out))
    for (layer, reverse), way in truth.ways.items():
        states = way.states["h"]
        grads = torch.stack([torch.zeros_like(one) if one.grad is None else one.grad for one in states])
        assert_rows_close(trace.layer(layer, reverse).grads["h"], grads)
    assert_rows_close(trace.input_grads, truth.x.grad)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("name", WHOLE)
def test_a_probed_bidirectional_stack_s_weights_get_the_gradients_that_training_used(name, layers):
    model, x = Model(name, num_layers=layers, bidirectional=True), data()
    with probe(model) as flow:
        step(model, x)
    ours = torch_grads(flow.traces["encoder.rnn"])
    used = dict(model.encoder["rnn"].named_parameters())
    assert set(ours) == set(used)
    for weight in used:
        assert_whole_close(ours[weight], used[weight].grad, what=weight)


@pytest.mark.parametrize("name", CELLS)
def test_a_loop_over_a_cell_shows_autograd_s_own_totals(name):
    model, x, states = Model(name), data(), []

    def keep(module, args, result):
        state = result[0] if isinstance(result, tuple) else result
        state.retain_grad()
        states.append(state)

    handle = model.decoder.register_forward_hook(keep)
    with probe(model) as flow:
        step(model, x)
    handle.remove()
    truth = torch.stack([state.grad for state in states])
    assert_rows_close(flow["decoder"].totals["h"], truth, 1e-14)
    assert_rows_close(flow.traces["decoder"].grads["h"][1:], truth)
    assert flow.traces["decoder"].loss_weights.tolist() == [0, 0, 1, 0, 0, 0, 1]
    assert np.array_equal(flow["decoder"].retain_grad, flow["decoder"].totals["h"])


def test_retain_grad_on_the_output_is_what_stands_beside():
    model, x = Model(), data()
    kept = []
    model.encoder["rnn"].register_forward_hook(lambda m, a, result: kept.append(result[0]) or result[0].retain_grad())
    with probe(model) as flow:
        step(model, x)
    assert_rows_close(flow["encoder.rnn"].retain_grad, kept[0].grad, 1e-15)


@pytest.mark.parametrize("name", WHOLE)
def test_looking_changes_nothing(name):
    looked, plain, x = Model(name, num_layers=2, dropout=0.0), Model(name, num_layers=2, dropout=0.0), data()
    before = [len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in looked.modules()]
    torch.manual_seed(5)
    with probe(looked) as flow:
        loss = step(looked, x)
    _ = flow.scalars()
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(loss, step(plain, x)) and torch.equal(drawn, torch.rand(3))
    for one, other in zip(looked.parameters(), plain.parameters(), strict=True):
        assert torch.equal(one, other) and torch.equal(one.grad, other.grad)
    after = [len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in looked.modules()]
    assert before == after


def test_an_optimiser_s_step_inside_the_block_does_not_move_the_trace():
    model, x = Model(), data()
    with probe(model) as flow:
        step(model, x)
        with torch.no_grad():
            for weight in model.parameters():
                weight.sub_(weight.grad, alpha=0.5)
    again = Model()
    with probe(again) as same:
        step(again, x)
    assert_rows_close(flow.traces["encoder.rnn"].grads["h"], same.traces["encoder.rnn"].grads["h"])


def test_every_call_of_a_module_has_a_trace_of_its_own():
    torch.manual_seed(0)
    lstm, x = nn.LSTM(D, H, dtype=torch.float64), torch.randn(T, B, D, dtype=torch.float64)
    with probe(lstm) as flow:
        first, state = lstm(x)
        second, _ = lstm(x, state)
        (first[-1].sum() + second[-1].sum()).backward()
    assert list(flow) == ["LSTM", "LSTM#2"]
    assert_rows_close(flow.traces["LSTM#2"].states["h"][0], flow.traces["LSTM"].states["h"][-1], 1e-13)
    assert_rows_close(
        flow.traces["LSTM"].grads["h"][-1], 1 + flow.traces["LSTM#2"].start_grads["h"][0], what="the chain of two calls"
    )


def test_a_loss_on_two_backward_passes_adds_up():
    torch.manual_seed(0)
    gru, x = nn.GRU(D, H, dtype=torch.float64), torch.randn(T, B, D, dtype=torch.float64)
    with probe(gru) as flow:
        output, _ = gru(x)
        output[-1].sum().backward(retain_graph=True)
        output[0].sum().backward()
    assert np.flatnonzero(flow["GRU"].retain_grad.any(axis=(1, 2))).tolist() == [0, T - 1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_modules_of_any_float_type_are_probed(dtype):
    model, x = Model("gru", dtype), data(dtype)
    with probe(model) as flow:
        step(model, x)
    assert not flow.refused and np.isfinite(flow.traces["encoder.rnn"].grads["h"]).all()


@pytest.mark.parametrize("name", WHOLE)
def test_modules_under_autocast_are_probed(name):
    model, x = Model(name, torch.float32), data(torch.float32)
    with probe(model) as flow:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = (model(x) ** 2).mean()
        loss.backward()
    assert not flow.refused and np.isfinite(flow.traces["encoder.rnn"].log10_grad_norms["h"]).all()


@pytest.mark.slow
def test_compiled_models_are_probed():
    model, plain, x = Model(), Model(), data()
    compiled = torch.compile(model, backend="eager")
    step(compiled, x)
    with probe(compiled) as flow:
        step(compiled, x)
    with probe(plain) as other:
        step(plain, x)
    assert list(flow) == ["encoder.rnn", "decoder"]
    for name in flow:
        assert_rows_close(flow.traces[name].grads["h"], other.traces[name].grads["h"])


def test_packed_and_batch_first_inputs_are_probed():
    torch.manual_seed(0)
    lstm, x = nn.LSTM(D, H, batch_first=True, dtype=torch.float64), torch.randn(B, T, D, dtype=torch.float64)
    packed = nn.utils.rnn.pack_padded_sequence(x, [2, T, 4], batch_first=True, enforce_sorted=False)
    with probe(lstm) as flow:
        output, (h, _) = lstm(packed)
        (output.data.sum() + h.sum()).backward()
    trace = flow.traces["LSTM"]
    assert trace.states["h"].shape == (T + 1, B, H)
    assert np.array_equal(trace.states["h"][2, 0], trace.states["h"][T, 0])
    assert_rows_close(trace.grads["h"][T], np.ones((B, H)) + (np.array([2, T, 4]) == T)[:, None])


STRANGE_WHOLE = ["leaky", "residual", "layer norm on the output", "detached", "truncated", "weight drop", "projection"]
STRANGE_WHOLE += ["gradient reversal", "own forward, same equations", "forward hook on the output", "backward pre-hook"]
STRANGE_WHOLE += ["weight norm after a step", "pruned after a step", "parametrised", "dropout", "quantised"]
RIGHT = {"own forward, same equations", "forward hook on the output", "backward pre-hook", "weight norm after a step"}
RIGHT |= {"pruned after a step", "parametrised"}


@pytest.mark.parametrize("name", STRANGE_WHOLE)
def test_a_strange_module_in_a_model_is_right_or_refused_and_the_rest_is_traced(name):
    strange = STRANGE[name]()
    model = nn.ModuleDict({"a": strange, "b": nn.GRU(3, 3, dtype=torch.float64)})
    x = torch.randn(6, 2, 3, dtype=torch.float32 if name == "quantised" else torch.float64)
    x.requires_grad_(name != "quantised")
    with probe(model) as flow:
        found, _ = model["a"](x)
        rest, _ = model["b"](x.double())
        (found[-1].sum() + rest.sum()).backward()
    assert set(flow.refused) == (set() if name in RIGHT else {"a"})
    assert len(flow.traces["b"].inputs) == 6
    if name not in RIGHT:
        with pytest.raises(ValueError, match=r"^[^\n]{20,300}$"):
            _ = flow.traces["a"]


def test_a_loop_that_changes_the_state_between_steps_has_totals_and_no_trace():
    torch.manual_seed(0)
    cell, h, total = nn.GRUCell(D, H, dtype=torch.float64), None, 0
    with probe(cell) as flow:
        for x in torch.randn(T, B, D, dtype=torch.float64):
            h = cell(x, h if h is None else nn.functional.layer_norm(h, (H,)))
            total = total + h.sum()
        total.backward()
    assert flow["GRUCell"].totals["h"].shape == (T, B, H)
    with pytest.raises(ValueError, match="between two of its steps the state is changed"):
        _ = flow.traces["GRUCell"]


def test_truncated_backpropagation_begins_a_new_sequence():
    torch.manual_seed(0)
    cell, h = nn.RNNCell(D, H, dtype=torch.float64), None
    with probe(cell) as flow:
        for x in torch.randn(2, T, B, D, dtype=torch.float64):
            for row in x:
                h = cell(row, h)
            h.sum().backward()
            h = h.detach()
    assert list(flow) == ["RNNCell", "RNNCell#2"]
    assert_rows_close(flow.traces["RNNCell#2"].states["h"][0], flow.traces["RNNCell"].states["h"][-1], 1e-13)


class Writer:
    def __init__(self):
        self.scalars, self.images = {}, {}

    def add_scalar(self, tag, value, step):
        self.scalars[tag, step] = value

    def add_image(self, tag, image, step):
        self.images[tag, step] = image


def test_the_log_gets_every_scalar_and_an_image_of_the_gradient():
    model, writer = Model(), Writer()
    with probe(model) as flow:
        step(model, data())
    flow.log(writer, 3)
    names = {"half_life", "decay_per_step", "grad_ratio", "saturated"}
    assert set(writer.scalars) == {(f"flow/{m}/{n}", 3) for m in ("encoder.rnn", "decoder") for n in names}
    assert writer.scalars["flow/decoder/grad_ratio", 3] == flow.scalars()["decoder"]["grad_ratio"]
    norms = np.linalg.norm(flow.traces["decoder"].grads["h"], axis=-1).mean(axis=-1)
    assert flow.scalars()["decoder"]["grad_ratio"] == pytest.approx(norms[1] / norms[-1], rel=1e-12)
    image = writer.images["flow/decoder/gradient", 3]
    assert image.dtype == np.uint8 and image.shape[0] == 3 and len(np.unique(image)) > 3


def test_the_figure_is_shown_and_saved(tmp_path):
    model = Model()
    with probe(model) as flow:
        step(model, data())
    found = flow["encoder.rnn"]
    assert "retain_grad() on the module" in found._repr_mimebundle_()["text/html"]
    page = found.save(tmp_path / "flow.html").read_text(encoding="utf-8")
    assert "Plotly" in page and "retain_grad()" in page
    rows = list(csv.DictReader(io.StringIO(found.save(tmp_path / "flow.csv").read_text(encoding="utf-8"))))
    norms = np.log10(np.linalg.norm(found.trace.grads["h"][1:], axis=-1).mean(axis=-1))
    assert [float(row["log10 norm dL/dh"]) for row in rows] == pytest.approx(norms.tolist(), rel=1e-12)
    with pytest.raises(ValueError, match=r"ends in none of .html, .svg, .csv"):
        found.save(tmp_path / "flow.gif")


def test_what_is_missing_is_said():
    with pytest.raises(ValueError, match=r"model = Linear holds no nn.RNN"):
        probe(nn.Linear(2, 2))
    model = Model()
    with probe(model) as flow:
        model(data())
    with pytest.raises(ValueError, match=r"no gradient has reached LSTM: call loss.backward"):
        _ = flow.traces["encoder.rnn"]
    with pytest.raises(KeyError, match=r"'encoder' is none of encoder.rnn, decoder"):
        _ = flow.traces["encoder"]
    with pytest.raises(ValueError, match="'decoder' was called 1 times with autograd on: there is no call 2"):
        _ = flow.traces["decoder#2"]


def test_an_error_inside_the_block_takes_the_hooks_off_too():
    model = Model()
    with pytest.raises(RuntimeError), probe(model):
        model(torch.zeros(T, B, 3, dtype=torch.float64))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_the_bridge_loads_torch_only_for_modules():
    code = "import sys, cells.torch_bridge; sys.exit('torch' in sys.modules or 'plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
