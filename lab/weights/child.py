"""A process of its own that reads a .pt file: its bytes come in, its recurrent tensors go out as safetensors.

A state_dict as torch.save writes it is read without PyTorch (`plain.py`). What that leaves, a second process gives to
PyTorch's weights_only reader, which knows tensors and plain containers and runs nothing else. Should either ever be
wrong, the process may write no file, start no process, and has little memory and time left.
"""

import io
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

from .names import is_recurrent, may_read_out, named
from .plain import Unplain, plain_safetensors

MEMORY, SECONDS = 1_500_000_000, 20
REFUSED, LEFT = 3, 4  # exit codes: a sentence says why; the plain reader leaves the file to PyTorch


def limit() -> None:
    """From here on little more memory than is taken already, no files, no processes."""
    import resource

    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - pathlib would read it the same way
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def converted(data: bytes) -> bytes:
    """Return the file's recurrent tensors as safetensors."""
    import torch
    from safetensors.torch import save

    found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    tensors = {name: tensor for name, tensor in named(found, torch.Tensor) if _is_kept(name, tensor)}
    return save({name: _plain(tensor) for name, tensor in tensors.items()})


def _is_kept(name: str, tensor: Any) -> bool:
    numbers = str(tensor.layout) == "torch.strided" and tensor.is_floating_point() and not tensor.is_meta
    return is_recurrent(name, tensor.shape) or (numbers and may_read_out(name, tensor.shape))


def _plain(tensor: Any) -> Any:
    """Return a dense copy of its own."""
    import torch

    if tensor.is_sparse or tensor.is_quantized or tensor.is_complex() or tensor.is_meta:
        raise ValueError(f"it holds a tensor of {tensor.dtype} in the layout {tensor.layout}")
    return torch.clone(tensor.detach()).contiguous()


def main() -> None:
    """Read a plain state_dict, bytes in and bytes out; LEFT where it is none."""
    _answer(plain_safetensors)


def main_with_torch() -> None:
    """Read whatever PyTorch reads."""
    import torch
    from safetensors.torch import save

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    save({"warm": torch.zeros(1)})  # all that is imported is imported before the limits fall
    _answer(converted)


def _answer(read: Callable[[bytes], bytes]) -> None:
    """Write what a reader makes of the bytes that come in; a sentence on stderr where it makes nothing."""
    data = sys.stdin.buffer.read()
    if os.name == "posix" and os.path.exists("/proc/self/statm"):  # noqa: PTH110
        limit()
    try:
        answer = read(data)
    except Unplain:
        os._exit(LEFT)
    except BaseException as error:
        sys.stderr.write(_said(error))
        sys.stderr.flush()
        os._exit(REFUSED)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _said(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "it needs more memory than a file of weights should"
    text = " ".join(str(error).split())
    if "Unsupported global" in text or "Unsupported class" in text or "weights_only" in text.lower():
        return "it holds more than tensors, which is not run: save model.state_dict() instead"
    return f"PyTorch cannot read it ({type(error).__name__}: {text[:100]})"
