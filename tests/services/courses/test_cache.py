"""The courses in memory: built once, built anew when something is missing, never twice at the same time."""

import asyncio
from dataclasses import replace

import pytest

from graph.errors import GraphUnavailable, Invalid
from services.courses.cache import CourseCache
from tests.services.little_arrays import little_course, little_served


class Builder:
    """Builds the little course; `resources` are added to it, `broken` makes it fail."""

    def __init__(self):
        self.builds, self.resources, self.broken, self.revision = 0, [], False, 1

    async def __call__(self, course):
        self.builds += 1
        revision, resources = self.revision, list(self.resources)
        await asyncio.sleep(0.01)
        if self.broken:
            raise GraphUnavailable("away")
        course = little_course()
        course = replace(course, resource_ids=[*course.resource_ids, *resources])
        return replace(little_served(), course=course, revision=revision)


def ids(*known):
    async def read():
        return list(known)

    return read


@pytest.mark.parametrize("known", [(), ("a", "b")])
async def test_the_course_must_be_named_unless_there_is_just_one(known):
    with pytest.raises(Invalid):
        await CourseCache(Builder(), ids(*known)).only()
    assert await CourseCache(Builder(), ids("a")).only() == "a"


async def test_a_course_is_built_once_for_everybody_who_asks():
    builder = Builder()
    courses = CourseCache(builder, ids("little"))
    first, second = await asyncio.gather(courses.get("little"), courses.get("little"))
    assert first is second
    assert await courses.get("little") is first
    assert builder.builds == 1


async def test_a_resource_added_just_now_is_there_in_the_same_request():
    builder = Builder()
    courses = CourseCache(builder, ids("little"))
    await courses.get("little")
    builder.resources.append("r-new")
    served = await courses.get_with_resources("little", 1, ["r-nouns", "r-new"])
    assert "r-new" in served.course.resource_index


async def test_what_is_not_found_is_not_looked_for_at_every_request():
    builder = Builder()
    courses = CourseCache(builder, ids("little"))
    for _ in range(3):
        served = await courses.get_with_resources("little", 1, ["r-ghost"])
    assert "r-ghost" not in served.course.resource_index
    assert builder.builds == 2


async def test_a_newer_revision_is_built_in_the_background():
    builder = Builder()
    courses = CourseCache(builder, ids("little"))
    old = await courses.get("little")
    builder.revision = 2
    assert await courses.get_with_resources("little", 2, ["r-nouns"]) is old
    await asyncio.sleep(0.05)
    assert (await courses.get("little")).revision == 2


async def test_an_outage_is_told_and_the_next_request_tries_again():
    builder = Builder()
    builder.broken = True
    courses = CourseCache(builder, ids("little"))
    with pytest.raises(GraphUnavailable):
        await courses.get("little")
    builder.broken = False
    assert (await courses.get("little")).revision == 1
