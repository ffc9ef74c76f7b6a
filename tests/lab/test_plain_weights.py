"""The reader of state_dicts without PyTorch gives what PyTorch's own reader gives, or leaves the file to it."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors
import torch
from torch import nn

from lab.weights import BadFile, child, find_modules, read_weights
from lab.weights.files import check_zip
from lab.weights.plain import Unplain, plain_safetensors
from tests.lab import hostile, hostile_more

NAME = "m.pt"


def arrays_of(answer):
    return {name: (one["dtype"], one["shape"], bytes(one["data"])) for name, one in safetensors.deserialize(answer)}


def flattened():
    """All weights as views of one storage, as a module on a GPU has them."""
    module = nn.LSTM(3, 4)
    whole, place = torch.arange(200.0), 0
    for name, weight in module.named_parameters():
        setattr(module, name, nn.Parameter(whole[place : place + weight.numel()].view_as(weight)))
        place += weight.numel()
    return module.state_dict()


FILES = {
    "state_dict": nn.LSTM(3, 4, 2, bidirectional=True).state_dict(),
    "flattened": flattened(),
    "parameters": dict(nn.GRU(3, 4).named_parameters()),
    "transposed": {"a.weight_hh_l0": torch.arange(16.0).reshape(4, 4).T, "a.weight_ih_l0": torch.ones(2, 4).T},
    "expanded": {"a.weight_hh_l0": torch.ones(1, 4).expand(4, 4), "a.weight_ih_l0": torch.arange(8.0)[::2][:, None]},
    "checkpoint": {
        "epoch": 3,
        "best": 0.25,
        "done": False,
        "notes": ["a", None, (1, 2, 3, 4)],
        "optimiser": {"state": {0: {"step": torch.tensor(3), "exp_avg": torch.ones(2, 3)}}},
        "model": nn.ModuleDict({"encoder": nn.RNN(3, 4), "embedding": nn.Embedding(5, 3)}).state_dict(),
    },
    **{str(t): nn.GRU(2, 3).to(t).state_dict() for t in (torch.float16, torch.bfloat16, torch.float64)},
}


@pytest.mark.parametrize("what", FILES)
def test_what_torch_save_writes_is_read_as_pytorch_reads_it(what):
    ours, theirs = (arrays_of(read(hostile.saved(FILES[what]))) for read in (plain_safetensors, child.converted))
    assert ours == theirs and ours


def test_a_file_is_read_without_pytorch():
    code = "from lab.weights.child import main; main(); import sys; sys.exit('torch' in sys.modules)"
    given = {"input": hostile.saved(nn.RNN(3, 4).state_dict()), "capture_output": True, "check": True}
    answer = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], **given).stdout
    assert set(arrays_of(answer)) == {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}


def legacy():
    return saved(_use_new_zipfile_serialization=False)


def saved(**form):
    stream = io.BytesIO()
    torch.save(nn.RNN(3, 4).state_dict(), stream, **form)
    return stream.getvalue()


LEFT = {
    "a file of before 1.6": legacy(),
    "a whole module": hostile.saved(nn.RNN(3, 4)),
    "another protocol": saved(pickle_protocol=4),
    "a set": hostile.saved({"of": {1, 2}, **nn.RNN(3, 4).state_dict()}),
    "whole numbers of 8 bits": hostile.saved({"weight_hh_l0": torch.ones(4, 4, dtype=torch.int8)}),
    "big-endian": hostile.replaced(hostile.saved(nn.RNN(3, 4).state_dict()), "byteorder", b"big"),
    "numbers that are cut": hostile.replaced(hostile.saved(FILES["flattened"]), "data/0", b"\0" * 8),
    "sizes beyond memory": hostile.huge_shape(),
}


@pytest.mark.parametrize("what", LEFT)
def test_other_files_are_left_to_pytorch(what):
    with pytest.raises(Unplain):
        plain_safetensors(LEFT[what])


def test_a_file_that_is_left_is_read_by_pytorch():
    (found,) = find_modules(read_weights(legacy(), NAME), NAME)
    assert found.label == "nn.RNN, 1 layer of 4 units, 3 inputs"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("files", [hostile_more.more_pt, pytest.param(hostile.pt_files, marks=pytest.mark.slow)])
def test_no_pickle_that_means_harm_is_taken_for_plain(files):
    for what, data in files():
        if what.startswith(("noise", "an entry twice")):
            continue  # plain but for its numbers; never plain, though PyTorch takes the first entry
        try:
            check_zip(data, NAME)
            answer = plain_safetensors(data)
        except (Unplain, BadFile):
            continue
        assert arrays_of(answer) in ({}, arrays_of(child.converted(data))), what
    assert not Path(hostile.TRAP).exists()
