"""What the launcher starts: Streamlit's server, where a page that is opened by its own address finds the app's root."""

import asyncio
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

PAGES = sorted(path.stem for path in (Path(__file__).parent / "ui/pages").glob("[!_]*.py"))
INDEX = Path(st.__file__).parent / "static/index.html"
SOON = 0.5  # seconds
ROOT = '<head><script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.href).href}</script>'


async def opened(request: Request) -> HTMLResponse:
    """Streamlit's own page, told its root: else it asks below its path first, waits, and leaves errors in the log."""
    text = INDEX.read_text(encoding="utf-8")
    return HTMLResponse(text.replace("<head>", ROOT, 1), headers={"Cache-Control": "no-cache"})


@asynccontextmanager
async def open_browser(_: st.App) -> AsyncIterator[None]:
    """Show the app once the server listens, which it does when this has begun; Streamlit opens no window for an App."""
    if not st.get_option("server.headless"):
        loop, url = asyncio.get_running_loop(), f"http://localhost:{st.get_option('server.port')}"
        loop.call_later(SOON, lambda: loop.run_in_executor(None, webbrowser.open, url))
    yield


app = st.App("app.py", routes=[Route(f"/{name}", opened) for name in PAGES], lifespan=open_browser)
