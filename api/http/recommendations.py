"""What to learn next, the path to the goal, and outcomes, one at a time or in batches."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.dependencies import ContextDep, LearnerId, OwnCourseQuery, make_json_response
from services import outcomes
from services.outcomes import OutcomeBody, OutcomesBody, OutcomeView, OutcomeViews
from services.recommendations import paths, recommend
from services.recommendations.schemas import LearningPath, Recommendations

router = APIRouter(prefix="/v1/learners/{learner}", tags=["recommendations"])

CountQuery = Annotated[int, Query(ge=1, le=20, description="How many, best first. All of them count as shown.")]
ExplainQuery = Annotated[bool, Query(description="Also list every candidate with its Q value, kept or dropped.")]
StrategyQuery = Annotated[
    str | None,
    Query(
        description="Who decides, a name from `lodestar strategies`; who serves the course without it. One that cannot "
        "hands over to the next, and `strategy` in the answer says so.",
        examples=["needed"],
    ),
]
GoalsQuery = Annotated[list[str] | None, Query(description="Points to reach; the learner's goals without any.")]
MaxStepsQuery = Annotated[int, Query(ge=1, le=200, description="Steps at most.")]


@router.get("/recommendations", response_model=Recommendations, summary="What to learn next")
async def get_recommendations(
    context: ContextDep,
    learner: LearnerId,
    course: OwnCourseQuery = None,
    n: CountQuery = 1,
    explain: ExplainQuery = False,
    strategy: StrategyQuery = None,
) -> Response:
    """Chooses among the resources whose prerequisites are met, logs the decision, and says why.

    With nothing left, `recommendations` is empty and `reason` says whether the goal is reached, what blocks the way, or
    until when everything rests.
    """
    return make_json_response(await recommend.recommend(context, learner, course, n, explain, strategy))


@router.get("/path", response_model=LearningPath, summary="The path to the goal")
async def get_path(
    context: ContextDep,
    learner: LearnerId,
    course: OwnCourseQuery = None,
    goal: GoalsQuery = None,
    longest: MaxStepsQuery = 60,
) -> Response:
    """Rolls the policy and the learner model forward to the goal. Nothing is logged; the path changes with outcomes."""
    return make_json_response(await paths.find_path(context, learner, course, goal, longest))


outcomes_router = APIRouter(prefix="/v1", tags=["outcomes"])


@outcomes_router.post("/outcomes", response_model=OutcomeView, summary="Send an outcome")
async def record_outcome(context: ContextDep, body: OutcomeBody) -> Response:
    """Updates the learner's state and stores the outcome in one transaction; the same id twice changes nothing."""
    return make_json_response((await outcomes.report_outcomes(context, [body]))[0])


@outcomes_router.post("/outcomes/batch", response_model=OutcomeViews, summary="Send several outcomes")
async def record_outcomes(context: ContextDep, body: OutcomesBody) -> Response:
    """Stores up to 1,000 outcomes in this order, all of them or none."""
    return make_json_response(OutcomeViews(await outcomes.report_outcomes(context, body.outcomes)))
