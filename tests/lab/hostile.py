"""Files that mean harm, or mean nothing: what a page that takes uploads has to survive."""

import io
import json
import os
import pickle  # noqa: TID251 - to make what must not be read
import struct
import warnings
import zipfile
from collections.abc import Iterator

import numpy as np
import torch
from safetensors.numpy import save

GOOD = {"rnn.weight_ih_l0": np.ones((4, 2)), "rnn.weight_hh_l0": np.ones((4, 4))}
TRAP = "/tmp/backflow_a_hostile_file_was_run"


class Runs:
    """Unpickled, it would run a command."""

    def __init__(self, command=f"touch {TRAP}"):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


class Evaluates:
    def __reduce__(self):
        return eval, (f"open({TRAP!r}, 'w').close()",)


def safetensors_files() -> Iterator[tuple[str, bytes]]:
    """Well over a hundred, read in the server's own process."""
    good = save(GOOD)
    for cut in range(0, len(good), 7):
        yield f"cut at {cut}", good[:cut]
    for length in (0, 1, 2**31, 2**40, 2**63 - 1, 2**64 - 1):
        yield f"header of {length}", length.to_bytes(8, "little") + good[8:]
    for text in BAD_HEADERS:
        yield f"header {text[:40]!r}", header(text) + b"\0" * 64
    rng = np.random.default_rng(0)
    for seed in range(24):
        noise = bytearray(good)
        for place in rng.integers(0, len(noise), 6):
            noise[place] = rng.integers(256)
        yield f"noise {seed}", bytes(noise)
    yield "a zip", b"PK\3\4" + b"\0" * 200
    yield "a pickle", pickle.dumps(Runs())


BAD_HEADERS = [
    "[" * 50_000,
    '{"a":' * 5_000 + "1" + "}" * 5_000,
    "{}",
    "null",
    "[]",
    '{"rnn.weight_hh_l0": 1}',
    '{"rnn.weight_hh_l0": {"dtype": "F64", "shape": [4611686018427387904, 4], "data_offsets": [0, 64]}}',
    '{"rnn.weight_hh_l0": {"dtype": "F64", "shape": [-1, 4], "data_offsets": [0, 64]}}',
    '{"rnn.weight_hh_l0": {"dtype": "F64", "shape": [2, 4], "data_offsets": [0, 9999999999]}}',
    '{"rnn.weight_hh_l0": {"dtype": "F64", "shape": [2, 4], "data_offsets": [64, 0]}}',
    '{"rnn.weight_hh_l0": {"dtype": "I64", "shape": [2, 4], "data_offsets": [0, 64]}}',
    '{"rnn.weight_hh_l0": {"dtype": "P1", "shape": [2, 4], "data_offsets": [0, 64]}}',
    '{"__metadata__": {"options": 3}, "a": {"dtype": "F64", "shape": [8], "data_offsets": [0, 64]}}',
    '{"\\ud800": {"dtype": "F64", "shape": [8], "data_offsets": [0, 64]}}',
]


