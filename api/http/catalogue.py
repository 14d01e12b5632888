"""Courses, knowledge points, resources and items, to read."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.http.dependencies import ContextDep, make_json_response
from services.catalogue import courses, items
from services.catalogue.courses import CourseViews, PointNames, PointView, ResourceDetail, ResourceViews
from services.catalogue.items import ItemViews
from services.schemas import ItemView

router = APIRouter(prefix="/v1", tags=["catalogue"])

CourseId = Annotated[str, Path(examples=["english"])]
PointId = Annotated[str, Path(examples=["english/present-simple-be"])]
ResourceId = Annotated[str, Path(examples=["english/r/present-simple-be-lesson"])]
ItemId = Annotated[str, Path(examples=["english/q/present-simple-be-1"])]
TaughtPointQuery = Annotated[str | None, Query(description="Only what teaches this point.")]


@router.get("/courses", response_model=CourseViews, summary="Every course")
async def list_courses(context: ContextDep) -> Response:
    """The courses in the graph and how large they are."""
    return make_json_response(CourseViews(await courses.list_courses(context)))


@router.get("/courses/{course}/points", response_model=PointNames, summary="A course's points")
async def list_points(context: ContextDep, course: CourseId) -> Response:
    """All of them, by id and name."""
    return make_json_response(await courses.list_points(context, course))


@router.get("/courses/{course}/resources", response_model=ResourceViews, summary="A course's resources")
async def list_resources(
    context: ContextDep,
    course: CourseId,
    point: TaughtPointQuery = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Active resources, by id; with `point` only those that teach it."""
    return make_json_response(await courses.list_resources(context, course, point, limit, offset))


@router.get("/points/{id:path}/items", response_model=ItemViews, summary="A point's questions")
async def list_items(context: ContextDep, id: PointId) -> Response:
    """The active items that assess it, options mixed, without their answers."""
    return make_json_response(await items.list_items(context, id))


@router.get("/items/{id:path}", response_model=ItemView, summary="A question")
async def get_item(context: ContextDep, id: ItemId) -> Response:
    """Its prompt and mixed options, without the answer."""
    return make_json_response(await items.get_item(context, id))


@router.get("/points/{id:path}", response_model=PointView, summary="A knowledge point")
async def get_point(context: ContextDep, id: PointId) -> Response:
    """What it is, what it rests on, and what it opens."""
    return make_json_response(await courses.get_point(context, id))


@router.get("/resources/{id:path}", response_model=ResourceDetail, summary="A resource")
async def get_resource(context: ContextDep, id: ResourceId) -> Response:
    """Its text, and what it teaches; retired ones are still here."""
    return make_json_response(await courses.get_resource(context, id))
