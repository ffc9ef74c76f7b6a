"""Another user of the machine reaches every port of a local cluster, and is let into none."""

import asyncio
import os

import psutil
import pytest
from distributed import LocalCluster, Security
from distributed.comm import connect

import jobs
from tests.jobs.live import gated, starts, supervisor, wait_for_end, wait_until
from tests.own_loop import result_of

PATIENCE = 5.0  # seconds for a connection


def listening(process):
    """Every port on which a process and its children can be reached."""
    found = [one.net_connections(kind="inet") for one in [process, *process.children(recursive=True)]]
    return {one.laddr.port for each in found for one in each if one.status == psutil.CONN_LISTEN}


async def _enter(where, arguments):
    comm = await connect(where, timeout=PATIENCE, **arguments)
    try:
        await comm.write({"op": "identity", "reply": True})
        return await comm.read()
    finally:
        comm.abort()


async def told(where, keys):
    """What a stranger is told when he asks who is there; None where he is not let in."""
    arguments = keys.get_connection_args("client") if keys else {}
    try:
        return await asyncio.wait_for(_enter(where, arguments), PATIENCE)
    except Exception:  # refused, cut off or left without an answer
        return None


def entrances(ways):
    """The addresses that let a stranger in; `ways` gives the keys that he shows at each."""

    async def try_all():
        return await asyncio.gather(*(told(where, keys) for where, keys in ways.items()))

    return [where for where, answer in zip(ways, result_of(try_all()), strict=True) if answer]


def test_the_stranger_gets_into_a_cluster_without_keys():
    options = {"n_workers": 1, "processes": False, "dashboard_address": ":0", "host": "127.0.0.1"}
    with LocalCluster(protocol="tcp://", **options) as cluster:
        assert len(entrances({cluster.scheduler_address: None, cluster.workers[0].address: None})) == 2


def test_no_port_of_a_running_job_lets_a_stranger_in(store):
    job, notes, gate = gated(store, tiles=2, obeys=True)
    job_id = jobs.submit(store, job, workers=2)
    wait_until(lambda: len(starts(notes)) == 2, "both workers compute")
    ports = listening(supervisor(store, job_id))
    assert len(ports) >= 5  # the scheduler's, two workers', two nannies'
    own = Security.temporary()
    ways = {f"tcp://127.0.0.1:{port}": None for port in ports} | {f"tls://127.0.0.1:{port}": own for port in ports}
    assert entrances(ways) == []
    gate.touch()
    assert wait_for_end(store, job_id).state == "done"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_no_key_is_left_where_another_user_could_read_it(store, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    job, notes, gate = gated(store, tiles=1, obeys=True)
    job_id = jobs.submit(store, job, workers=1)
    wait_until(lambda: starts(notes), "the worker computes")
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert [path for path in files if b"PRIVATE KEY" in path.read_bytes()] == []
    assert b"PRIVATE KEY" not in b"".join(_told_to_all(supervisor(store, job_id)))
    gate.touch()
    wait_for_end(store, job_id)


def _told_to_all(process):
    """What every user can read of a process and its children: the words that started them."""
    return [" ".join(one.cmdline()).encode() for one in [process, *process.children(recursive=True)]]
