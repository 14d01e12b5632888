"""Courses, knowledge points and resources, to read."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import catalogue
from api.catalogue_views import CourseViews, PointNames, PointView, ResourceDetail, ResourceViews
from api.http.parts import TheLoop
from api.http.replies import answer

router = APIRouter(prefix="/v1", tags=["catalogue"])

Course = Annotated[str, Path(examples=["english"])]
PointId = Annotated[str, Path(examples=["english/present-simple-be"])]
ResourceId = Annotated[str, Path(examples=["english/r/present-simple-be-lesson"])]
OfPoint = Annotated[str | None, Query(description="Only what teaches this point.")]


@router.get("/courses", response_model=CourseViews, summary="Every course")
async def courses(loop: TheLoop) -> Response:
    """The courses in the graph and how large they are."""
    return answer(CourseViews(await catalogue.courses(loop)))


@router.get("/courses/{course}/points", response_model=PointNames, summary="A course's points")
async def points(loop: TheLoop, course: Course) -> Response:
    """All of them, by id and name."""
    return answer(await catalogue.points(loop, course))


@router.get("/courses/{course}/resources", response_model=ResourceViews, summary="A course's resources")
async def resources(
    loop: TheLoop,
    course: Course,
    point: OfPoint = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Active resources, by id; with `point` only those that teach it."""
    return answer(await catalogue.resources(loop, course, point, limit, offset))


@router.get("/points/{id:path}", response_model=PointView, summary="A knowledge point")
async def point(loop: TheLoop, id: PointId) -> Response:
    """What it is, what it rests on, and what it opens."""
    return answer(await catalogue.point(loop, id))


@router.get("/resources/{id:path}", response_model=ResourceDetail, summary="A resource")
async def resource(loop: TheLoop, id: ResourceId) -> Response:
    """Its text, and what it teaches; retired ones are still here."""
    return answer(await catalogue.resource(loop, id))
