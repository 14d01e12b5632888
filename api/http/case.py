"""CASE 1.0 competency frameworks, to read, in the shape that the standard gives them: one CFDocument a course."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import case
from api.case_views import CFAssociation, CFAssociationSet, CFDocument, CFDocumentSet, CFItem, CFPackage
from api.http.case_status import STATUSES, CaseRoute
from api.http.parts import TheLoop
from api.http.replies import answer

ROOT = "/ims/case/v1p0"
router = APIRouter(prefix=ROOT, tags=["case"], route_class=CaseRoute, responses=STATUSES)

Identifier = Annotated[str, Path(description="Its UUID.", examples=["1e061340-1a04-504c-bc5b-c836a1247ae5"])]


def _host(request: Request) -> str:
    return str(request.base_url).rstrip("/") + ROOT


def _page(
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    offset: Annotated[int, Query(ge=0, description="How many to pass over.")] = 0,
    sort: Annotated[str | None, Query(description="The field to sort by.", examples=["title"])] = None,
    orderBy: Annotated[Literal["asc", "desc"], Query(description="Ascending or descending.")] = "asc",
    fields: Annotated[str | None, Query(description="Only these, parted by commas.", examples=["title,uri"])] = None,
    filter: Annotated[str | None, Query(description="Not served: it is refused.")] = None,
) -> case.Page:
    return case.Page(limit, offset, sort, orderBy == "desc", fields, filter)


Host = Annotated[str, Depends(_host)]
Page = Annotated[case.Page, Depends(_page)]


@router.get("/CFDocuments", response_model=CFDocumentSet, summary="Every framework")
async def documents(request: Request, loop: TheLoop, host: Host, page: Page) -> Response:
    """A page of CFDocuments; X-Total-Count says how many there are, Link where the next page is."""
    found, total = await case.documents(loop, host, page)
    response = answer({"CFDocuments": found})
    response.headers["X-Total-Count"] = str(total)
    if page.offset + page.limit < total:
        following = request.url.include_query_params(offset=page.offset + page.limit, limit=page.limit)
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


@router.get("/CFDocuments/{identifier}", response_model=CFDocument, summary="A framework")
async def document(loop: TheLoop, host: Host, identifier: Identifier) -> Response:
    """What a course says of itself."""
    return answer(await case.document(loop, host, identifier))


@router.get("/CFPackages/{identifier}", response_model=CFPackage, summary="A whole framework")
async def package(loop: TheLoop, host: Host, identifier: Identifier) -> Response:
    """The document with this identifier and all of its items and associations; `lodestar import` reads it."""
    return answer(await case.package(loop, host, identifier))


@router.get("/CFItems/{identifier}", response_model=CFItem, summary="An item")
async def item(loop: TheLoop, host: Host, identifier: Identifier) -> Response:
    """A knowledge point, or a heading of the tree."""
    return answer(await case.item(loop, host, identifier))


@router.get("/CFAssociations/{identifier}", response_model=CFAssociation, summary="An association")
async def association(loop: TheLoop, host: Host, identifier: Identifier) -> Response:
    """A prerequisite (`precedes`), a place in the tree (`isChildOf`), a resource (`exemplar`), or another link."""
    return answer(await case.association(loop, host, identifier))


@router.get("/CFItemAssociations/{identifier}", response_model=CFAssociationSet, summary="An item's associations")
async def item_associations(loop: TheLoop, host: Host, identifier: Identifier) -> Response:
    """The item, and every association that it is an end of."""
    return answer(await case.item_associations(loop, host, identifier))
