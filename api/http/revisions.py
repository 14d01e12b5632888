"""The revisions of the curated graph and what they changed, to read."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.http.parts import TheLoop
from api.http.replies import answer
from api.revisions import RevisionDetail, Revisions, list_revisions, revision_detail

router = APIRouter(prefix="/v1", tags=["revisions"])

Number = Annotated[int, Path(ge=1, le=2**53, examples=[7])]
OfCourse = Annotated[str | None, Query(description="Only those about this course.")]


@router.get("/revisions", response_model=Revisions, summary="What changed in the graph")
async def revisions(
    loop: TheLoop, course: OfCourse = None, limit: Annotated[int, Query(ge=1, le=1000)] = 20
) -> Response:
    """Who changed what and why, newest first; counts are new, changed and gone rows by table."""
    return answer(await list_revisions(loop.graph, course, limit))


@router.get("/revisions/{number}", response_model=RevisionDetail, summary="One change of the graph")
async def revision(
    loop: TheLoop,
    number: Number,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Its rows, field by field as they were before and after. A recommendation names the revision it was made on."""
    return answer(await revision_detail(loop.graph, number, limit, offset))
