"""Read a .pt file as its own process does, in a copy of this one: PyTorch is loaded once for many files."""

import os

from lab.weights import child, find_modules
from lab.weights.errors import BadFile
from lab.weights.files import WeightsFile, check_zip, parse_safetensors

NAME, REFUSED = "h.pt", b"R"


def sentence_of(data: bytes) -> str:
    """Return the sentence that the file gets; empty where a module in it can be used."""
    try:
        check_zip(data, NAME)
        answer = forked(data)
        if answer[:1] == REFUSED:
            return f"{NAME} is not read: {answer[1:].decode()}."
        found = find_modules(WeightsFile("0" * 64, *parse_safetensors(answer[1:], NAME)), NAME)
    except BadFile as error:
        return str(error)
    return found[0].problem if found else "nothing found."


def forked(data: bytes) -> bytes:
    """Convert under the same limits as in a process of its own; what comes out, with a letter before it."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        _answer(data, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    os.waitpid(process, 0)
    return answer or REFUSED + b"the process died"


def _answer(data: bytes, writing: int) -> None:
    """Answer and end, whatever happens."""
    try:
        child.limit()
        answer = b"K" + child.converted(data)
    except BaseException as error:
        answer = REFUSED + child._said(error).encode()
    try:
        os.fdopen(writing, "wb").write(answer)
    finally:
        os._exit(0)
