"""The address of a scheduler on another machine: its form, its keys, and whether it is a scheduler that answers there.

Dask's messages are pickled Python objects: whoever runs the scheduler at an address can run code in the process that
talks to it, and over tcp:// so can whoever reaches its port. So an address comes from those who operate the program,
never from a visitor of a page; tls:// lets only those in who hold a key that the cluster's own authority has signed.
"""

import asyncio
import re
import socket
import ssl
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from .job import JobError

if TYPE_CHECKING:
    from distributed import Security

ANSWER_WITHIN = 3.0  # seconds
GREETING = 4096  # bytes; dask's own is about 60
TLS_NAMES = (
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE",
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT",
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY",
)
_PLAIN: Any = {"serializers": ["msgpack"], "deserializers": ["msgpack", "error"]}  # no pickles of somebody unknown
_ADDRESS = re.compile(r"(?:(tcp|tls)://)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})")


def checked(address: str) -> str:
    """Return the address with its scheme; JobError unless a dask scheduler answers there within a few seconds.

    What answers is first heard as plain bytes, because dask would take the first eight of a web server's for a length.
    """
    scheme, host, port = _split(address)
    full = f"{scheme}://{host}:{port}"
    keys = security(full)
    context = keys.get_connection_args("client")["ssl_context"] if keys else None
    _listen(full, (host.strip("[]"), port), context)
    _ask_who(full, keys)
    return full


def _split(address: str) -> tuple[str, str, int]:
    match = _ADDRESS.fullmatch(address)
    if match is None or not 1 <= int(match[3]) <= 65535:
        raise JobError(f"scheduler = {address!r:.100} is no address of the form tcp://host:port or tls://host:port")
    return match[1] or "tcp", match[2], int(match[3])


def meaning(address: str) -> str:
    """Return what it means to send work there, as a sentence."""
    if address.startswith("tls://"):
        return "Both sides show a key that the cluster's own authority has signed, and what they say is encrypted."
    return "Nothing is encrypted over tcp://, and whoever reaches that port can run programs there and here."


def security(address: str) -> "Security | None":
    """Return the keys that dask's configuration names for tls://, None for tcp://; JobError where they are no use."""
    if not address.startswith("tls://"):
        return None
    from distributed import Security

    keys = Security(require_encryption=True)
    if not (keys.tls_ca_file and keys.tls_client_cert):
        raise JobError(f"scheduler = {address} needs keys: name their files in {', '.join(TLS_NAMES)}")
    try:
        keys.get_connection_args("client")
    except (OSError, ValueError) as error:  # a missing file is an OSError, and so is ssl's own
        named = f"{keys.tls_ca_file}, {keys.tls_client_cert}, {keys.tls_client_key}"
        raise JobError(f"the keys for {address} cannot be used: {error} ({named})") from error
    return keys


def _listen(full: str, place: tuple[str, int], context: ssl.SSLContext | None) -> None:
    """A dask server speaks first: hear whether it does, and whether it is dask that speaks."""
    by = time.monotonic() + ANSWER_WITHIN
    try:
        with _stream(place, context) as stream:
            (size,) = struct.unpack("<Q", _receive(stream, 8, by))
            greeting = _receive(stream, size, by) if size <= GREETING else b""
    except TimeoutError as error:
        hint = "" if context else "; one that expects keys has an address with tls://"
        raise JobError(f"no scheduler answers at {full} within {ANSWER_WITHIN:g} seconds{hint}") from error
    except (OSError, struct.error) as error:
        raise JobError(f"no scheduler answers at {full} ({str(error) or type(error).__name__})") from error
    if b"pickle-protocol" not in greeting:
        raise JobError(f"what answers at {full} is no dask scheduler")


def _stream(place: tuple[str, int], context: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection(place, timeout=ANSWER_WITHIN)
    return context.wrap_socket(plain) if context else plain


def _receive(stream: socket.socket, size: int, by: float) -> bytes:
    """Exactly `size` bytes, or what came before the other side hung up; TimeoutError after the moment `by`."""
    found = b""
    while len(found) < size:
        left = by - time.monotonic()
        if left <= 0:
            raise TimeoutError
        stream.settimeout(left)
        part = stream.recv(size - len(found))
        if not part:
            break
        found += part
    return found


def _ask_who(full: str, keys: "Security | None") -> None:
    """Ask dask's own question; a worker, too, speaks as dask does."""
    from distributed.core import rpc  # half a second, before the clock starts

    async def ask() -> Any:
        async with rpc(full, connection_args=arguments, timeout=ANSWER_WITHIN, **_PLAIN) as server:
            return await server.identity()

    arguments = keys.get_connection_args("client") if keys else {}
    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook has a loop in its own
            who = thread.submit(asyncio.run, asyncio.wait_for(ask(), ANSWER_WITHIN)).result()
    except Exception as error:  # dask decodes whatever comes, and fails as it happens to
        raise JobError(f"no scheduler answers at {full} ({str(error) or type(error).__name__})") from error
    kind = str(who.get("type", "")) if isinstance(who, dict) else ""
    if not kind.endswith("Scheduler"):
        raise JobError(f"what answers at {full} is a dask {kind.lower() or 'server'}, not a scheduler")
