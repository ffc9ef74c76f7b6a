"""The bytes of a file as arrays by name: those that may be a recurrent module's, in float64."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors

from cells.arrays import Array

from .errors import BadFile
from .names import is_recurrent, may_read_out
from .process import recurrent_tensors

LARGEST = 200_000_000  # bytes of a file, and of what it unpacks to
HEADER = 10_000_000  # bytes that names and shapes may take
ENTRIES = 100_000  # tensors of a file
FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
SHOWN = 60  # characters of a name that a sentence repeats


@dataclass(frozen=True, eq=False)
class WeightsFile:
    """The part of a file that is kept: the recurrent arrays, and notes that our own export leaves in it."""

    sha256: str
    arrays: Mapping[str, Array]
    notes: Mapping[str, str]


def read_weights(data: bytes, name: str) -> WeightsFile:
    """Read a .safetensors or .pt file; BadFile says in one sentence what is wrong with it."""
    if not 8 < len(data) <= LARGEST:
        raise BadFile(f"{_short(name)} has {len(data) / 1e6:.1f} MB, outside (0, {LARGEST / 1e6:g}] MB.")
    sha256 = hashlib.sha256(data).hexdigest()
    if name.lower().endswith(".safetensors"):
        return WeightsFile(sha256, *parse_safetensors(data, name))
    if name.lower().endswith((".pt", ".pth", ".bin", ".ckpt")):
        check_zip(data, name)
        return WeightsFile(sha256, *parse_safetensors(recurrent_tensors(data, _short(name)), name))
    raise BadFile(f"{_short(name)} is neither .safetensors nor .pt: save the model's state_dict as one of them.")


def parse_safetensors(data: bytes, name: str) -> tuple[dict[str, Array], dict[str, str]]:
    """Arrays by name, and the notes of the header; its size is looked at before anything of that size is made."""
    length = int.from_bytes(data[:8], "little")
    if length > min(HEADER, len(data) - 8):
        sentence = f"{_short(name)} is no safetensors file: its header would have {length} bytes"
        raise BadFile(f"{sentence}, {min(HEADER, len(data) - 8)} are there or allowed.")
    try:
        tensors = safetensors.deserialize(data)
        notes = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (safetensors.SafetensorError, ValueError, RecursionError) as error:
        reason = str(error).strip().partition("\n")[0][:120]
        raise BadFile(f"{_short(name)} is no safetensors file: {reason}.") from None
    if len(tensors) > ENTRIES:
        raise BadFile(f"{_short(name)} holds {len(tensors)} tensors, outside [1, {ENTRIES}].")
    arrays = {key: _array(key, tensor) for key, tensor in tensors if _is_kept(key, tensor)}
    return arrays, {str(key): str(value) for key, value in notes.items()}


def _is_kept(name: str, tensor: Mapping[str, Any]) -> bool:
    """Return whether a tensor is of use; a layer that reads out need not be one, whatever its type."""
    floats = tensor["dtype"] == "BF16" or tensor["dtype"] in FLOATS
    return is_recurrent(name, tensor["shape"]) or (floats and may_read_out(name, tensor["shape"]))


def _array(name: str, tensor: Mapping[str, Any]) -> Array:
    """Return a tensor in float64; one of another type than a float's is refused by name."""
    dtype, shape, data = tensor["dtype"], tensor["shape"], tensor["data"]
    if dtype == "BF16":  # the upper half of a float32
        halves = np.frombuffer(data, "<u2").astype("<u4") << 16
        return halves.view("<f4").astype(np.float64).reshape(shape)
    if dtype not in FLOATS:
        raise BadFile(f"{_short(name)} is of type {dtype}: weights have to be F64, F32, F16 or BF16.")
    return np.frombuffer(data, FLOATS[dtype]).astype(np.float64).reshape(shape)


def check_zip(data: bytes, name: str) -> None:
    """Look at a .pt file's directory before anything is unpacked: what it says it holds has to be what it may hold."""
    if not data.startswith(b"PK"):
        return  # the format before PyTorch 1.6: a stream of pickles, which the child reads within its limits
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, IndexError) as error:
        raise BadFile(f"{_short(name)} is no .pt file: {str(error)[:120]}.") from None
    size = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or size > LARGEST:
        raise BadFile(
            f"{_short(name)} would unpack {len(entries)} entries to {size / 1e6:.0f} MB, at most 200 MB may be."
        )
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise BadFile(f"{_short(name)} is compressed inside, as torch.save never does: it is not read.")


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
