"""CASE 1.0 competency frameworks, to read, in the shape that the standard gives them: one CFDocument a course."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.dependencies import ContextDep, make_json_response
from api.http.errors import CASE_RESPONSES, CaseRoute
from services.catalogue import case
from services.catalogue.case import CFAssociation, CFAssociationSet, CFDocument, CFDocumentSet, CFItem, CFPackage

ROOT = "/ims/case/v1p0"
router = APIRouter(prefix=ROOT, tags=["case"], route_class=CaseRoute, responses=CASE_RESPONSES)

Identifier = Annotated[str, Path(description="Its UUID.", examples=["1e061340-1a04-504c-bc5b-c836a1247ae5"])]


def _get_host(request: Request) -> str:
    return str(request.base_url).rstrip("/") + ROOT


def _get_document_query(
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    offset: Annotated[int, Query(ge=0, description="How many to pass over.")] = 0,
    sort: Annotated[str | None, Query(description="The field to sort by.", examples=["title"])] = None,
    orderBy: Annotated[Literal["asc", "desc"], Query(description="Ascending or descending.")] = "asc",
    fields: Annotated[str | None, Query(description="Only these, parted by commas.", examples=["title,uri"])] = None,
    filter: Annotated[str | None, Query(description="Not served: it is refused.")] = None,
) -> case.DocumentQuery:
    return case.DocumentQuery(limit, offset, sort, orderBy == "desc", fields, filter)


HostDep = Annotated[str, Depends(_get_host)]
DocumentQueryDep = Annotated[case.DocumentQuery, Depends(_get_document_query)]


@router.get("/CFDocuments", response_model=CFDocumentSet, summary="Every framework")
async def list_documents(request: Request, context: ContextDep, host: HostDep, page: DocumentQueryDep) -> Response:
    """A page of CFDocuments; X-Total-Count says how many there are, Link where the next page is."""
    found, total = await case.list_documents(context, host, page)
    response = make_json_response({"CFDocuments": found})
    response.headers["X-Total-Count"] = str(total)
    if page.offset + page.limit < total:
        following = request.url.include_query_params(offset=page.offset + page.limit, limit=page.limit)
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


@router.get("/CFDocuments/{identifier}", response_model=CFDocument, summary="A framework")
async def get_document(context: ContextDep, host: HostDep, identifier: Identifier) -> Response:
    """What a course says of itself."""
    return make_json_response(await case.get_document(context, host, identifier))


@router.get("/CFPackages/{identifier}", response_model=CFPackage, summary="A whole framework")
async def get_package(context: ContextDep, host: HostDep, identifier: Identifier) -> Response:
    """The document with this identifier and all of its items and associations; `lodestar import` reads it."""
    return make_json_response(await case.get_package(context, host, identifier))


@router.get("/CFItems/{identifier}", response_model=CFItem, summary="An item")
async def get_item(context: ContextDep, host: HostDep, identifier: Identifier) -> Response:
    """A knowledge point, or a heading of the tree."""
    return make_json_response(await case.get_item(context, host, identifier))


@router.get("/CFAssociations/{identifier}", response_model=CFAssociation, summary="An association")
async def get_association(context: ContextDep, host: HostDep, identifier: Identifier) -> Response:
    """A prerequisite (`precedes`), a place in the tree (`isChildOf`), a resource (`exemplar`), or another link."""
    return make_json_response(await case.get_association(context, host, identifier))


@router.get("/CFItemAssociations/{identifier}", response_model=CFAssociationSet, summary="An item's associations")
async def get_item_associations(context: ContextDep, host: HostDep, identifier: Identifier) -> Response:
    """The item, and every association that it is an end of."""
    return make_json_response(await case.get_item_associations(context, host, identifier))
