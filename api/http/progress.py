"""What a learner knows, and what they did."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from api import progress
from api.http.parts import CourseId, Learner, TheLoop
from api.http.replies import answer
from api.learner_views import History, MasteryView

router = APIRouter(prefix="/v1/learners/{learner}", tags=["learners"])

Limit = Annotated[int, Query(ge=1, le=500)]
Before = Annotated[AwareDatetime | None, Query(description="Only what is older: pages on.")]


@router.get("/mastery", response_model=MasteryView, summary="What the learner knows")
async def mastery(loop: TheLoop, learner: Learner, course: CourseId = None) -> Response:
    """Every point of the course that was ever touched, forgetting included, each with its uncertainty."""
    return answer(await progress.mastery(loop, learner, course))


@router.get("/history", response_model=History, summary="What the learner did")
async def history(loop: TheLoop, learner: Learner, limit: Limit = 50, before: Before = None) -> Response:
    """Outcomes and unanswered recommendations, newest first."""
    return answer(await progress.history(loop, learner, limit, before))
