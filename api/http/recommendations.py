"""What to learn next, and the path to the goal."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import pathfinding, recommending
from api.http.parts import CourseId, Learner, TheLoop
from api.http.replies import answer
from api.views import Path, Recommendations

router = APIRouter(prefix="/v1/learners/{learner}", tags=["recommendations"])

Count = Annotated[int, Query(ge=1, le=20, description="How many, best first. All of them count as shown.")]
Explain = Annotated[bool, Query(description="Also list every candidate with its Q value, kept or dropped.")]
Strategy = Annotated[
    str | None,
    Query(
        description="Who decides, a name from `lodestar strategies`; who serves the course without it. One that cannot "
        "hands over to the next, and `strategy` in the answer says so.",
        examples=["needed"],
    ),
]
GoalIds = Annotated[list[str] | None, Query(description="Points to reach; the learner's goals without any.")]
Longest = Annotated[int, Query(ge=1, le=200, description="Steps at most.")]


@router.get("/recommendations", response_model=Recommendations, summary="What to learn next")
async def recommend(
    loop: TheLoop,
    learner: Learner,
    course: CourseId = None,
    n: Count = 1,
    explain: Explain = False,
    strategy: Strategy = None,
) -> Response:
    """Chooses among the resources whose prerequisites are met, logs the decision, and says why.

    With nothing left, `recommendations` is empty and `reason` says whether the goal is reached, what blocks the way, or
    until when everything rests.
    """
    return answer(await recommending.recommend(loop, learner, course, n, explain, strategy))


@router.get("/path", response_model=Path, summary="The path to the goal")
async def path(
    loop: TheLoop, learner: Learner, course: CourseId = None, goal: GoalIds = None, longest: Longest = 60
) -> Response:
    """Rolls the policy and the learner model forward to the goal. Nothing is logged; the path changes with outcomes."""
    return answer(await pathfinding.find_path(loop, learner, course, goal, longest))
