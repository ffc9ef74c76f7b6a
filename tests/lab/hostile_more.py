"""More files that mean harm: headers of every wrong kind, pickles by other roads, archives that lie."""

import io
import pickle  # noqa: TID251 - to make what must not be read
import pickletools
import struct
import zipfile
from collections.abc import Iterator

import torch

from tests.lab.hostile import GOOD, TRAP, header, replaced, saved, zipped

WHOLE = '"data_offsets": [0, 64]'
MATRIX = f'"shape": [2, 4], {WHOLE}'
TYPES = "BOOL", "U8", "I8", "I16", "U64", "F8_E4M3", "C64", "f64", "", "F128"
FIELDS = [
    *(f'"dtype": "{dtype}", {MATRIX}' for dtype in TYPES),
    f'"dtype": null, {MATRIX}',
    f'"dtype": ["F64"], {MATRIX}',
    *(f'"dtype": "F64", "shape": {shape}, {WHOLE}' for shape in (
        "[]", "[8]", "[2, 2, 2]", "[1e300, 4]", "[2.5, 4]", '["2", 4]', '"2x4"', "null", "[null]", "[0, 4]", "[[2], 4]",
        "[18446744073709551616, 4]", "[1, 1, 1, 1, 1, 1, 8]",
    )),
    *(f'"dtype": "F64", "shape": [2, 4], "data_offsets": {offsets}' for offsets in (
        "[0]", "[]", "[0, 64, 128]", "[-64, 0]", '["0", "64"]', "[0.0, 64.0]", "null", "[1, 65]", "[32, 64]",
        "[18446744073709551615, 63]",
    )),
    '"dtype": "F64"',
    f"{MATRIX}",
    f'"dtype": "F64", {MATRIX}, "extra": 1',
]  # fmt: skip
TENSOR = f'{{"dtype": "F64", {MATRIX}}}'
TEXTS = {
    "a name twice": f'{{"rnn.weight_hh_l0": {TENSOR}, "rnn.weight_hh_l0": {TENSOR}}}',
    "two names for the same bytes": f'{{"rnn.weight_hh_l0": {TENSOR}, "rnn.weight_ih_l0": {TENSOR}}}',
    "a name of a megabyte": f'{{"{"a" * 1_000_000}.weight_hh_l0": {TENSOR}}}',
    "a path for a name": f'{{"../../etc/passwd": {TENSOR}}}',
    "markup for a name": f'{{"<script>alert(1)</script>.weight_hh_l0": {TENSOR}}}',
    "lines in a name": f'{{"a\\n\\nb.weight_hh_l0": {TENSOR}}}',
    "no name": f'{{"": {TENSOR}}}',
    "single quotes": "{'rnn.weight_hh_l0': 1}",
    "a comment": f'{{"a": {TENSOR}}} // so',
    "NaN for a header": "NaN",
    "text after the header": f'{{"rnn.weight_hh_l0": {TENSOR}}}{{}}',
    "notes that are a list": f'{{"__metadata__": [1, 2], "a": {TENSOR}}}',
    "notes that nest": f'{{"__metadata__": {{"a": {{"b": {{}}}}}}, "a": {TENSOR}}}',
}


def more_safetensors() -> Iterator[tuple[str, bytes]]:
    """Yield files whose header is JSON of some kind, and wrong in one place."""
    for fields in FIELDS:
        yield f"fields {fields[:60]}", header(f'{{"rnn.weight_hh_l0": {{{fields}}}}}') + b"\0" * 64
    for what, text in TEXTS.items():
        yield what, header(text) + b"\0" * 64
    yield "a header that is no text", struct.pack("<Q", 8) + b"\xff\xfe{}\x80\x81\x82\x83" + b"\0" * 64
    yield "more bytes than tensors", header(f'{{"rnn.weight_hh_l0": {TENSOR}}}') + b"\0" * 640
    yield "fewer bytes than tensors", header(f'{{"rnn.weight_hh_l0": {TENSOR}}}') + b"\0" * 6
    yield "an image", b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    yield "a program", b"\x7fELF" + b"\2" * 100


