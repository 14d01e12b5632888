"""The managed Neo4j, for real: started, found again, killed, started again, reset."""

import asyncio
import json
import os
import socket
import stat
import threading
from dataclasses import replace

import httpx
import psutil
import pytest

from graph.connection import Address, connect
from graph.errors import SetupFailed
from graph.server import process as processes
from graph.server.layout import ServerState, find_free_port
from graph.server.managed import ManagedServer
from graph.server.process import PortTaken, ServerLauncher
from tests.database import JARS, SERIES

TUNING = processes.ServerTuning("512m", "64m", quick=True)
pytestmark = [pytest.mark.database, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    managed = ManagedServer(tmp_path_factory.mktemp("home"), JARS, SERIES, TUNING)
    yield managed
    managed.stop()


def ask(address: Address, text: str) -> list[dict]:
    async def run() -> list[dict]:
        async with connect(address) as graph:
            return await graph.execute_write(lambda work: work.text(text))

    return asyncio.run(run())


def test_four_starts_at_once_give_one_server(server):
    pids = []
    threads = [threading.Thread(target=lambda: (server.start(), pids.append(server.status().pid))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 4
    assert len(set(pids)) == 1


def test_it_answers_and_is_bound_to_this_machine_only(server):
    assert ask(server.start(), "RETURN 1 AS one") == [{"one": 1}]
    listening = processes.find_server(server.layout).net_connections("tcp")
    assert {c.laddr.ip.removeprefix("::ffff:") for c in listening if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def test_the_web_port_and_the_link_to_browser_name_the_bolt_port_really_chosen(server):
    server.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        server.layout.write_state(replace(server.layout.read_state(), bolt_port=wanted))
        address = server.start()
    state = server.layout.read_state()
    told = httpx.get(f"http://127.0.0.1:{state.http_port}/", headers={"Accept": "application/json"}).json()
    assert state.bolt_port != wanted and told["bolt_direct"] == address.uri
    assert told["bolt_routing"] == f"neo4j://127.0.0.1:{state.bolt_port}"
    assert server.status().browser.endswith(f"/browser/?dbms=bolt://neo4j@127.0.0.1:{state.bolt_port}")


def test_its_password_is_generated_and_only_its_owner_reads_it(server):
    path = server.layout.root / "password"
    assert len(server.address().password) >= 16
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_killed_server_starts_again_with_its_data_on_a_free_port(server):
    ask(server.start(), "CREATE (:Kept {when: 'before the kill'})")
    port = server.layout.read_state().bolt_port
    process = processes.find_server(server.layout)
    process.kill()
    process.wait(10)
    assert not server.status().running
    with socket.create_server(("127.0.0.1", port)):
        address = server.start()
    assert not address.uri.endswith(f":{port}")
    assert ask(address, "MATCH (n:Kept) RETURN n.when AS w") == [{"w": "before the kill"}]


def test_a_stopped_server_says_so(server):
    server.start()
    assert server.stop()
    assert not server.stop()
    assert not server.status().running


def test_a_port_lost_at_the_last_moment_is_noticed(server):
    server.stop()
    state = server.layout.read_state()
    with socket.create_server(("127.0.0.1", state.http_port)):
        server.layout.prepare(state, "64m")
        pid = processes.spawn_server(server.layout, processes.java_command(server.layout, TUNING), JARS)
        server.layout.write_state(replace(state, pid=pid))
        with pytest.raises(PortTaken):
            ServerLauncher(server.layout, JARS, TUNING).wait()
    assert not server.status().running


def test_a_broken_or_older_state_file_is_no_harm(server):
    path = server.layout.root / "state.json"
    server.stop()
    for content in ["", "{", "[]", '{"bolt_port": "many"}', json.dumps({"bolt_port": 17687, "renamed": 1})]:
        path.write_text(content, encoding="utf-8")
        assert server.layout.read_state() in (ServerState(), ServerState(bolt_port=17687))


def test_somebody_elses_process_is_never_taken_for_the_server(server):
    server.stop()
    server.layout.write_state(ServerState(pid=os.getpid()))
    assert not server.status().running
    assert not server.stop()


def test_a_server_that_cannot_start_says_why(server):
    server.stop()
    broken = ManagedServer(server.layout.root.parent, JARS, SERIES, processes.ServerTuning("1m"))
    with pytest.raises(SetupFailed, match="heap"):
        broken.start()


def test_a_password_changed_elsewhere_is_explained(server):
    server.start()
    path = server.layout.root / "password"
    right = path.read_text(encoding="utf-8")
    path.write_text("another-password", encoding="utf-8")
    try:
        with pytest.raises(SetupFailed, match=r"changed elsewhere.*db reset"):
            server.start()
    finally:
        path.write_text(right, encoding="utf-8")


def test_reset_deletes_the_data_and_keeps_the_jars(server):
    server.start()
    server.reset()
    assert not server.layout.root.exists()
    assert any(JARS.rglob("neo4j-kernel-*.jar"))


def test_a_free_port_is_one_that_nobody_listens_on():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert find_free_port(port) != port
        assert find_free_port(port + 1, taken=(port + 1,)) > port + 1
