"""The forms in which PyTorch takes a sequence: packed, unbatched, step by step, in another type, with other weights."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence

from cells.torch_bridge import torch_grads, trace_torch
from tests.cells.closeness import assert_rows_close, assert_whole_close
from tests.cells.unrolled import Task, Unrolled

torch.set_num_threads(1)
T, B, D, H = 6, 3, 2, 4
PAIRS = [(nn.RNN, nn.RNNCell), (nn.GRU, nn.GRUCell), (nn.LSTM, nn.LSTMCell)]


def draw(*shape, **more):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)), **more)


def made(kind=nn.LSTM, *sizes, **more):
    torch.manual_seed(0)
    return kind(D, H, *sizes, dtype=torch.float64, **more)


def same(one, other):
    assert_rows_close(one.states["h"], other.states["h"])
    assert_rows_close(one.grads["h"], other.grads["h"])
    assert_rows_close(one.input_grads, other.input_grads)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("enforce_sorted", [False, True])
def test_a_packed_sequence_is_its_padded_one_with_lengths(batch_first, enforce_sorted):
    module, lengths = made(nn.GRU, 2, batch_first=batch_first), [6, 4, 3] if enforce_sorted else [4, 6, 3]
    x, d_out = (rows.transpose(0, 1) if batch_first else rows for rows in (draw(T, B, D), draw(T, B, H)))
    packs = [pack_padded_sequence(a, lengths, batch_first, enforce_sorted) for a in (x.requires_grad_(), d_out)]
    padded = trace_torch(module, x, d_out, lengths=lengths)
    same(trace_torch(module, packs[0], packs[1]), padded)
    same(trace_torch(module, packs[0], d_out), padded)


def test_a_list_of_tensors_that_learn_is_read():
    module, rows = made(), [draw(B, D).requires_grad_() for _ in range(T)]
    same(trace_torch(module, rows, draw(T, B, H)), trace_torch(module, torch.stack(rows), draw(T, B, H)))


def test_sequences_of_other_lengths_are_refused_in_one_sentence():
    ragged = [draw(2, D).requires_grad_(), draw(3, D).requires_grad_()]
    with pytest.raises(ValueError, match="x = list is no array of real numbers"):
        trace_torch(made(), ragged, draw(T, B, H))
    packed = pack_sequence(ragged, enforce_sorted=False)
    assert trace_torch(made(), packed, draw(3, 2, H)).states["h"].shape == (4, 2, H)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_an_unbatched_sequence_is_a_batch_of_one(kind, bidirectional):
    module, ways = made(kind, 2, bidirectional=bidirectional), 1 + bidirectional
    x, d_out, h = draw(T, D), draw(T, ways * H), draw(2 * ways, H)
    hx, hx_batch = ((h, h), (h[:, None], h[:, None])) if kind is nn.LSTM else (h, h[:, None])
    one, other = (
        trace_torch(module, x, d_out, hx, hx),
        trace_torch(module, x[:, None], d_out[:, None], hx_batch, hx_batch),
    )
    same(one, other)


@pytest.mark.parametrize("unbatched", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("whole", "cell"), PAIRS)
def test_a_cell_called_step_by_step_is_its_module(whole, cell, bias, unbatched):
    module, single = made(whole, bias=bias), made(cell, bias=bias)
    single.load_state_dict({name.removesuffix("_l0"): weight for name, weight in module.state_dict().items()})
    x, d_out, h = draw(T, B, D), draw(T, B, H), draw(B, H)
    if unbatched:
        x, d_out, h = x[:, 0], d_out[:, 0], h[0]
    hx, lifted = ((h, h), (h[None], h[None])) if cell is nn.LSTMCell else (h, h[None])
    same(trace_torch(single, x, d_out, hx, hx), trace_torch(module, x, d_out, lifted, lifted))
    same(trace_torch(single, x, d_out), trace_torch(module, x, d_out))


@pytest.mark.parametrize("lengths", [None, [6, 1, 3]])
@pytest.mark.parametrize("mask", [None, [[1, 0, 1]] * T])
def test_a_cell_takes_lengths_and_a_mask(lengths, mask):
    module, single = made(nn.LSTM), made(nn.LSTMCell)
    single.load_state_dict({name.removesuffix("_l0"): weight for name, weight in module.state_dict().items()})
    given = draw(T, B, D), draw(T, B, H), None, None, lengths, mask
    same(trace_torch(single, *given), trace_torch(module, *given))


def test_the_loss_may_read_the_final_states_alone():
    module, x, d_hx = made(nn.LSTM, 2), draw(T, B, D), (draw(2, B, H), None)
    trace = trace_torch(module, x, None, d_hx=d_hx)
    truth = Unrolled(module, Task(x, torch.zeros(T, B, H, dtype=x.dtype), d_hx=(d_hx[0], 0 * d_hx[0])))
    assert_rows_close(trace.input_grads, truth.x.grad)
    assert trace.loss_weights.tolist() == [0] * (T - 1) + [1]


def test_the_mask_of_keras_leaves_states_and_gradients_of_masked_steps_alone():
    mask = np.ones((T, B))
    mask[2, 1] = mask[0, 2] = 0
    trace = trace_torch(made(), draw(T, B, D), draw(T, B, H), mask=mask)
    assert np.array_equal(trace.states["c"][3, 1], trace.states["c"][2, 1])
    assert np.array_equal(trace.grads["h"][2, 1], trace.grads["h"][3, 1] + trace.direct_grads["h"][2, 1])
    assert not trace.input_grads[2, 1].any() and not trace.input_grads[0, 2].any()


# ── weights that are made from others


def stepped(module, name):
    """The same module after a step on the parameter that its weight is made from."""
    module(draw(T, B, D))
    with torch.no_grad():
        getattr(module, name).mul_(1.5)
    return module


def old(register, *words, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return register(made(), *words, **more)


REMADE = {
    "weight norm": lambda: stepped(old(nn.utils.weight_norm, "weight_hh_l0"), "weight_hh_l0_g"),
    "spectral norm": lambda: stepped(old(nn.utils.spectral_norm, "weight_hh_l0"), "weight_hh_l0_orig").eval(),
    "spectral norm that iterates": lambda: stepped(old(nn.utils.spectral_norm, "weight_hh_l0"), "weight_hh_l0_orig"),
    "pruning": lambda: stepped(prune.l1_unstructured(made(), "weight_hh_l0", 0.4), "weight_hh_l0_orig"),
    "parametrised weight norm": lambda: parametrizations.weight_norm(made(), "weight_hh_l0"),
    "parametrised spectral norm": lambda: parametrizations.spectral_norm(made(), "weight_hh_l0").eval(),
    "parametrised orthogonal": lambda: parametrizations.orthogonal(made(), "weight_ih_l0"),
}


@pytest.mark.parametrize("name", REMADE)
def test_weights_that_are_made_from_others_are_those_of_the_next_call(name):
    module, x, d_out = REMADE[name](), draw(T, B, D), draw(T, B, H)
    trace = trace_torch(module, x, d_out)
    x = x.clone().requires_grad_()
    output = module(x)[0]
    (output * d_out).sum().backward()
    assert_rows_close(trace.outputs, output.detach())
    assert_rows_close(trace.input_grads, x.grad)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_a_module_of_a_coarse_type_is_computed_in_float64(kind, dtype):
    module, twin = kind(D, H, 2, dtype=dtype), made(kind, 2)
    twin.load_state_dict(module.state_dict())
    x, d_out = draw(T, B, D).to(dtype), draw(T, B, H).to(dtype)
    trace = trace_torch(module, x, d_out)
    same(trace, trace_torch(twin, x.double(), d_out.double()))


def test_a_module_is_left_as_it_was():
    module = old(nn.utils.spectral_norm, "weight_hh_l0")
    x = draw(T, B, D).requires_grad_()
    before, state = {k: v.clone() for k, v in module.state_dict().items()}, torch.get_rng_state()
    hooks = [dict(getattr(module, name)) for name in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")]
    with torch.no_grad():
        trace_torch(module, x, draw(T, B, H))
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())
    assert hooks == [dict(getattr(module, n)) for n in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")]
    assert x.grad is None and all(weight.grad is None for weight in module.parameters())


def test_gradients_of_both_directions_come_back_under_pytorch_s_names():
    module = made(nn.GRU, 2, bidirectional=True)
    trace = trace_torch(module, draw(T, B, D), draw(T, B, 2 * H))
    grads = torch_grads(trace)
    assert set(grads) == {name for name, _ in module.named_parameters()}
    assert_whole_close(trace.start_grads["h"][1], trace.layer(0, reverse=True).start_grads["h"])
    with pytest.raises(ValueError, match="reverse = True: the network is not bidirectional"):
        trace_torch(made(), draw(T, B, D), draw(T, B, H)).layer(0, reverse=True)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"hx": draw(1, B, H)}, "hx = Tensor: this cell takes the pair of h_0 and c_0"),
        ({"hx": (draw(2, B, H), draw(1, B, H))}, rf"hx\[0\] has shape \(2, {B}, {H}\); it takes \(1, {B}, {H}\)"),
        ({"d_hx": (draw(1, B, H), draw(1, B, 5))}, rf"d_hx\[1\] has shape .* it takes \(1, {B}, {H}\)"),
        ({"lengths": [6, 2]}, rf"lengths has shape \(2,\); it takes \({B},\)"),
        ({"lengths": [6, 0, 2]}, rf"lengths = 0 at 1 is no whole number in \[1, {T}\]"),
        ({"lengths": [6, 2, 7]}, rf"lengths = 7 at 2 is no whole number in \[1, {T}\]"),
        ({"lengths": [6, 2.5, 3]}, r"lengths = 2.5 at 1 is no whole number"),
        ({"mask": np.ones((B, T))}, rf"mask has shape \({B}, {T}\); it takes \({T}, {B}\)"),
        ({"mask": np.full((T, B), 0.5)}, "holds 0.5; it takes 0 and 1"),
        ({"x": draw(T, B, D).to("meta")}, "x is on the meta device"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(fields, sentence):
    given = {"x": draw(T, B, D), "d_out": draw(T, B, H)} | fields
    with pytest.raises(ValueError, match=sentence):
        trace_torch(made(), **given)


def test_without_any_upstream_gradient_there_is_nothing_to_trace():
    with pytest.raises(ValueError, match="d_out = None and d_hx = None"):
        trace_torch(made(), draw(T, B, D), None)


def test_lengths_beside_a_packed_sequence_are_one_too_many():
    packed = pack_padded_sequence(draw(T, B, D), [6, 5, 4])
    with pytest.raises(ValueError, match="lengths is given beside x = PackedSequence"):
        trace_torch(made(), packed, draw(T, B, H), lengths=[6, 5, 4])