CALLS = {  # module and name of what a pickle would call, and with which argument
    "exec": ("builtins", "exec", f"open({TRAP!r}, 'w')"),
    "compile": ("builtins", "__import__", "os"),
    "getattr": ("builtins", "getattr", "os"),
    "posix": ("posix", "system", f"touch {TRAP}"),
    "subprocess": ("subprocess", "getoutput", f"touch {TRAP}"),
    "runpy": ("runpy", "run_path", TRAP),
    "importlib": ("importlib", "import_module", "antigravity"),
    "pickle": ("pickle", "loads", "cos\nsystem\n."),
    "torch.load": ("torch", "load", TRAP),
    "torch.hub": ("torch.hub", "load", "a/b"),
    "numpy": ("numpy", "load", TRAP),
    "shutil": ("shutil", "rmtree", TRAP),
    "dotted": ("torch._utils", "_rebuild_tensor.__globals__", "x"),
    "jit": ("torch.jit", "load", TRAP),
    "codecs": ("_codecs", "decode", "x"),
}
OPCODES = {
    "a string of 2⁶⁰ letters": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"a.",
    "bytes of 2⁶⁰": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"a.",
    "a number of 2³¹ − 1 bytes": b"\x80\x02\x8b" + struct.pack("<i", 2**31 - 1) + b"\1.",
    "a frame of 2⁶²": b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"N.",
    "an old-fashioned call": b"(S'touch " + TRAP.encode() + b"'\nios\nsystem\n.",
    "an extension": b"\x80\x02\x82\x01.",
    "a persistent id": b"\x80\x02Pstorage\n.",
    "a stack that is empty": b"\x80\x02R.",
    "a memo that is not there": b"\x80\x02h\xff.",
    "protocol 99": b"\x80\x63N.",
    "no end": b"\x80\x02" + b"N" * 50_000,
    "a laugh": b"\x80\x02]q\0" + b"".join(b"(h\0h\0lq\0" for _ in range(30)) + b".",
}


def called(module: str, name: str, argument: str) -> bytes:
    """Return a pickle that would call module.name(argument)."""
    told = f"c{module}\n{name}\n(V{argument}\ntR.".encode("raw_unicode_escape").replace(b"cos\nsystem", b"cos system")
    return b"\x80\x02" + told


def more_pt() -> Iterator[tuple[str, bytes]]:
    """Yield pickles, alone and inside of an archive, and archives that are none."""
    state = {name: torch.from_numpy(array) for name, array in GOOD.items()}
    good = saved(state)
    for what, call in CALLS.items():
        yield f"{what} inside", replaced(good, "data.pkl", called(*call))
    yield from OPCODES.items()
    for what, tensor in tensors().items():
        yield what, saved({"rnn.weight_hh_l0": tensor, "rnn.weight_ih_l0": torch.ones(4, 2)})
    yield from archives(good)


def tensors() -> dict[str, torch.Tensor]:
    """Return tensors that a recurrent module has not."""
    return {
        "sparse": torch.eye(4).to_sparse(),
        "complex": torch.ones(4, 4, dtype=torch.complex64),
        "meta": torch.ones(4, 4, device="meta"),
        "whole numbers": torch.ones(4, 4, dtype=torch.int64),
        "quantised": torch.quantize_per_tensor(torch.ones(4, 4), 0.1, 0, torch.qint8),
        "a scalar": torch.tensor(1.0),
        "nan": torch.full((4, 4), float("nan")),
    }


def archives(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield archives that are empty, nested, doubled, or not what they say."""
    yield "an empty archive", zipped({}) + b"\0" * 8
    yield "an archive in an archive", zipped({"archive/data.pkl": good})
    yield "an archive of archives", zipped({"archive/data.pkl": zipped({"archive/data.pkl": good})})
    yield "a path out of the archive", zipped({"../../tmp/data.pkl": b"N.", "archive/version": b"3"})
    yield "an absolute path", zipped({"/etc/passwd": b"root", "archive/version": b"3"})
    yield "another byte order", replaced(good, "byteorder", b"middle")
    yield "a version that is no number", replaced(good, "version", b"three")
    yield "an empty pickle", replaced(good, "data.pkl", b"")
    yield "an archive behind something", b"#!/bin/sh\n" + good
    stream = io.BytesIO(good)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("archive/data/0", b"\0" * 8)
    yield "an entry twice", stream.getvalue()
    place = good.index(b"PK\1\2")
    yield "an entry that claims to be encrypted", good[: place + 8] + b"\1\0" + good[place + 10 :]
    yield "a good pickle that is no state_dict", saved(["weights", 3])
    yield "a dict of itself by number", pickletools.optimize(pickle.dumps({k: k for k in range(9)}, 2))
