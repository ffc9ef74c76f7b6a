"""Between the worker's script and the server: what JavaScript has becomes Python's, and back."""

from collections.abc import Callable
from typing import Any

import backflow_worker  # pyright: ignore[reportMissingImports]  (the worker's script, which is no package)
from pyodide.ffi import create_proxy, to_js  # pyright: ignore[reportMissingImports]

from ui import platform

from .beside import Beside, Told
from .server import Server, Socket

OUT_OF_MEMORY = "out of memory"


class Page:
    """The server as the worker's script drives it."""

    def __init__(self, script: str) -> None:
        platform.compute_beside(Beside(_post, backflow_worker.stop).begin)
        platform.read_plotly_from(backflow_worker.plotly)
        self._server = Server(script, _tell_error)
        self._sockets: dict[int, Socket] = {}

    async def start(self) -> None:
        """Open the server and start its loop."""
        await self._server.start()

    def connect(self, number: int, query: str, protocols: Any, send: Callable) -> None:
        """Open the page's websocket of this number; `send` gets its number, a kind and what comes with it."""

        def told(kind: str, data: Any) -> None:
            send(number, kind, to_js(data))

        self._sockets[number] = self._server.connect(query, protocols.to_py(), told)

    def receive(self, number: int, data: Any) -> None:
        """A message of the page."""
        if number in self._sockets:
            self._sockets[number].receive(data.to_bytes())

    def close(self, number: int) -> None:
        """The page's websocket is closed."""
        if number in self._sockets:
            self._sockets.pop(number).close()

    async def request(self, method: str, path: str, query: str, headers: Any, body: Any) -> Any:
        """Return one answer: status, headers, body."""
        sent = body.to_bytes() if body else b""
        return to_js(await self._server.request(method, path, query, [tuple(pair) for pair in headers.to_py()], sent))


def _post(number: int, data: bytes, told: Told) -> None:
    def heard(number: int, kind: str, data: Any) -> None:
        told(number, kind, data.to_bytes() if kind == "done" else data)

    backflow_worker.measure(number, to_js(data), create_proxy(heard))


def _tell_error(error: BaseException) -> None:
    """A script that ran out of memory may leave the rest of the page in any state: the page starts again."""
    if isinstance(error, MemoryError):
        backflow_worker.failed(OUT_OF_MEMORY)
