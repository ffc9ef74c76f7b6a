"""The address of a scheduler on another machine: its form, and whether anything answers there.

Dask's messages are pickled Python objects: whoever runs the scheduler at an address can run code in the process that
talks to it. So an address comes from those who operate the program, never from a visitor of a page.
"""

import re
import socket

from .job import JobError

ANSWER_WITHIN = 3.0  # seconds
_ADDRESS = re.compile(r"(?:(tcp|tls)://)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})")


def checked(address: str) -> str:
    """The address with its scheme; JobError unless it is host:port (or tls://host:port) and a socket answers."""
    match = _ADDRESS.fullmatch(address)
    if match is None or not 1 <= int(match[3]) <= 65535:
        raise JobError(f"scheduler = {address!r:.100} is no address of the form tcp://host:port")
    scheme, host, port = match.groups()
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_WITHIN).close()
    except OSError as error:
        raise JobError(f"no scheduler answers at {address} within {ANSWER_WITHIN:g} seconds ({error})") from error
    return f"{scheme or 'tcp'}://{host}:{port}"
