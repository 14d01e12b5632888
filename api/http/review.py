"""Proposed prerequisites and relations, and what a person says of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import review
from api.http.parts import TheLoop
from api.http.replies import answer
from api.review_views import Decided, KindName, ProposalDetail, ProposalViews, Status, Verdict

router = APIRouter(prefix="/v1", tags=["review"])

Course = Annotated[str, Path(examples=["english"])]
Kind = Annotated[KindName | None, Query(description="Only proposed prerequisites, or only related pairs.")]
Before = Annotated[str, Query(description="The earlier point.", examples=["english/present-simple-be"])]
After = Annotated[str, Query(description="The later point.", examples=["english/yes-no-questions-be"])]


@router.get("/courses/{course}/proposals", response_model=ProposalViews, summary="A course's proposals")
async def proposals(
    loop: TheLoop,
    course: Course,
    kind: Kind = None,
    status: Annotated[Status | None, Query(description="Open and decided ones without it.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Edges that logs or texts speak for, with the evidence: open ones strongest first, then those that were decided,
    with who, when and why, the latest first."""
    wanted = review.Wanted(course, kind, status)
    return answer(await review.listing(loop.graph, wanted, limit, offset))


@router.get("/proposals", response_model=ProposalDetail, summary="One proposal")
async def proposal(loop: TheLoop, before: Before, after: After, kind: Kind = None) -> Response:
    """The evidence, what a person said of it, and what accepting it would do today."""
    return answer(await review.show(loop.graph, before, after, kind))


@router.post("/proposals/accept", response_model=Decided, summary="Accept a proposal")
async def accept(loop: TheLoop, body: Verdict) -> Response:
    """A prerequisite gates from now on. 409 where it would close a cycle, which the detail spells out, and where
    somebody decided already."""
    return answer(await review.judge(loop.graph, "accept", body))


@router.post("/proposals/reject", response_model=Decided, summary="Reject a proposal")
async def reject(loop: TheLoop, body: Verdict) -> Response:
    """It is not proposed again without new evidence. A related pair may also be a derived one, which then no longer
    counts. 409 where somebody decided already."""
    return answer(await review.judge(loop.graph, "reject", body))


@router.post("/proposals/reopen", response_model=Decided, summary="Take a decision back")
async def reopen(loop: TheLoop, body: Verdict) -> Response:
    """It is an open proposal again and gates nothing. 409 where nobody decided it."""
    return answer(await review.judge(loop.graph, "reopen", body))
