"""The app on the real database, asked without a network."""

from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from api.http.app import create_app
from services.context import AppContext, ContextFactory
from services.courses.artifacts import ArtifactStore
from tests import little_course

KEY = "a key for the tests"


@dataclass
class Api:
    """The app, and a client that shows the key."""

    app: FastAPI
    client: httpx.AsyncClient

    @property
    def context(self) -> AppContext:
        return self.app.state.context

    async def get(self, path, status=200, **params):
        return self._check(await self.client.get(path, params=params), status)

    async def post(self, path, body=None, status=200):
        return self._check(await self.client.post(path, json=body or {}), status)

    async def put(self, path, body, status=200):
        return self._check(await self.client.put(path, json=body), status)

    async def delete(self, path, status=200):
        return self._check(await self.client.delete(path), status)

    def _check(self, response, status):
        assert response.status_code == status, response.text
        return response.json() if response.content else None


@pytest.fixture
async def api(graph, address, tmp_path):
    """The service on a database that holds the little course."""
    await little_course.load(graph)
    app = create_app(ContextFactory(address, ArtifactStore(tmp_path)), KEY)
    async with app.router.lifespan_context(app):
        headers = {"Authorization": f"Bearer {KEY}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            yield Api(app, client)
