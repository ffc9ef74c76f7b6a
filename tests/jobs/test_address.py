"""What answers at a scheduler's address is heard before work is sent: within seconds, in one sentence."""

import contextlib
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from distributed import LocalCluster, Security

import jobs
from jobs import address
from tests.jobs.live import squares

LATEST = 15.0  # seconds, on a busy machine; the check itself takes two times ANSWER_WITHIN at most


@contextlib.contextmanager
def server(answer):
    """A server on loopback that treats each connection as `answer` does; its address."""
    listener, held = socket.create_server(("127.0.0.1", 0)), []

    def accept():
        with contextlib.suppress(OSError):
            while True:
                held.append(listener.accept()[0])
                threading.Thread(target=answer, args=(held[-1],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        for connection in held:
            connection.close()


@contextlib.contextmanager
def web_server():
    """The web server of the standard library."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"tcp://127.0.0.1:{web.server_address[1]}"
        web.shutdown()


def silent(connection):
    connection.recv(1)
    threading.Event().wait(60)


def ends(connection):
    connection.close()


def slow(connection):
    """Sends the size of a greeting and then a byte now and then, for ever."""
    with contextlib.suppress(OSError):
        connection.sendall((58).to_bytes(8, "little"))
        while True:
            connection.sendall(b"x")
            time.sleep(0.5)


def says(text):
    def answer(connection):
        with contextlib.suppress(OSError):
            connection.sendall(text)
            connection.recv(100)

    return answer


GREETS_AND_IS_SILENT = (58).to_bytes(8, "little") + b"pickle-protocol".ljust(58, b"\0")

STRANGERS = {
    "silent": (silent, "no scheduler answers at .* within 1 seconds"),
    "ends": (ends, "no scheduler answers at"),
    "slow": (slow, "no scheduler answers at .* within 1 seconds"),
    "web": (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "what answers at .* is no dask scheduler"),
    "mail": (says(b"220 mail.example.org ESMTP ready\r\n"), "what answers at .* is no dask scheduler"),
    "huge": (says(b"\xff" * 64), "what answers at .* is no dask scheduler"),
    "empty": (says(b"\0" * 64), "what answers at .* is no dask scheduler"),
    "greets and is silent": (says(GREETS_AND_IS_SILENT), "no scheduler answers at"),
}


def refuse(store, where, sentence):
    """Submitting there says `sentence` within seconds, in one line, and enters nothing."""
    start = time.monotonic()
    with pytest.raises(jobs.JobError, match=sentence) as told:
        jobs.submit(store, squares(store)[0], scheduler=where)
    assert time.monotonic() - start < LATEST
    assert "\n" not in str(told.value) and "EiB" not in str(told.value)
    assert jobs.overview(store) == []


@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_is_no_scheduler_is_named_within_seconds_and_gets_no_work(store, monkeypatch, stranger):
    monkeypatch.setattr(address, "ANSWER_WITHIN", 1.0)
    answer, sentence = STRANGERS[stranger]
    with server(answer) as where:
        refuse(store, where, sentence)


def test_a_web_server_is_no_scheduler(store):
    with web_server() as where:
        refuse(store, where, "no scheduler answers at|is no dask scheduler")


def test_a_scheduler_is_one_and_its_worker_is_not(store):
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": ":0"}
    with LocalCluster(protocol="tcp://", host="127.0.0.1", **options) as cluster:
        assert address.checked(cluster.scheduler_address) == cluster.scheduler_address
        worker = cluster.workers[0].address
        refuse(store, worker, f"what answers at {worker} is a dask worker, not a scheduler")


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """Keys of an authority of one, in files that dask's configuration names by the environment."""
    made = Security.temporary()
    texts = made.tls_ca_file, made.tls_client_cert, made.tls_client_key
    for name, part, text in zip(address.TLS_NAMES, ("ca-file", "client.cert", "client.key"), texts, strict=True):
        path = tmp_path / f"{part}.pem"
        path.write_text(text)
        monkeypatch.setenv(name, str(path))
    return made


@pytest.fixture(autouse=True)
def _dask_reads_the_environment_again():
    import dask

    with dask.config.set({}):
        yield
    dask.config.refresh()


def configure():
    """What a new process does when it loads dask."""
    import dask

    dask.config.refresh()


def test_an_address_with_tls_needs_keys_that_are_named_and_whole(store, monkeypatch, keys, tmp_path):
    configure()
    with server(silent) as where:
        refuse(store, where.replace("tcp", "tls"), "no scheduler answers at")
        (tmp_path / "client.key.pem").write_text("no key")
        refuse(store, where.replace("tcp", "tls"), "the keys for tls://.* cannot be used")
        for name in address.TLS_NAMES:
            monkeypatch.delenv(name)
        configure()
        refuse(store, where.replace("tcp", "tls"), re.escape(f"needs keys: name their files in {address.TLS_NAMES[0]}"))


def test_keys_of_another_authority_are_refused_and_so_is_a_plain_connection(store, monkeypatch, keys, tmp_path):
    configure()
    options = {"n_workers": 0, "dashboard_address": ":0", "host": "127.0.0.1"}
    with LocalCluster(security=keys, protocol="tls://", **options) as cluster:
        where = cluster.scheduler_address
        assert address.checked(where) == where
        refuse(store, where.replace("tls", "tcp"), "one that expects keys has an address with tls://")
        other = Security.temporary()
        (tmp_path / "client.cert.pem").write_text(other.tls_client_cert)
        (tmp_path / "client.key.pem").write_text(other.tls_client_key)
        refuse(store, where, "no scheduler answers at tls://")


def test_both_kinds_of_address_say_what_they_mean():
    assert "whoever reaches that port can run programs there and here" in address.meaning("tcp://host:8786")
    assert "encrypted" in address.meaning("tls://host:8786")
