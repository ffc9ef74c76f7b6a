"""What the launcher starts: Streamlit's server, with pages that find the app's root, and links that keep the view."""

import asyncio
import socket
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

PAGES = sorted(path.stem for path in (Path(__file__).parent / "ui/pages").glob("[!_]*.py"))
INDEX = Path(st.__file__).parent / "static/index.html"
ICON = Path(__file__).parent / "static/icon.png"
SOON = 0.5  # seconds
LINKS = Path(__file__).parent / "ui/links.js"
ROOT = '<head><script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.href).href}</script>'


async def opened(request: Request) -> HTMLResponse:
    """Streamlit's own page, told its root: else it asks below its path first, waits, and leaves errors in the log."""
    return HTMLResponse(page(), headers={"Cache-Control": "no-cache"})


@cache
def page() -> str:
    """The page with our scripts in it."""
    ours = f"{ROOT}<script>{LINKS.read_text(encoding='utf-8')}</script>"
    return INDEX.read_text(encoding="utf-8").replace("<head>", ours, 1)


async def icon(_: Request) -> FileResponse:
    """In place of Streamlit's own; an icon that a page names is read with Pillow by every server."""
    return FileResponse(ICON)


def addresses() -> Iterator[str]:
    """Where the app is found: on this machine, and from others of the network if it listens to them."""
    port = st.get_option("server.port")
    yield f"http://localhost:{port}{BASE}"
    if not st.get_option("server.address"):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which way a packet would leave
            yield f"http://{probe.getsockname()[0]}:{port}{BASE}"


def base() -> str:
    """Where below the server's root the app stands: "" or, say, "/tools/backflow"."""
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
    yield


BASE = base()
ROUTES = [Route(f"{BASE}/favicon.png", icon), *(Route(f"{BASE}/{name}", opened) for name in ("", *PAGES))]
app = st.App("app.py", routes=ROUTES, lifespan=show)
