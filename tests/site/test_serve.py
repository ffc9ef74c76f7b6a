"""A built site on this machine: types, what is sent gzipped, addresses of pages, a busy port."""

import gzip
import threading
import urllib.request

import pytest

from builder.serve import serve, server_of

TEXT = "export const answer = 42;\n" * 40


@pytest.fixture
def host(tmp_path):
    """The address of a small folder that is served."""
    (tmp_path / "page.js").write_text(TEXT)
    (tmp_path / "app.zip.xz").write_bytes(b"packed already")
    (tmp_path / "credit").mkdir()
    (tmp_path / "credit/index.html").write_text("<title>Credit</title>")
    server = server_of(tmp_path)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def asked(url: str) -> tuple[dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(answer.headers), answer.read()


def test_a_script_is_sent_gzipped_with_its_type(host):
    headers, body = asked(f"{host}page.js")
    assert headers["Content-Type"] == "text/javascript" and headers["Content-Encoding"] == "gzip"
    assert len(body) < len(TEXT) / 5 and gzip.decompress(body).decode() == TEXT


def test_what_is_packed_already_is_sent_as_it_is(host):
    headers, body = asked(f"{host}app.zip.xz")
    assert body == b"packed already" and "Content-Encoding" not in headers


@pytest.mark.parametrize("address", ["credit", "credit/", "credit/?cell=gru"])
def test_a_page_is_found_at_its_address(host, address):
    headers, body = asked(host + address)
    assert b"Credit" in (gzip.decompress(body) if "Content-Encoding" in headers else body)


def test_a_busy_port_is_named(host, tmp_path):
    port = int(host.rstrip("/").rpartition(":")[2])
    assert str(serve(tmp_path, port)).startswith(f"port = {port} cannot be used")
