"""One finished tile as bytes: named arrays in safetensors form, with facts and a checksum of their own."""

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from .job import JobError, to_json

Arrays = dict[str, np.ndarray]
MAX_HEADER = 2**20  # bytes; a tile has a few arrays
MAX_FILE = 2**30  # bytes
_KINDS = "biuf"  # bool, integers, floats; up to 8 bytes an item


class Damaged(Exception):
    """These bytes are not a whole tile as it was written."""


def encode(arrays: Any, facts: Mapping[str, str]) -> bytes:
    """Arrays of any shape and `facts` (text only) as one safetensors file; JobError for what it cannot hold."""
    if not isinstance(arrays, Mapping):
        raise JobError(f"the function returned {type(arrays).__name__}, not a mapping of names to arrays")
    kept = {_name(name): _array(name, value) for name, value in arrays.items()}
    seal = to_json({**facts, "digest": _digest(kept, facts)})
    payload = save(kept, metadata={"facts": seal})  # one entry, because several would be written in any order
    if len(payload) > MAX_FILE or struct.unpack("<Q", payload[:8])[0] > MAX_HEADER:
        raise JobError(f"the arrays take {len(payload)} bytes, more than a tile's file may ({MAX_FILE})")
    return payload


def decode(payload: bytes) -> tuple[Arrays, dict[str, str]]:
    """Return the arrays and facts of `encode`; Damaged unless every bit is as it was written."""
    try:
        facts = json.loads(json.loads(_header(payload))["__metadata__"]["facts"])
        arrays = load(payload)
        digest = facts.pop("digest")
    except (SafetensorError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged(str(error)) from error
    if digest != _digest(arrays, facts):
        raise Damaged("the checksum does not fit the content")
    return arrays, facts


def _header(payload: bytes) -> bytes:
    """Return the JSON at the start; Damaged where it claims more than a header may take, or more than there is."""
    if len(payload) < 8:
        raise Damaged(f"it has {len(payload)} bytes, too few for a header")
    (size,) = struct.unpack("<Q", payload[:8])
    if size > min(MAX_HEADER, len(payload) - 8):
        raise Damaged(f"its header claims {size} bytes of {len(payload)}")
    return payload[8 : 8 + size]


def read(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Return the arrays and facts of a file.

    Damaged if it is missing, no plain file, too large, or not as it was written.
    """
    try:
        if not path.is_file():
            raise Damaged("there is no such file")
        if (size := path.stat().st_size) > MAX_FILE:
            raise Damaged(f"it has {size} bytes, more than {MAX_FILE}")
        return decode(path.read_bytes())
    except OSError as error:
        raise Damaged(str(error)) from error


def _name(name: Any) -> str:
    if not isinstance(name, str) or name in ("", "__metadata__"):
        raise JobError(f"{name!r} is no name for an array")
    return name


def _array(name: str, value: Any) -> np.ndarray:
    array = np.asarray(value, order="C")  # the file format takes an array's memory as it lies
    if array.dtype.kind not in _KINDS or array.dtype.itemsize > 8:
        raise JobError(f"array {name!r} is of type {array.dtype}, which a tile's file cannot hold")
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _digest(arrays: Arrays, facts: Mapping[str, str]) -> str:
    digest = hashlib.sha256(to_json(dict(facts)).encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(to_json([name, array.dtype.name, list(array.shape)]).encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
