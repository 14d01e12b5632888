"""Courses in memory: built once from the graph's catalogue, and again when the graph has a newer revision.

A served course holds arrays for the models, names for people, its learner model and its strategies.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from graph import catalogue
from graph.catalogue import CourseRows, ItemRow
from graph.connection import Graph
from graph.errors import Invalid
from services.courses.arrays import build_catalogue, build_course
from services.courses.artifacts import ArtifactStore
from services.courses.served import CourseMemo, DiagnosticItem, ServedCourse
from services.schemas import PointName, make_resource_view

REFRESH_WAIT_SECONDS = 1.0
"""Seconds that a request waits for a newer course before it is served from the one at hand."""

MISSING_RETRY_SECONDS = 5.0
"""Seconds before a resource that a build did not find is looked for again."""

MISSING_SINCE: CourseMemo[str, float] = CourseMemo(10_000)
"""When (monotonic seconds) a build did not find a resource, by the resource's id."""

logger = logging.getLogger("lodestar")


class CourseCache:
    """The courses that were asked for, each at the newest revision seen.

    Args:
        build: reads one course from the graph; raises `NotFound`.
        ids: the ids of all courses in the graph.
    """

    def __init__(
        self, build: Callable[[str], Awaitable[ServedCourse]], ids: Callable[[], Awaitable[list[str]]]
    ) -> None:
        self._build = build
        self._ids = ids
        self._served: dict[str, ServedCourse] = {}
        self._building: dict[str, asyncio.Task[ServedCourse]] = {}

    @property
    def loaded(self) -> list[ServedCourse]:
        """The courses in memory."""
        return list(self._served.values())

    def point_name(self, id: str) -> str:
        """Return the name of a point of any course in memory; its id where it is in none."""
        return next((served.name(id) for served in self.loaded if id in served.course.point_index), id)

    def title(self, resource: str) -> str | None:
        """Return the title of an active resource of any course in memory."""
        for served in self.loaded:
            if resource in served.course.resource_index:
                return served.resources[served.course.resource_index[resource]].title
        return None

    async def ids(self) -> list[str]:
        """Return the ids of all courses in the graph."""
        return await self._ids()

    async def only(self) -> str:
        """Return the course of a deployment that has one; raises `Invalid` where it must be named."""
        ids = await self._ids()
        if len(ids) == 1:
            return ids[0]
        if not ids:
            raise Invalid("There is no course yet. Import one: lodestar import FOLDER", "course")
        raise Invalid(f"Name the course, one of: {', '.join(ids)}.", "course")

    async def all(self) -> list[ServedCourse]:
        """Return every course in the graph."""
        return [await self.get(id) for id in await self._ids()]

    async def get(self, course: str) -> ServedCourse:
        """Return the course, from memory if it is there."""
        if course in self._served:
            return self._served[course]
        return await asyncio.shield(self.refresh(course))

    async def get_with_resources(self, course: str, revision: int, resources: list[str]) -> ServedCourse:
        """Return the course with these resources, if that is possible soon.

        A resource that is not known calls for a new build, waited for briefly; a mere change of the revision calls for
        one in the background. What a build does not find is not looked for again at once.
        """
        served = await self.get(course)
        known = served.course.resource_index
        missing = [id for id in resources if id not in known]
        if not missing:
            if revision > served.revision:
                self.refresh(course)
            return served
        now = monotonic()
        since = [MISSING_SINCE.find(served, id) for id in missing]
        if all(each is not None and now - each < MISSING_RETRY_SECONDS for each in since):
            return served
        done, _ = await asyncio.wait([self.refresh(course)], timeout=REFRESH_WAIT_SECONDS)
        if done:
            served = done.pop().result()
            for id in missing:
                if id not in served.course.resource_index:
                    MISSING_SINCE.put(served, id, now)
        return served

    def refresh(self, course: str) -> "asyncio.Task[ServedCourse]":
        """Build the course anew; calls that come meanwhile share the build."""
        if course not in self._building:
            task = asyncio.create_task(self._rebuild(course), name=f"build {course}")
            self._building[course] = task
            task.add_done_callback(lambda task: self._built(course, task))
        return self._building[course]

    async def _rebuild(self, course: str) -> ServedCourse:
        served = await self._build(course)
        self._served[course] = served
        return served

    def _built(self, course: str, task: "asyncio.Task[ServedCourse]") -> None:
        """A build that failed is tried again by the next request that needs it; those who wait get its error."""
        del self._building[course]
        if not task.cancelled() and task.exception() is not None:
            logger.warning("course %s was not read: %s", course, task.exception())


def build_served_course(rows: CourseRows, trained: ArtifactStore) -> ServedCourse:
    """Build one course at one revision, with its learner model and its strategies."""
    course = trained.learner_models.attach(build_course(rows), rows.settings)
    return ServedCourse(
        course=course,
        revision=rows.revision,
        title=rows.title,
        own_points=len(rows.included),
        points=[PointName(row["id"], row["name"]) for row in rows.points],
        levels=[row["level"] for row in rows.points],
        resources=[make_resource_view(row) for row in rows.resources],
        questions=[_make_item(row, course.point_index) for row in rows.items if _is_in_course(row, course.point_index)],
        strategies=trained.strategies.serve(course, build_catalogue(rows)),
        plain_bandits=rows.settings.get("banditPrior") == "plain",
    )


def _is_in_course(row: ItemRow, index: dict[str, int]) -> bool:
    """An item drawn by hand may assess nothing, or a point that this course does not know."""
    return bool(row["points"]) and all(point in index for point in row["points"])


def _make_item(row: ItemRow, index: dict[str, int]) -> DiagnosticItem:
    points = tuple(index[point] for point in row["points"])
    response = (row["a"], row["b"], row["c"])
    return DiagnosticItem(row["id"], row["prompt"], row["answer"], tuple(row["distractors"]), points, response)


def make_course_cache(graph: Graph, trained: ArtifactStore) -> CourseCache:
    """Return the courses of a graph, read when they are asked for, with their strategies and learner models."""

    async def build(course: str) -> ServedCourse:
        return build_served_course(await catalogue.read_course_rows(graph, course), trained)

    async def ids() -> list[str]:
        return [summary.id for summary in await catalogue.list_courses(graph)]

    return CourseCache(build, ids)
