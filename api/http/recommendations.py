"""What to learn next, what is not wanted, the path to the goal, and outcomes, one at a time or in batches."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.http.dependencies import ContextDep, LearnerId, OwnCourseQuery, make_json_response
from services import answers, outcomes
from services.answers import StepAnswersBody, StepResult
from services.outcomes import OutcomeBody, OutcomesBody, OutcomeView, OutcomeViews
from services.recommendations import dismissals, paths, recommend
from services.recommendations.dismissals import DismissalBody, DismissalView
from services.recommendations.schemas import LearningPath, NewRecommendations, Recommendations

router = APIRouter(prefix="/v1/learners/{learner}", tags=["recommendations"])

ExplainQuery = Annotated[bool, Query(description="Also list every candidate with its Q value, kept or dropped.")]
GoalsQuery = Annotated[list[str] | None, Query(description="Points to reach; the learner's goals without any.")]
MaxStepsQuery = Annotated[int, Query(ge=1, le=200, description="Steps at most.")]


@router.post("/recommendations", response_model=Recommendations, summary="What to learn next")
async def recommend_next(context: ContextDep, learner: LearnerId, body: NewRecommendations | None = None) -> Response:
    """Returns the open recommendations, or chooses among the resources whose prerequisites are met, logs the decision,
    and says why.

    An open one is returned again until it is answered or dismissed, there is another outcome, or the graph has a newer
    revision. With nothing left, `recommendations` is empty and `reason` says whether the goal is reached or what blocks
    the way.
    """
    return make_json_response(await recommend.recommend(context, learner, body or NewRecommendations()))


@router.get("/recommendations", response_model=Recommendations, summary="The open recommendations")
async def get_recommendations(
    context: ContextDep, learner: LearnerId, course: OwnCourseQuery = None, explain: ExplainQuery = False
) -> Response:
    """Returns what was recommended and is open, best first; decides and stores nothing."""
    return make_json_response(await recommend.get_open_recommendations(context, learner, course, explain))


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

RecommendationId = Annotated[str, Path(description="The recommendation's id.", examples=["rec-0d5f2a"])]


@outcomes_router.post(
    "/recommendations/{recommendation}/dismissal", response_model=DismissalView, summary="Dismiss a recommendation"
)
async def dismiss_recommendation(
    context: ContextDep, recommendation: RecommendationId, body: DismissalBody
) -> Response:
    """Stores why it is not wanted, once; it never counts as an answer. `effect` says what follows."""
    return make_json_response(await dismissals.dismiss(context, recommendation, body))


@outcomes_router.post(
    "/recommendations/{recommendation}/answers",
    response_model=StepResult,
    summary="Answer a recommendation's questions",
)
async def answer_recommendation(
    context: ContextDep, recommendation: RecommendationId, body: StepAnswersBody
) -> Response:
    """Marks the answers and makes one outcome of the lesson and its questions: right from a score of 0.6 on. Giving up
    is a wrong outcome; declining is none, but the dismissal `not_now`."""
    return make_json_response(await answers.answer_recommendation(context, recommendation, body))


@outcomes_router.post("/outcomes", response_model=OutcomeView, summary="Send an outcome")
async def record_outcome(context: ContextDep, body: OutcomeBody) -> Response:
    """Updates the learner's state and stores the outcome in one transaction; the same id twice changes nothing."""
    return make_json_response((await outcomes.report_outcomes(context, [body]))[0])


@outcomes_router.post("/outcomes/batch", response_model=OutcomeViews, summary="Send several outcomes")
async def record_outcomes(context: ContextDep, body: OutcomesBody) -> Response:
    """Stores up to 1,000 outcomes in this order, all of them or none."""
    return make_json_response(OutcomeViews(await outcomes.report_outcomes(context, body.outcomes)))
