"""Courses, points and resources, as callers read them."""

from api.catalogue_views import CourseView, PointNames, PointView, ResourceDetail, ResourceViews, Taught, detail
from api.loop import Loop
from api.served import Served
from graph import catalogue
from graph.errors import NotFound


async def courses(loop: Loop) -> list[CourseView]:
    """Every course with its size."""
    return [
        CourseView(each.id, each.title, each.language, each.licence, each.points, each.resources, each.items)
        for each in await catalogue.courses(loop.graph)
    ]


async def points(loop: Loop, course: str) -> PointNames:
    """The points of a course. Raises `NotFound`."""
    served = await loop.courses.get(course)
    return PointNames(course, served.points[: served.included])


async def resources(loop: Loop, course: str, point: str | None, limit: int, offset: int) -> ResourceViews:
    """Active resources, of one point if one is named. Raises `NotFound`."""
    served = await loop.courses.get(course)
    found = served.resources
    if point is not None:
        teaches = served.course.teaches[:, [served.position(point)]].tocoo()
        found = [found[place] for place in sorted(teaches.row.tolist())]
    return ResourceViews(course, len(found), found[offset : offset + limit])


async def point(loop: Loop, id: str) -> PointView:
    """A point with its neighbours in the prerequisite graph. Raises `NotFound`."""
    rows = await catalogue.points_by_id(loop.graph, [id])
    served = await _holding(loop, id)
    if not rows or served is None:
        raise NotFound("knowledge point", id)
    place, course = served.position(id), served.course
    return PointView(
        id=id,
        name=rows[0]["name"],
        description=rows[0]["description"],
        domain=rows[0]["domain"],
        level=rows[0]["level"],
        mastered_at=round(course.mastered[place].item(), 4),
        met_at=round(course.met[place].item(), 4),
        prerequisites=served.names(served.before[place]),
        opens=served.names(course.after[[place]].indices.tolist()),
    )


async def resource(loop: Loop, id: str) -> ResourceDetail:
    """A resource, retired or not, with its text and what it teaches. Raises `NotFound`."""
    rows = await catalogue.resources_by_id(loop.graph, [id])
    if not rows:
        raise NotFound("resource", id)
    return detail(rows[0], await _taught(loop, id))


async def _taught(loop: Loop, resource: str) -> list[Taught]:
    for served in await loop.courses.all():
        place = served.course.resource_index.get(resource)
        if place is not None:
            row = served.course.teaches[[place]]
            names = served.names(row.indices.tolist())
            return [
                Taught(name.id, name.name, round(share.item(), 4)) for name, share in zip(names, row.data, strict=True)
            ]
    return []


async def _holding(loop: Loop, point: str) -> Served | None:
    """A course that holds the point; read anew if the point is not known yet."""
    return next((each for each in await loop.courses.all() if point in each.course.point_index), None)