def header(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def wrong_modules() -> Iterator[tuple[str, dict]]:
    """Well-formed files whose arrays make no module: each is listed with a sentence, or not at all."""
    hh, ih = np.ones((8, 2)), np.ones((8, 3))
    yield "nan", {"weight_ih_l0": ih, "weight_hh_l0": hh * np.nan}
    yield "inf", {"weight_ih_l0": ih * np.inf, "weight_hh_l0": hh}
    yield "no input matrix", {"weight_hh_l0": hh}
    yield "no recurrent matrix", {"weight_ih_l0": ih}
    yield "five blocks", {"weight_ih_l0": np.ones((10, 3)), "weight_hh_l0": np.ones((10, 2))}
    yield "another row count", {"weight_ih_l0": ih[:7], "weight_hh_l0": hh}
    yield "a vector", {"weight_ih_l0": ih, "weight_hh_l0": np.ones(8)}
    yield "empty", {"weight_ih_l0": np.ones((0, 3)), "weight_hh_l0": np.ones((0, 0))}
    yield "no inputs", {"weight_ih_l0": np.ones((8, 0)), "weight_hh_l0": hh}
    yield "a bias too long", {"weight_ih_l0": ih, "weight_hh_l0": hh, "bias_ih_l0": np.ones(9)}
    yield "a gap", {"weight_ih_l0": ih, "weight_hh_l0": hh, "weight_ih_l2": ih, "weight_hh_l2": hh}
    yield "a far layer", {"weight_ih_l999": ih, "weight_hh_l999": hh}
    yield (
        "a second layer that does not fit",
        {
            "weight_ih_l0": ih,
            "weight_hh_l0": hh,
            "weight_ih_l1": np.ones((8, 5)),
            "weight_hh_l1": hh,
        },
    )
    yield "too wide", {"weight_ih_l0": np.ones((4097, 1)), "weight_hh_l0": np.ones((4097, 4097), np.float16)}
    yield "projections", {"weight_ih_l0": ih, "weight_hh_l0": hh, "weight_hr_l0": np.ones((1, 2))}
    clock = {"layers.0.W_x": ih.T, "layers.0.W_h": np.ones((2, 8)), "layers.0.b": np.ones(8)}
    yield "a clock without its shift", clock | {"layers.0.tau": np.ones(2), "layers.0.r_on": np.ones(2)}
    zero = {"layers.0.tau": np.zeros(2), "layers.0.s": np.ones(2), "layers.0.r_on": np.ones(2)}
    yield "a period of 0", clock | zero
    yield "our own with five blocks", {"layers.0.W_x": ih.T, "layers.0.W_h": np.ones((2, 10))}
    yield "our own with a gap", {"layers.1.W_x": ih.T, "layers.1.W_h": np.ones((2, 8)), "layers.1.b": np.ones(8)}


def pt_files() -> Iterator[tuple[str, bytes]]:
    """Read in a process of their own."""
    state = {name: torch.from_numpy(array) for name, array in GOOD.items()}
    good = saved(state)
    for protocol in range(2, 6):
        yield f"a pickle that runs, protocol {protocol}", pickle.dumps(Runs(), protocol)
    yield "a pickle that evaluates", pickle.dumps(Evaluates())
    for k, inner in enumerate((Runs(), [Runs()], {"rnn.weight_hh_l0": Runs()}, (state, Runs()), Evaluates())):
        yield f"a checkpoint that runs {k}", saved({"state_dict": inner})
    yield "a whole module", saved(torch.nn.LSTM(2, 3))
    yield "a script", scripted()
    yield "a bomb", bomb(1 << 30)
    yield "a directory that lies", lying_directory(good)
    yield "storage of another size", replaced(good, "data/0", b"\0" * 8)
    yield "no pickle inside", zipped({"archive/version": b"3"})
    yield "a huge shape", huge_shape()
    yield "nested without end", saved(nested(150))
    yield "a loop", saved(loop())
    for cut in (9, 60, len(good) // 2, len(good) - 1):
        yield f"cut at {cut}", good[:cut]
    rng = np.random.default_rng(1)
    for seed in range(12):
        noise = bytearray(good)
        for place in rng.integers(0, len(noise), 20):
            noise[place] = rng.integers(256)
        yield f"noise {seed}", bytes(noise)
    yield "text", b"weights, please\n" * 10
    yield "a memory hog", b"\x80\x02" + b"]" + b"(K\x00" * 100_000 + b"e."


def saved(value) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream)
    return stream.getvalue()


def scripted() -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.ones(1, 2)), stream)
    return stream.getvalue()


def zipped(files: dict[str, bytes], compression=zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def bomb(size: int) -> bytes:
    return zipped({"archive/data.pkl": b"\0" * size}, zipfile.ZIP_DEFLATED)


def lying_directory(good: bytes) -> bytes:
    """Sizes in the central directory far beyond what is there."""
    place = good.index(b"PK\1\2")
    return good[: place + 24] + struct.pack("<I", 0x7FFFFFFF) + good[place + 28 :]


def replaced(good: bytes, ending: str, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return zipped({name: data if name.endswith(ending) else old for name, old in files.items()})


def huge_shape() -> bytes:
    """A tensor that claims 10¹² numbers over a storage of four."""
    return saved({"rnn.weight_hh_l0": torch.ones(1).expand(1_000_000, 1_000_000)})


def nested(depth: int) -> dict:
    found: dict = {}
    for _ in range(depth):
        found = {"a": found}
    return found


def loop() -> dict:
    found: dict = {}
    found["a"] = found
    return found


def noted(options: object) -> bytes:
    """Our own export with notes of any kind."""
    arrays = {f"layers.0.{name}": np.ones(shape) for name, shape in PHASED.items()}
    return save(arrays, {"options": json.dumps(options)})


PHASED = {"W_x": (3, 8), "W_h": (2, 8), "b": (8,), "tau": (2,), "s": (2,), "r_on": (2,)}
