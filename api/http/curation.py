"""Proposed prerequisites and related points, their review by people, and the revisions of the curated graph."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.http.dependencies import ContextDep, make_json_response
from graph.proposals import reader
from services.curation import proposals
from services.curation.proposals import (
    ProposalDetail,
    ProposalKind,
    ProposalStatus,
    ProposalViews,
    ReviewBody,
    ReviewedProposal,
)
from services.curation.revisions import RevisionDetail, Revisions, get_revision, list_revisions

proposals_router = APIRouter(prefix="/v1", tags=["review"])

CourseId = Annotated[str, Path(examples=["english"])]
KindQuery = Annotated[ProposalKind | None, Query(description="Only proposed prerequisites, or only related pairs.")]
EarlierPointQuery = Annotated[str, Query(description="The earlier point.", examples=["english/present-simple-be"])]
LaterPointQuery = Annotated[str, Query(description="The later point.", examples=["english/yes-no-questions-be"])]


@proposals_router.get("/courses/{course}/proposals", response_model=ProposalViews, summary="A course's proposals")
async def list_proposals(
    context: ContextDep,
    course: CourseId,
    kind: KindQuery = None,
    status: Annotated[ProposalStatus | None, Query(description="Open and decided ones without it.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Edges that logs or texts speak for, with the evidence: open ones strongest first, then those that were decided,
    with who, when and why, the latest first."""
    wanted = reader.ProposalFilter(course, kind, status)
    return make_json_response(await proposals.list_proposals(context.graph, wanted, limit, offset))


@proposals_router.get("/proposals", response_model=ProposalDetail, summary="One proposal")
async def get_proposal(
    context: ContextDep, before: EarlierPointQuery, after: LaterPointQuery, kind: KindQuery = None
) -> Response:
    """The evidence, what a person said of it, and what accepting it would do today."""
    return make_json_response(await proposals.get_proposal(context.graph, before, after, kind))


@proposals_router.post("/proposals/accept", response_model=ReviewedProposal, summary="Accept a proposal")
async def accept_proposal(context: ContextDep, body: ReviewBody) -> Response:
    """A prerequisite gates from now on. 409 where it would close a cycle, which the detail spells out, and where
    somebody decided already."""
    return make_json_response(await proposals.review_proposal(context.graph, "accept", body))


@proposals_router.post("/proposals/reject", response_model=ReviewedProposal, summary="Reject a proposal")
async def reject_proposal(context: ContextDep, body: ReviewBody) -> Response:
    """It is not proposed again without new evidence. A related pair may also be a derived one, which then no longer
    counts. 409 where somebody decided already."""
    return make_json_response(await proposals.review_proposal(context.graph, "reject", body))


@proposals_router.post("/proposals/reopen", response_model=ReviewedProposal, summary="Take a decision back")
async def reopen_proposal(context: ContextDep, body: ReviewBody) -> Response:
    """It is an open proposal again and gates nothing. 409 where nobody decided it."""
    return make_json_response(await proposals.review_proposal(context.graph, "reopen", body))


revisions_router = APIRouter(prefix="/v1", tags=["revisions"])

RevisionNumber = Annotated[int, Path(ge=1, le=2**53, examples=[7])]
CourseQuery = Annotated[str | None, Query(description="Only those about this course.")]


@revisions_router.get("/revisions", response_model=Revisions, summary="What changed in the graph")
async def list_revision_log(
    context: ContextDep, course: CourseQuery = None, limit: Annotated[int, Query(ge=1, le=1000)] = 20
) -> Response:
    """Who changed what and why, newest first; counts are new, changed and gone rows by table."""
    return make_json_response(await list_revisions(context.graph, course, limit))


@revisions_router.get("/revisions/{number}", response_model=RevisionDetail, summary="One change of the graph")
async def get_revision_detail(
    context: ContextDep,
    number: RevisionNumber,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Its rows, field by field as they were before and after. A recommendation names the revision it was made on."""
    return make_json_response(await get_revision(context.graph, number, limit, offset))
