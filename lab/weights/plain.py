"""A state_dict as torch.save writes it, read without PyTorch: the opcodes of its pickle make dicts and records.

No name is looked up and nothing is called, so that there is nothing to run. It knows what torch.save writes of dicts,
numbers, texts and tensors (protocol 2); any other file is Unplain, and left to PyTorch's own weights_only reader.
"""

import io
import json
import math
import pickletools  # names opcodes and unpickles nothing
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from .names import is_recurrent, may_read_out, named

MOST = 200_000_000  # bytes of one tensor
ROOM = {  # storage -> type in a .safetensors file, and unsigned numbers of that width
    "torch.DoubleStorage": ("F64", "<u8"),
    "torch.FloatStorage": ("F32", "<u4"),
    "torch.HalfStorage": ("F16", "<u2"),
    "torch.BFloat16Storage": ("BF16", "<u2"),
    "torch.LongStorage": ("I64", "<u8"),
    "torch.IntStorage": ("I32", "<u4"),
}
MARK = object()


class Unplain(Exception):
    """A file that this reader leaves to PyTorch."""


class Global(NamedTuple):
    """The name of a class or function, and nothing but its name."""

    name: str


class Storage(NamedTuple):
    """Numbers of one kind in an entry of the archive."""

    kind: str
    key: str


@dataclass(frozen=True)
class Tensor:
    """A view of a storage: the arguments of `_rebuild_tensor_v2`."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = (self.offset, *self.shape, *self.strides)
        if len(self.shape) != len(self.strides) or not all(type(n) is int and 0 <= n <= MOST for n in sizes):
            raise Unplain("a tensor's sizes are none")

    @property
    def dtype(self) -> str:
        """Return its type as .safetensors files name it; KeyError for one that no weights have."""
        return ROOM[self.storage.kind][0]

    def raw(self, archive: "Archive") -> bytes:
        """Return its numbers, row by row."""
        kept = np.frombuffer(archive.read(f"data/{self.storage.key}"), ROOM[self.storage.kind][1])
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        if 0 in self.shape or last >= len(kept) or math.prod(self.shape) * kept.itemsize > MOST:
            raise Unplain("a tensor reaches beyond its storage")
        strides = [step * kept.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(kept[self.offset :], self.shape, strides, writeable=False).tobytes()


class Archive:
    """The entries of a file by their names within its one folder."""

    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        names = self.zip.namelist()
        roots = [name.removesuffix("data.pkl") for name in names if name.endswith("/data.pkl")]
        if not data.startswith(b"PK") or len(roots) != 1 or len(set(names)) != len(names):
            raise Unplain("the archive is not as torch.save writes it")
        self.root = roots[0]
        if self.read("version").strip() != b"3":
            raise Unplain("the archive is of another version")
        if f"{self.root}byteorder" in names and self.read("byteorder") != b"little":
            raise Unplain("the numbers have another byte order")

    @cache  # noqa: B019 - several tensors may share a storage, and the archive lives as long as its file is read
    def read(self, name: str) -> bytes:
        """Return one entry."""
        return self.zip.read(self.root + name)


def plain_safetensors(data: bytes) -> bytes:
    """Return the file's recurrent tensors as safetensors; Unplain where it is not as torch.save writes it."""
    try:
        archive = Archive(data)
        tensors = dict(named(Machine().run(archive.read("data.pkl")), Tensor))
        found = {name: tensor for name, tensor in tensors.items() if _is_kept(name, tensor)}
        return _safetensors({name: (tensor, tensor.raw(archive)) for name, tensor in found.items()})
    except (Unplain, MemoryError):
        raise
    except Exception as error:
        raise Unplain(str(error)) from error


def _is_kept(name: str, tensor: Tensor) -> bool:
    plain = tensor.storage.kind in ROOM and 0 not in tensor.shape
    return is_recurrent(name, tensor.shape) or (plain and may_read_out(name, tensor.shape))


