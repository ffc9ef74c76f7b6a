"""Shows a built site on this machine, as a static host would: gzipped where that helps."""

import gzip
import io
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKED = (".js", ".mjs", ".css", ".json", ".html", ".wasm", ".svg")
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}


@lru_cache(maxsize=1024)
def packed(path: str, changed: float) -> bytes:
    """Return a file gzipped, anew when it has changed."""
    return gzip.compress(Path(path).read_bytes(), 6)


class Handler(SimpleHTTPRequestHandler):
    """Files with their types; those that shrink are sent gzipped to whoever takes it."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES

    def send_head(self):
        path = Path(self.translate_path(self.path))
        takes = "gzip" in self.headers.get("Accept-Encoding", "") and "If-Modified-Since" not in self.headers
        page = path / "index.html" if path.is_dir() and self.path.split("?")[0].endswith("/") else path
        if not (takes and page.is_file() and page.suffix in PACKED):
            return super().send_head()
        content = packed(str(page), page.stat().st_mtime)
        self.send_response(200)
        for name, value in (
            ("Content-Type", self.guess_type(str(page))),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(content))),
            ("Last-Modified", self.date_time_string(int(page.stat().st_mtime))),
        ):
            self.send_header(name, value)
        self.end_headers()
        return io.BytesIO(content)

    def log_message(self, format: str, *args) -> None:
        """Nothing: a page asks for a hundred files."""


def server_of(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """Return a server on loopback that is not started yet.

    Port 0 takes any that is free. OSError where the port is busy.
    """
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))


def serve(folder: Path, port: int) -> int | str:
    """Serve until Ctrl-C; one sentence where the port is busy."""
    try:
        server = server_of(folder, port)
    except OSError as error:
        return f"port = {port} cannot be used ({error.strerror}): name another with --port."
    print(f"Backflow's site: http://127.0.0.1:{port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0
