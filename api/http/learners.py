"""Learners: create, read, delete, goals, limits, mastery, history, and whether a point may be skipped."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from api.http.dependencies import ContextDep, LearnerId, OwnCourseQuery, make_json_response
from services.learners import profiles, progress
from services.learners.progress import assess_skip
from services.learners.schemas import (
    GoalsBody,
    LabelsBody,
    LearnerHistory,
    LearnerPage,
    LearnerView,
    LimitsBody,
    MasteryView,
    NewLearner,
    SkipView,
)

router = APIRouter(prefix="/v1/learners", tags=["learners"])


@router.post("", status_code=201, response_model=LearnerView, summary="Create a learner")
async def create_learner(context: ContextDep, body: NewLearner) -> Response:
    """Adds a learner to a course, with goals and limits if you like. 409 when the id is in use."""
    return make_json_response(await profiles.create_learner(context, body), 201)


TeamQuery = Annotated[str | None, Query(description="Only learners of this team.")]
AfterQuery = Annotated[str, Query(description="Only ids after this one: `after` of the page before.")]
PageQuery = Annotated[int, Query(ge=1, le=1000, description="Learners a page.")]


@router.get("", response_model=LearnerPage, summary="List learners")
async def list_learners(
    context: ContextDep,
    course: OwnCourseQuery = None,
    team: TeamQuery = None,
    after: AfterQuery = "",
    limit: PageQuery = 100,
) -> Response:
    """Learners by id, page by page; `course` and `team` narrow the list."""
    return make_json_response(await profiles.list_learners(context, course, team, after, limit))


@router.get("/{learner}", response_model=LearnerView, summary="Read a learner")
async def get_learner(context: ContextDep, learner: LearnerId) -> Response:
    """Goals, limits and how many outcomes there were; mastery is at `/mastery`."""
    return make_json_response(await profiles.get_learner(context, learner))


@router.delete("/{learner}", status_code=204, summary="Delete a learner")
async def delete_learner(context: ContextDep, learner: LearnerId) -> Response:
    """Forgets the learner with all mastery, diagnostics, recommendations and outcomes, for good."""
    await profiles.delete_learner(context, learner)
    return Response(status_code=204)


@router.put("/{learner}/goals", response_model=LearnerView, summary="Set the goals")
async def set_goals(context: ContextDep, learner: LearnerId, body: GoalsBody) -> Response:
    """Replaces all goals. The way to them is everything that they rest on."""
    return make_json_response(await profiles.set_goals(context, learner, body.goals))


@router.delete("/{learner}/goals", response_model=LearnerView, summary="Aim at the whole course")
async def clear_goals(context: ContextDep, learner: LearnerId) -> Response:
    """Without goals the whole course is the goal."""
    return make_json_response(await profiles.clear_goals(context, learner))


@router.put("/{learner}/limits", response_model=LearnerView, summary="Set the limits")
async def set_limits(context: ContextDep, learner: LearnerId, body: LimitsBody) -> Response:
    """Replaces all limits; only resources within them are recommended."""
    return make_json_response(await profiles.set_limits(context, learner, body))


@router.put("/{learner}/labels", response_model=LearnerView, summary="Set name, team and properties")
async def set_labels(context: ContextDep, learner: LearnerId, body: LabelsBody) -> Response:
    """Replaces name, team and further properties; what is missing is removed."""
    return make_json_response(await profiles.set_labels(context, learner, body))


progress_router = APIRouter(prefix="/v1/learners/{learner}", tags=["learners"])

LimitQuery = Annotated[int, Query(ge=1, le=500)]
BeforeQuery = Annotated[AwareDatetime | None, Query(description="Only what is older: pages on.")]


@progress_router.get("/mastery", response_model=MasteryView, summary="What the learner knows")
async def get_mastery(context: ContextDep, learner: LearnerId, course: OwnCourseQuery = None) -> Response:
    """Every point of the course that was ever touched, forgetting included, each with its uncertainty."""
    return make_json_response(await progress.get_mastery(context, learner, course))


@progress_router.get("/history", response_model=LearnerHistory, summary="What the learner did")
async def get_history(
    context: ContextDep, learner: LearnerId, limit: LimitQuery = 50, before: BeforeQuery = None
) -> Response:
    """Outcomes and unanswered recommendations, newest first."""
    return make_json_response(await progress.get_history(context, learner, limit, before))


skip_router = APIRouter(prefix="/v1/learners/{learner}", tags=["learners"])

PointQuery = Annotated[str, Query(description="The point in question.", examples=["english/present-simple-be"])]


@skip_router.get("/skip", response_model=SkipView, summary="Whether a point may be skipped")
async def get_skip_verdict(
    context: ContextDep, learner: LearnerId, point: PointQuery, course: OwnCourseQuery = None
) -> Response:
    """The verdict, its reason, and the evidence: prerequisites, what was mastered beyond it, what would be missed."""
    return make_json_response(await assess_skip(context, learner, point, course))
