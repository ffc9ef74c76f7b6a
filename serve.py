"""Define what the launcher starts: Streamlit's server, with pages that find the app's root, and links that keep
the view.
"""

import asyncio
import gc
import socket
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import get_instance

PAGES = sorted(path.stem for path in (Path(__file__).parent / "ui/pages").glob("[!_]*.py"))
INDEX = Path(st.__file__).parent / "static/index.html"
ICON = Path(__file__).parent / "static/icon.png"
SOON, GLANCE = 0.5, 20.0  # seconds
STREAM = "/_stcore/stream"
RESERVE = 40  # files: what readers inside open for a moment, and those let in just now
FULL = """<!doctype html><title>Backflow is full</title><meta http-equiv="refresh" content="60">
<body style="font: 1.125rem/1.5 sans-serif; max-width: 34rem; margin: 20vh auto; padding: 0 1rem">
<h1 style="font-size: 1.5rem">Backflow is full</h1>
<p>So many readers are here that this server may open no more files. The page tries again every minute; whoever runs
the server can allow more, with <code>ulimit -n</code>, before it is started.</p>"""
LINKS = Path(__file__).parent / "ui/links.js"
ROOT = '<head><script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.href).href}</script>'


async def opened(request: Request) -> HTMLResponse:
    """Streamlit's own page, told its root: else it asks below its path first, waits, and leaves errors in the log."""
    return HTMLResponse(page(), headers={"Cache-Control": "no-cache"})


@cache
def page() -> str:
    """Return the page with our scripts in it."""
    ours = f"{ROOT}<script>{LINKS.read_text(encoding='utf-8')}</script>"
    return INDEX.read_text(encoding="utf-8").replace("<head>", ours, 1)


async def icon(_: Request) -> FileResponse:
    """In place of Streamlit's own; an icon that a page names is read with Pillow by every server."""
    return FileResponse(ICON)


def addresses() -> Iterator[str]:
    """Yield where the app is found: on this machine, and from others of the network if it listens to them."""
    port = st.get_option("server.port")
    yield f"http://localhost:{port}{BASE}"
    if not st.get_option("server.address"):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which way a packet would leave
            yield f"http://{probe.getsockname()[0]}:{port}{BASE}"


def base() -> str:
    """Return where below the server's root the app stands: "" or, say, "/tools/backflow"."""
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


@asynccontextmanager
async def show(_: st.App) -> AsyncIterator[None]:
    """Name the addresses, and open a browser once the server listens, which it does when this has begun."""
    found = list(addresses())
    print(f"Backflow: {'  '.join(found)}", flush=True)
    if not st.get_option("server.headless"):
        loop = asyncio.get_running_loop()
        loop.call_later(SOON, lambda: loop.run_in_executor(None, webbrowser.open, found[0]))
    watch = asyncio.create_task(_see_off())
    yield
    watch.cancel()


async def _see_off() -> None:
    """Let go of sessions that have left: else they, and four files each, stay until the next one leaves."""
    while True:
        await asyncio.sleep(GLANCE)
        if forget_departed():
            gc.collect()  # a session refers to itself


def forget_departed() -> int:
    """Drop sessions whose readers left and did not come back in two minutes, and return how many they were.

    Streamlit keeps them in a cache that looks at its clock only when it is asked for something.
    """
    storage: Any = getattr(getattr(get_instance(), "_session_mgr", None), "_session_storage", None)
    kept: Any = getattr(storage, "_cache", None)
    return len(kept.expire() or ()) if kept is not None else 0


class Door:
    """Lets newcomers in while files may still be opened; beyond, each is told so, and those inside notice nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (_is_newcomer(scope) and is_full()):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await HTMLResponse(FULL, 503, {"Retry-After": "60"})(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1013})  # try again later


def _is_newcomer(scope: Scope) -> bool:
    """Return whether someone opens the page, or a session for it."""
    if scope["type"] == "websocket":
        return scope["path"].endswith(STREAM)
    return scope["type"] == "http" and scope["path"] in ADDRESSES


def is_full() -> bool:
    """Return whether so many files are open that another reader's could take the last."""
    try:
        import resource

        return sum(1 for _ in Path("/dev/fd").iterdir()) + RESERVE > resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    except ImportError:  # Windows
        return False
    except OSError:  # not even one to look
        return True


BASE = base()
ADDRESSES = {f"{BASE}/{name}" for name in ("", *PAGES)}
ROUTES = [Route(f"{BASE}/favicon.png", icon), *(Route(f"{BASE}/{name}", opened) for name in ("", *PAGES))]
app = st.App("app.py", routes=ROUTES, lifespan=show, middleware=[Middleware(Door)])
