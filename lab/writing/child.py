"""The process that loads PyTorch and writes: a request and a checkpoint come in, a text with its gradients goes out."""

import json
import sys

from cells.knobs import BadValue

REFUSED = 3  # exit code beside a sentence


def main() -> None:
    """Read a line of JSON and the bytes of a checkpoint from stdin; write JSON, or a sentence on stderr."""
    import torch

    torch.set_num_threads(1)
    request = json.loads(sys.stdin.buffer.readline())
    try:
        answer = written(request, sys.stdin.buffer.read())
    except BadValue as error:
        sys.stderr.write(str(error))
        sys.exit(REFUSED)
    sys.stdout.buffer.write(answer.encode())


def written(request: dict, payload: bytes) -> str:
    """Return what the checkpoint's network writes, as JSON; BadValue where it writes none, or the prompt is unknown."""
    from lab.checkpoint import unpack
    from lab.manner import Manner
    from lab.tasks.language import can_write

    from .explain import explain

    training = unpack(payload)
    if not can_write(training.task):
        raise BadValue(f"task = {training.settings.task!r} learns nothing that could be written", "task")
    return explain(training.net, training.task, request["prompt"], Manner(**request["manner"])).as_json()
