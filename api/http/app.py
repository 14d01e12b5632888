"""The HTTP service: /v1 behind the API key, health and metrics beside it, OpenAPI at /docs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from api.http import health, metrics, problems, routes
from api.watching import Service, watching

DESCRIPTION = """
Recommends what a person should learn next, and the path from there to their goal.

The loop: **create** a learner, take a **diagnostic**, ask for a **recommendation**, send its **outcome**, ask again.
Every recommendation carries its reasons, the policy that made it, and the probability with which it was made.

Errors are problem details (RFC 9457). Requests under `/v1` carry the API key as `Authorization: Bearer KEY` or
`X-API-Key: KEY`; it is printed by `lodestar serve` and kept in the user's config folder.
"""
TAGS = [
    {"name": "learners", "description": "Who learns, what they aim at, what they allow, what they know."},
    {"name": "diagnostic", "description": "What a new learner knows already."},
    {"name": "recommendations", "description": "What to learn next, and the path to the goal."},
    {"name": "outcomes", "description": "What happened; the learner's state follows."},
    {"name": "catalogue", "description": "Courses, knowledge points, resources."},
    {"name": "review", "description": "Proposed prerequisites and related points, and what people decided."},
    {"name": "revisions", "description": "Who changed the curated graph, when, why and how."},
    {"name": "case", "description": "Courses as CASE 1.0 competency frameworks, to read."},
    {"name": "operation", "description": "Health and metrics, without a key."},
]


def create_app(service: Service, key: str) -> FastAPI:
    """The API on one database. It starts without Neo4j too and becomes ready when Neo4j answers."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with service.opened() as loop:
            app.state.loop = loop
            async with health.warming(app, loop), watching(loop, app.state.warm, service.watch):
                yield

    app = FastAPI(
        title="Lodestar",
        version=version("lodestar"),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.key = key
    app.state.warm = asyncio.Event()
    problems.install(app)
    metrics.install(app)
    app.include_router(health.router)
    routes.install(app)
    return app
