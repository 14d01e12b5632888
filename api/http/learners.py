"""Learners: create, read, delete, goals, limits."""

from fastapi import APIRouter, Response

from api import learners
from api.http.parts import Learner, TheLoop
from api.http.replies import answer
from api.learner_views import LearnerView
from api.requests import Goals, Limits, NewLearner

router = APIRouter(prefix="/v1/learners", tags=["learners"])


@router.post("", status_code=201, response_model=LearnerView, summary="Create a learner")
async def create(loop: TheLoop, body: NewLearner) -> Response:
    """Adds a learner to a course, with goals and limits if you like. 409 when the id is in use."""
    return answer(await learners.create(loop, body), 201)


@router.get("/{learner}", response_model=LearnerView, summary="Read a learner")
async def show(loop: TheLoop, learner: Learner) -> Response:
    """Goals, limits and how many outcomes there were; mastery is at `/mastery`."""
    return answer(await learners.show(loop, learner))


@router.delete("/{learner}", status_code=204, summary="Delete a learner")
async def delete(loop: TheLoop, learner: Learner) -> Response:
    """Forgets the learner with all mastery, diagnostics, recommendations and outcomes, for good."""
    await learners.delete(loop, learner)
    return Response(status_code=204)


@router.put("/{learner}/goals", response_model=LearnerView, summary="Set the goals")
async def aim(loop: TheLoop, learner: Learner, body: Goals) -> Response:
    """Replaces all goals. The way to them is everything that they rest on."""
    return answer(await learners.aim(loop, learner, body.goals))


@router.delete("/{learner}/goals", response_model=LearnerView, summary="Aim at the whole course")
async def clear_goals(loop: TheLoop, learner: Learner) -> Response:
    """Without goals the whole course is the goal."""
    return answer(await learners.clear_goals(loop, learner))


@router.put("/{learner}/limits", response_model=LearnerView, summary="Set the limits")
async def limit(loop: TheLoop, learner: Learner, body: Limits) -> Response:
    """Replaces all limits; only resources within them are recommended."""
    return answer(await learners.limit(loop, learner, body))
