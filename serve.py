"""What the launcher starts: Streamlit's server, where a page that is opened by its own address finds the app's root."""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

PAGES = sorted(path.stem for path in (Path(__file__).parent / "ui/pages").glob("[!_]*.py"))
INDEX = Path(st.__file__).parent / "static/index.html"
ROOT = '<head><script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.href).href}</script>'


async def opened(request: Request) -> HTMLResponse:
    """Streamlit's own page, told its root: else it asks below its path first, waits, and leaves errors in the log."""
    text = INDEX.read_text(encoding="utf-8")
    return HTMLResponse(text.replace("<head>", ROOT, 1), headers={"Cache-Control": "no-cache"})


app = st.App("app.py", routes=[Route(f"/{name}", opened) for name in PAGES])
