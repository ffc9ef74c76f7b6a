"""A process of its own that unpickles: a .pt file comes in, its recurrent tensors go out as safetensors.

PyTorch's weights_only reader knows tensors and plain containers and runs nothing else; should it ever be wrong, this
process may write no file, start no process, and has little memory and time left.
"""

import io
import os
import sys
import warnings
from typing import Any

from .names import is_recurrent, may_read_out, named

MEMORY, SECONDS = 1_500_000_000, 20
REFUSED = 3  # exit code beside a sentence


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
    """Bytes in, bytes out; a sentence on stderr where there are none."""
    import torch
    from safetensors.torch import save

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    save({"warm": torch.zeros(1)})  # all that is imported is imported before the limits fall
    data = sys.stdin.buffer.read()
    if os.name == "posix" and os.path.exists("/proc/self/statm"):  # noqa: PTH110
        limit()
    try:
        answer = converted(data)
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
