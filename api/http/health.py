"""Is the process alive, and is it ready to be asked?"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request, Response

from api.http.problems import reply
from api.http.replies import answer
from api.loop import Loop
from api.warming import unsettle, warm_up
from graph.errors import LodestarError

AGAIN_SECONDS = 1.0
logger = logging.getLogger("lodestar")
router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="Alive")
async def healthy() -> Response:
    """200 as long as the process answers; needs no key and asks nobody."""
    return answer({"status": "ok"})


@router.get("/readyz", summary="Ready")
async def ready(request: Request) -> Response:
    """200 once every course is in memory, the policy has been tried and Neo4j answers; 503 before, and while not."""
    if not request.app.state.warm.is_set():
        return reply(request, 503, "Warming up: the courses are being read.")
    await request.app.state.loop.graph.ping()
    return answer({"status": "ready", "courses": [served.course.id for served in request.app.state.loop.courses.held]})


@asynccontextmanager
async def warming(app: FastAPI, loop: Loop) -> AsyncIterator[None]:
    """Warm up beside what goes on meanwhile."""
    task = asyncio.create_task(_warm(app, loop), name="warm-up")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        unsettle()


async def _warm(app: FastAPI, loop: Loop) -> None:
    """Warm up, as often as it takes: Neo4j may come later than we do."""
    while not app.state.warm.is_set():
        try:
            await warm_up(loop)
            app.state.warm.set()
        except LodestarError as error:
            logger.warning("not ready: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)
