"""Neo4j goes away and comes back: 503 meanwhile, nothing half written, no restart. Through a proxy that can be cut."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from api.http.app import create_app
from services.context import ContextFactory
from services.courses.artifacts import ArtifactStore
from tests import little_course
from tests.api_client import KEY, Api

pytestmark = pytest.mark.database


class Proxy:
    """Passes bytes to Neo4j; `cut` closes every connection and takes no new one until `mend`."""

    def __init__(self, host, port):
        self.target = (host, port)
        self.port = 0
        self.server = None
        self.writers = set()

    async def mend(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def cut(self):
        self.server.close()
        for writer in list(self.writers):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        upstream, onward = await asyncio.open_connection(*self.target)
        pair = {writer, onward}
        self.writers |= pair
        await asyncio.gather(self._pass(reader, onward), self._pass(upstream, writer))
        self.writers -= pair

    async def _pass(self, reader, writer):
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@pytest.fixture
async def cuttable(graph, address, tmp_path):
    await little_course.load(graph)
    place = urlsplit(address.uri)
    proxy = Proxy(place.hostname, place.port or 7687)
    await proxy.mend()
    service = ContextFactory(replace(address, uri=f"bolt://127.0.0.1:{proxy.port}"), ArtifactStore(tmp_path))
    app = create_app(service, KEY)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://t", headers={"X-API-Key": KEY}) as client,
    ):
        yield Api(app, client), proxy, service
    await proxy.cut()


async def counted(graph):
    text = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n) AS nodes, count(r) AS edges"
    return (await graph.execute_read(lambda work: work.text(text)))[0]


async def test_an_outage_is_503_and_over_when_it_is_over(cuttable, graph):
    api, proxy, _ = cuttable
    await api.post("/v1/learners", {"id": "ana"}, 201)
    [step] = (await api.post("/v1/learners/ana/recommendations"))["recommendations"]
    before = await counted(graph)
    await proxy.cut()
    outcome = {"id": "o1", "learner": "ana", "recommendation": step["id"], "right": True}
    calls = [
        api.client.post("/v1/learners/ana/recommendations", json={"fresh": True}),
        api.client.post("/v1/outcomes", json=outcome),
        api.client.get("/readyz"),
    ]
    for response in await asyncio.gather(*calls):
        assert response.status_code == 503, response.text
        assert int(response.headers["retry-after"]) > 0
        assert response.json()["title"] == "Service Unavailable"
    assert (await api.client.get("/healthz")).status_code == 200
    assert await counted(graph) == before
    await proxy.mend()
    assert (await api.post("/v1/outcomes", outcome))["repeated"] is False
    assert (await api.post("/v1/learners/ana/recommendations"))["recommendations"]
    await api.get("/readyz")


async def test_it_starts_without_neo4j_and_becomes_ready(cuttable):
    _, proxy, service = cuttable
    await proxy.cut()
    late = create_app(service, KEY)
    async with (
        late.router.lifespan_context(late),
        httpx.AsyncClient(transport=httpx.ASGITransport(late), base_url="http://t") as client,
    ):
        response = await client.get("/readyz")
        assert (response.status_code, response.json()["detail"][:10]) == (503, "Warming up")
        await proxy.mend()
        await asyncio.wait_for(late.state.warm.wait(), 60)
        assert (await client.get("/readyz")).json()["courses"] == ["little"]
