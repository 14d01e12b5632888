"""The HTTP app: /v1 and the CASE routes behind the API key, health and metrics beside them, OpenAPI at /docs.

/healthz answers as long as the process lives; /readyz answers 200 once the service is warm and Neo4j answers.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline

from api.http import case, catalogue, curation, diagnostics, learners, metrics, recommendations
from api.http.dependencies import PROBLEM_RESPONSES, make_json_response
from api.http.errors import install_error_handlers, make_problem_response
from api.http.security import check_key
from graph.errors import LodestarError
from services.context import AppContext, ContextFactory
from services.lifecycle import unfreeze_garbage_collector, warm_up, watch_graph

ROUTERS = (
    learners.router,
    diagnostics.router,
    recommendations.router,
    learners.progress_router,
    learners.skip_router,
    recommendations.outcomes_router,
    catalogue.router,
    case.router,
    curation.proposals_router,
    curation.revisions_router,
)


def install_routes(app: FastAPI) -> None:
    """Add the routes of version 1, each router directly: FastAPI asks nested ones level by level."""
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(check_key)], responses=PROBLEM_RESPONSES)


WARM_UP_RETRY_SECONDS = 1.0
logger = logging.getLogger("lodestar")
health_router = APIRouter(tags=["operation"])


@health_router.get("/healthz", summary="Alive")
async def get_health() -> Response:
    """200 as long as the process answers; needs no key and asks nobody."""
    return make_json_response({"status": "ok"})


@health_router.get("/readyz", summary="Ready")
async def get_readiness(request: Request) -> Response:
    """200 once every course is in memory, the policy has been tried and Neo4j answers; 503 before, and while not."""
    if not request.app.state.warm.is_set():
        return make_problem_response(request, 503, "Warming up: the courses are being read.")
    await request.app.state.context.graph.ping()
    return make_json_response(
        {"status": "ready", "courses": [served.course.id for served in request.app.state.context.courses.loaded]}
    )


@asynccontextmanager
async def run_warm_up(app: FastAPI, context: AppContext) -> AsyncIterator[None]:
    """Warm up in the background while the app starts."""
    task = asyncio.create_task(_retry_warm_up(app, context), name="warm-up")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        unfreeze_garbage_collector()


async def _retry_warm_up(app: FastAPI, context: AppContext) -> None:
    """Try to warm up until it works: Neo4j may start later than the API."""
    while not app.state.warm.is_set():
        try:
            await warm_up(context)
            app.state.warm.set()
        except LodestarError as error:
            logger.warning("not ready: %s", error)
            await asyncio.sleep(WARM_UP_RETRY_SECONDS)


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


async def lead_to_docs() -> RedirectResponse:
    """Lead whoever opens the address in a browser to the description of the API."""
    return RedirectResponse("/docs")


def create_app(service: ContextFactory, key: str, origins: Sequence[str] = ()) -> FastAPI:
    """Create the API on one database. It starts without Neo4j too and becomes ready when Neo4j answers.

    origins: web pages that may call it from a browser; `*` allows all.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with service.open() as context:
            app.state.context = context
            async with run_warm_up(app, context), watch_graph(context, app.state.warm, service.watch_seconds):
                yield

    app = FastAPIOffline(
        title="Lodestar",
        version=version("lodestar"),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.key = key
    app.state.warm = asyncio.Event()
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Server-Timing", "Retry-After"],
        )
    app.get("/", include_in_schema=False)(lead_to_docs)
    install_error_handlers(app)
    metrics.install_metrics(app)
    app.include_router(health_router)
    install_routes(app)
    return app
