"""What a tile's file gives back is what was put in, or nothing."""

import numpy as np
import pytest

from jobs import JobError
from jobs.arrays import Damaged, decode, encode

FACTS = {"job": "j", "tile": "3"}
GRID = np.arange(24.0).reshape(2, 3, 4)

SHAPES = {
    "plain": GRID,
    "transposed": GRID.T,
    "strided": GRID[:, ::2],
    "single": np.float64(3.5),
    "empty": np.zeros((0, 5)),
    "not finite": np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324]),
    "big-endian": GRID.astype(">f8"),
    "list": [1, 2, 3],
    **{name: np.ones(3, dtype=name) for name in ("bool", "int8", "uint64", "float16", "float32", "int64")},
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_bit_comes_back(name):
    found, facts = decode(encode({name: SHAPES[name]}, FACTS))
    expected = np.asarray(SHAPES[name])
    assert facts == FACTS
    assert found[name].shape == expected.shape
    assert found[name].dtype == expected.dtype.newbyteorder("<")
    assert found[name].tobytes() == expected.astype(expected.dtype.newbyteorder("<")).tobytes()


def test_equal_content_gives_equal_bytes():
    assert encode({"a": GRID, "b": GRID[0]}, FACTS) == encode({"a": GRID.copy(), "b": GRID[0]}, FACTS)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([1, 2], "the function returned list, not a mapping"),
        (None, "the function returned NoneType, not a mapping"),
        ({"a": "text"}, "array 'a' is of type <U4"),
        ({"a": 1j}, "array 'a' is of type complex128"),
        ({"a": object()}, "array 'a' is of type object"),
        ({1: GRID}, "1 is no name for an array"),
        ({"": GRID}, "'' is no name for an array"),
        ({"__metadata__": GRID}, "is no name for an array"),
    ],
)
def test_what_no_file_can_hold_is_refused(value, sentence):
    with pytest.raises(JobError, match=sentence):
        encode(value, FACTS)


def test_half_a_file_is_never_believed():
    payload = encode({"a": np.arange(3.0)}, FACTS)
    for size in range(len(payload)):
        with pytest.raises(Damaged):
            decode(payload[:size])


def test_a_changed_bit_is_never_believed():
    payload = encode({"a": np.arange(3.0)}, FACTS)
    believed = []
    for place in range(len(payload)):
        changed = bytearray(payload)
        changed[place] ^= 1
        try:
            found, facts = decode(bytes(changed))
        except Damaged:
            continue
        believed.append((found["a"].tobytes(), facts))
    assert all(content == (np.arange(3.0).tobytes(), FACTS) for content in believed)  # say, a changed blank
    assert len(believed) < len(payload) / 10


@pytest.mark.parametrize(
    "junk", [b"", b"junk", b"\0" * 64, b"\xff" * 64, b"\x02\0\0\0\0\0\0\0{}", b"\x02" + b"\0" * 7 + b"[]"]
)
def test_junk_is_never_believed(junk):
    with pytest.raises(Damaged):
        decode(junk)
