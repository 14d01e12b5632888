"""Learners, goals and limits are stored, replaced and forgotten; what is unknown or out of range is named."""

from dataclasses import replace
from datetime import timedelta

import pytest

from graph.errors import Conflict, Invalid, NotFound
from graph.learners.mastery import read_mastery
from graph.learners.profiles import (
    Goal,
    LearnerProfile,
    StudyLimits,
    clear_goals,
    create_learner,
    delete_learner,
    read_learner,
    set_goals,
    set_limits,
)
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.worlds import NOW, Event, write_worlds

pytestmark = pytest.mark.database


async def test_what_is_created_is_read(graph):
    await write_worlds(graph, CHAIN)
    limits = StudyLimits(max_minutes=15.0, modalities=["text"], languages=["en", "de"])
    created = await create_learner(graph, "ann", NOW, course="course", limits=limits)
    assert await read_learner(graph, "ann") == created == LearnerProfile("ann", "course", NOW, [], limits, 0, 0.5)
    await set_limits(graph, "ann", StudyLimits(languages=["en"]))
    assert (await read_learner(graph, "ann")).limits == StudyLimits(languages=["en"])


async def test_ids_are_unique_and_courses_known(graph):
    await write_worlds(graph, CHAIN)
    with pytest.raises(Conflict, match="already a learner 'learner'"):
        await create_learner(graph, "learner", NOW)
    with pytest.raises(NotFound, match="no course 'chess'"):
        await create_learner(graph, "ann", NOW, course="chess")
    with pytest.raises(NotFound, match="no learner 'ann'"):
        await read_learner(graph, "ann")


async def test_goals_are_replaced_as_a_whole(graph):
    await write_worlds(graph, CHAIN)
    due = NOW + timedelta(days=30)
    await set_goals(graph, "learner", [Goal("b", 0.9, due), Goal("a")])
    assert (await read_learner(graph, "learner")).goals == [Goal("a", 0.0), Goal("b", 0.9, due)]
    with pytest.raises(NotFound, match="no knowledge point 'z'"):
        await set_goals(graph, "learner", [Goal("c"), Goal("z")])
    assert len((await read_learner(graph, "learner")).goals) == 2
    await clear_goals(graph, "learner")
    assert (await read_learner(graph, "learner")).goals == []


@pytest.mark.parametrize(
    ("goals", "message"),
    [
        ([], "at least one point"),
        ([Goal("a", 1.2)], r"level of 'a' is 1.2; it must lie in \[0, 1\]"),
        ([Goal("a"), Goal("a", 0.9)], "only once"),
        ([Goal("a", 0.5, NOW.replace(tzinfo=None))], "time zone"),
    ],
)
async def test_goals_that_make_no_sense_are_refused(graph, goals, message):
    with pytest.raises(Invalid, match=message):
        await set_goals(graph, "learner", goals)


@pytest.mark.parametrize("limits", [StudyLimits(max_minutes=0), StudyLimits(modalities=[]), StudyLimits(languages=[])])
async def test_limits_that_allow_nothing_are_refused(graph, limits):
    with pytest.raises(Invalid):
        await set_limits(graph, "learner", limits)


async def test_unknown_learners_are_named(graph):
    for unit in (
        set_goals(graph, "bob", [Goal("a")]),
        clear_goals(graph, "bob"),
        set_limits(graph, "bob", StudyLimits()),
        delete_learner(graph, "bob"),
        read_mastery(graph, "bob", NOW),
    ):
        with pytest.raises(NotFound, match="no learner 'bob'"):
            await unit


async def test_a_deleted_learner_leaves_nothing(graph):
    await write_worlds(graph, replace(CHAIN, done=[Event("a1", 1.0, True)], served=[Event("b1", 0.1, True)]), CHAIN)
    await delete_learner(graph, "learner")
    text = "MATCH (n) WHERE n:Learner OR n:Interaction OR n:Recommendation RETURN collect(n.id) AS ids"
    assert (await graph.execute_read(lambda work: work.text(text))) == [{"ids": ["learner-1"]}]
    [left] = await graph.execute_read(lambda work: work.text("MATCH ()-[m:MASTERY]->() RETURN count(m) AS edges"))
    assert left["edges"] == 1


async def test_mastery_is_read_with_forgetting(graph):
    await write_worlds(
        graph, replace(CHAIN, mastery={"b": (0.5, 1.0), "a": (0.9, 10.0)}, settings={"forgetting": 0.05})
    )
    a, b = await read_mastery(graph, "learner", NOW)
    assert (a.point, a.stored, a.attempts) == ("a", 0.9, 1) and a.level == pytest.approx(0.9 * 0.60653, abs=1e-4)
    assert (b.point, b.level) == ("b", 0.5) and b.days == pytest.approx(1)
