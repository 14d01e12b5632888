"""May this learner skip that point?"""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.parts import CourseId, Learner, TheLoop
from api.http.replies import answer
from api.skip_views import SkipView
from api.skipping import may_skip

router = APIRouter(prefix="/v1/learners/{learner}", tags=["learners"])

Point = Annotated[str, Query(description="The point in question.", examples=["english/present-simple-be"])]


@router.get("/skip", response_model=SkipView, summary="Whether a point may be skipped")
async def skip(loop: TheLoop, learner: Learner, point: Point, course: CourseId = None) -> Response:
    """The verdict, its reason, and the evidence: prerequisites, what was mastered beyond the point, what would be missed."""
    return answer(await may_skip(loop, learner, point, course))
