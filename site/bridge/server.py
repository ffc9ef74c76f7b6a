"""Streamlit's server as one object: its page's websocket and requests are calls, which ASGI was made for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from . import one_thread

HOST = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
STREAM = "/_stcore/stream"
OURS = ("server.enableXsrfProtection", "server.enableCORS")  # nobody but the page reaches a server inside of it

Send = Callable[[str, Any], None]  # "open", "message" or "close", and what comes with it


def _scope(kind: str, path: str, query: str, headers: Sequence[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Return what ASGI tells an app of a request."""
    names = {"type": kind, "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": ""}
    ends = {"client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {}, "extensions": {}}
    return {"asgi": {"version": "3.0"}, "http_version": "1.1", "headers": [*HOST, *headers], **names, **ends}


class Socket:
    """One websocket of the page."""

    def __init__(self, app: Callable[..., Awaitable], query: str, protocols: Sequence[str], send: Send) -> None:
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._inbox.put_nowait({"type": "websocket.connect"})
        self._send_to_page = send
        headers = [(b"sec-websocket-protocol", ", ".join(protocols).encode())]
        scope = _scope("websocket", STREAM, query, headers) | {"scheme": "ws", "subprotocols": list(protocols)}
        self._task = asyncio.ensure_future(app(scope, self._inbox.get, self._send))

    async def _send(self, event: dict) -> None:
        kind = event["type"].removeprefix("websocket.")
        if kind == "accept":
            self._send_to_page("open", event.get("subprotocol") or "")
        elif kind == "send":
            self._send_to_page("message", event["bytes"])
        else:
            self._send_to_page("close", event.get("code", 1000))

    def receive(self, data: bytes) -> None:
        """Take a message of the page."""
        self._inbox.put_nowait({"type": "websocket.receive", "bytes": data})

    def close(self) -> None:
        """End the session: the page has left."""
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1000})


class Server:
    """Run Streamlit with one script."""

    def __init__(self, script: str, on_error: Callable[[BaseException], None] = lambda error: None) -> None:
        one_thread.install(asyncio.get_running_loop())
        from streamlit import config
        from streamlit.starlette import App

        self.app = App(script, on_script_error=lambda error, *_: on_error(error))  # finds the script's own config first
        for option in OURS:
            config.set_option(option, False)

    async def start(self) -> None:
        """Open it; RuntimeError with its own words where it does not."""
        answers: asyncio.Queue[Any] = asyncio.Queue()
        asked: asyncio.Queue[Any] = asyncio.Queue()
        asked.put_nowait({"type": "lifespan.startup"})
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._life = asyncio.ensure_future(self.app(scope, asked.get, answers.put))
        answer = await answers.get()
        if answer["type"] != "lifespan.startup.complete":
            raise RuntimeError(answer.get("message"))
        from streamlit.logger import set_log_level

        set_log_level("WARNING")  # what it remarks for an operator would stand in the reader's console

    def connect(self, query: str, protocols: Sequence[str], send: Send) -> Socket:
        """Open a websocket to the server."""
        return Socket(self.app, query, protocols, send)

    async def request(
        self, method: str, path: str, query: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of one answer."""
        asked, parts, head = asyncio.Queue(), [], {}
        asked.put_nowait({"type": "http.request", "body": body, "more_body": False})

        async def take(event: Any) -> None:
            head.update(event if event["type"] == "http.response.start" else {})
            parts.append(event.get("body", b""))

        told = [(name.lower().encode(), value.encode()) for name, value in headers]
        scope = _scope("http", path, query, told) | {"method": method, "scheme": "http"}
        await self.app(scope, asked.get, take)
        return head["status"], [(name.decode(), value.decode()) for name, value in head["headers"]], b"".join(parts)
