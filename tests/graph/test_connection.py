"""Reads go in one round trip and cannot write; an outage is one error, and its end is noticed without a restart."""

import asyncio

import pytest

from graph import queries
from graph.connection import Address, connect
from graph.errors import GraphRefused, GraphUnavailable

pytestmark = pytest.mark.database


async def test_a_read_gives_rows_as_the_query_names_them(graph):
    assert list((await graph.read("curate/schema_state"))[0]) == ["schema", "number", "checksum"]


async def test_a_read_cannot_write(graph, monkeypatch):
    header = "// Writes, although it says that it reads.\n// params: none\n// returns: n\n// access: read\n"
    text = header + "WITH 1 AS n CALL () { CRE" + "ATE (:Course) } RETURN n"
    query = queries.Query("x", "", {}, ("n",), False, text)
    monkeypatch.setattr(queries, "load_query", lambda name: query)
    with pytest.raises(Exception, match=r"read access|READ|Writing"):
        await graph.read("x")
    assert await graph.execute_read(lambda work: work.text("MATCH (c:Course) RETURN c.id AS id")) == []


async def test_a_wrong_password_says_what_to_check(address):
    async with connect(Address(address.uri, password="wrong")) as stranger:
        with pytest.raises(GraphRefused, match="NEO4J_PASSWORD"):
            await stranger.read("curate/schema_state")


class Line:
    """A line to the database that can be cut and mended: a TCP relay on a port of its own."""

    def __init__(self, address):
        self.host, _, port = address.uri.split("://")[1].partition(":")
        self.port = int(port or 7687)
        self.server, self.own, self.writers = None, 0, []

    async def mend(self):
        self.server = await asyncio.start_server(self._relay, "127.0.0.1", self.own)
        self.own = self.server.sockets[0].getsockname()[1]

    async def cut(self):
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    async def _relay(self, reader, writer):
        there_reader, there_writer = await asyncio.open_connection(self.host, self.port)
        self.writers += [writer, there_writer]
        await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))


async def _pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def test_an_outage_is_one_error_and_ends_by_itself(graph, address):
    line = Line(address)
    await line.mend()
    own = Address(f"bolt://127.0.0.1:{line.own}", address.user, address.password, retry_seconds=1.0)
    async with connect(own) as relayed:
        assert await relayed.read("curate/schema_state")
        await line.cut()
        with pytest.raises(GraphUnavailable, match="lodestar db status"):
            await relayed.read("curate/schema_state")
        with pytest.raises(GraphUnavailable):
            await relayed.write("learn/delete_learner", learner="x")
        await line.mend()
        assert await relayed.read("curate/schema_state")
        await line.cut()
        mended = asyncio.get_running_loop().call_later(0.2, lambda: asyncio.ensure_future(line.mend()))
        assert await relayed.read("curate/schema_state")
        mended.cancel()
        await line.cut()