def _safetensors(tensors: Mapping[str, tuple[Tensor, bytes]]) -> bytes:
    """Write the format: the length of a header, the header, then the numbers one behind another."""
    ends = list(accumulate((len(raw) for _, raw in tensors.values()), initial=0))
    header = {
        name: {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": place}
        for (name, (tensor, _)), place in zip(tensors.items(), pairwise(ends), strict=True)
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(raw for _, raw in tensors.values())


# ── the pickle


class Machine:
    """A stack, and values by number, as a pickle's opcodes fill them."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, pickle: bytes) -> Any:
        """Return what stands on the stack at the end; Unplain at the first opcode that torch.save has no use for."""
        for opcode, argument, _ in pickletools.genops(pickle):
            if opcode.name == "STOP":
                return self.stack.pop()
            self.step(opcode.name, argument)
        raise Unplain("the pickle has no end")

    def step(self, name: str, argument: Any) -> None:
        """Do what one opcode says."""
        if name in PUSHED:
            self.stack.append(argument)
        elif name in MADE:
            self.stack.append(MADE[name]())
        elif name in TUPLES:
            self.stack.append(tuple([self.stack.pop() for _ in range(TUPLES[name])][::-1]))
        elif name in OTHERS:
            OTHERS[name](self, argument)
        else:
            raise Unplain(f"the opcode {name}")

    def since_mark(self) -> list[Any]:
        """Take what stands above the last mark, and the mark."""
        found: list[Any] = []
        while (top := self.stack.pop()) is not MARK:
            found.append(top)
        return found[::-1]

    def remember(self, place: int) -> None:
        """Keep the top value under a number."""
        self.memo[place] = self.stack[-1]

    def fill(self, values: list[Any]) -> None:
        """Put keys and values into the dict below them."""
        self.top(dict).update(zip(values[::2], values[1::2], strict=True))

    def extend(self, values: list[Any]) -> None:
        """Put values at the end of the list below them."""
        self.top(list).extend(values)

    def top(self, kind: type) -> Any:
        """Return the top value, which has to be of this kind."""
        if type(self.stack[-1]) is not kind:
            raise Unplain(f"{type(self.stack[-1]).__name__} in the place of a {kind.__name__}")
        return self.stack[-1]

    def call(self) -> None:
        """Put a record in the place of the three calls that torch.save writes."""
        arguments, name = self.stack.pop(), self.stack.pop()
        if not isinstance(name, Global) or name.name not in CALLS or type(arguments) is not tuple:
            raise Unplain(f"a call of {name}")
        self.stack.append(CALLS[name.name](*arguments))

    def build(self) -> None:
        """Leave out what an OrderedDict carries beside its entries: the versions of modules."""
        self.stack.pop()
        self.top(dict)

    def storage(self) -> None:
        """Put a record in the place of ("storage", its type, its key, its device, its length)."""
        tag, kind, key, _device, _length = self.stack.pop()
        if tag != "storage" or not isinstance(kind, Global) or type(key) is not str:
            raise Unplain("a persistent id of another kind")
        self.stack.append(Storage(kind.name, key))


def _ordered_dict() -> dict:
    return {}


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor:
    if not isinstance(storage, Storage) or type(shape) is not tuple or type(strides) is not tuple:
        raise Unplain("a tensor of something else than a storage")
    return Tensor(storage, offset, shape, strides)


def _parameter(tensor: Any, *_: Any) -> Any:
    return tensor


CALLS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": _ordered_dict,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
}
PUSHED = {
    "BININT",
    "BININT1",
    "BININT2",
    "LONG1",
    "BINFLOAT",
    "BINUNICODE",
}
MADE: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "MARK": lambda: MARK,
}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
OTHERS: dict[str, Callable[[Machine, Any], None]] = {
    "PROTO": lambda machine, _: None,
    "GLOBAL": lambda machine, name: machine.stack.append(Global(name.replace(" ", "."))),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.since_mark())),
    "SETITEM": lambda machine, _: machine.fill([machine.stack.pop() for _ in range(2)][::-1]),
    "SETITEMS": lambda machine, _: machine.fill(machine.since_mark()),
    "APPEND": lambda machine, _: machine.extend([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.extend(machine.since_mark()),
    "BINPUT": lambda machine, place: machine.remember(place),
    "LONG_BINPUT": lambda machine, place: machine.remember(place),
    "BINGET": lambda machine, place: machine.stack.append(machine.memo[place]),
    "LONG_BINGET": lambda machine, place: machine.stack.append(machine.memo[place]),
    "BINPERSID": lambda machine, _: machine.storage(),
    "REDUCE": lambda machine, _: machine.call(),
    "BUILD": lambda machine, _: machine.build(),
}
