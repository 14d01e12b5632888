"""A diagnostic's state lives in the graph: it goes on after a restart, and ends as s(0)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from graph.errors import Conflict, Invalid, NotFound
from graph.learners.diagnostics import (
    AskedItem,
    finish_diagnostic,
    read_diagnostic,
    record_answers,
    record_questions,
    start_diagnostic,
)
from graph.learners.mastery import read_mastery
from graph.learners.practice import Outcome, PointUpdate
from graph.learners.profiles import delete_learner
from graph.recommendations.candidates import read_candidates
from tests.graph.outcome_model import learn
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.short_forms import record_outcome
from tests.graph.worlds import NOW, write_worlds

pytestmark = pytest.mark.database
ITEMS = """
UNWIND ['a', 'b', 'c'] AS id MATCH (k:KnowledgePoint {id: id})
CREATE (:Item {id: 'q-' + id})-[:ASSESSES]->(k)
"""


@pytest.fixture
async def school(graph):
    await write_worlds(graph, replace(CHAIN, mastery={"b": (0.9, 10.0)}))
    await graph.execute_write(lambda work: work.text(ITEMS))
    return graph


async def test_from_start_to_finish(school):
    await start_diagnostic(school, "d1", "learner", "course", NOW)
    await record_questions(school, "d1", ["q-b", "q-a"])
    await record_answers(school, "d1", {"q-b": True}, NOW)
    again = await record_questions(school, "d1", ["q-a", "q-c"])
    assert again.asked == [AskedItem("q-b", True), AskedItem("q-a", None), AskedItem("q-c", None)]
    assert (await record_answers(school, "d1", {"q-b": False, "q-c": False}, NOW)).asked[0].right is True
    levels = [PointUpdate("a", 0.8, 0.2), PointUpdate("b", 0.7, 0.1)]
    done = await finish_diagnostic(school, "d1", levels, NOW)
    assert done.finished_at == NOW and done == await read_diagnostic(school, "d1")
    a, b = await read_mastery(school, "learner", NOW)
    assert (a.level, a.attempts, b.level, b.attempts, b.days) == (0.8, 0, 0.7, 2, 0)
    [kept] = await school.execute_read(
        lambda work: work.text("MATCH (d:Diagnostic) RETURN d.before AS before, d.step AS step")
    )
    assert kept["before"] == [0.0, pytest.approx(0.9 * 0.4493, abs=1e-4)] and kept["step"] == 1
    assert await finish_diagnostic(school, "d1", [PointUpdate("a", 0.1, 0.2)], NOW) == done
    with pytest.raises(Conflict, match="finished"):
        await record_answers(school, "d1", {"q-a": True}, NOW)


async def test_what_is_wrong_is_named(school):
    with pytest.raises(NotFound, match="no course 'chess'"):
        await start_diagnostic(school, "d1", "learner", "chess", NOW)
    with pytest.raises(NotFound, match="no learner 'bob'"):
        await start_diagnostic(school, "d1", "bob", "course", NOW)
    await start_diagnostic(school, "d1", "learner", "course", NOW)
    with pytest.raises(NotFound, match="no item 'q-z'"):
        await record_questions(school, "d1", ["q-a", "q-z"])
    with pytest.raises(Invalid, match="'q-a' was not asked"):
        await record_answers(school, "d1", {"q-a": True}, NOW)
    with pytest.raises(Invalid, match=r"in \[0, 1\]"):
        await finish_diagnostic(school, "d1", [PointUpdate("a", 1.5, 0.1)], NOW)
    with pytest.raises(NotFound, match="no knowledge point 'z'"):
        await finish_diagnostic(school, "d1", [PointUpdate("a", 0.5, 0.1), PointUpdate("z", 0.5, 0.1)], NOW)
    assert (await read_diagnostic(school, "d1")).finished_at is None
    assert [each.point for each in await read_mastery(school, "learner", NOW)] == ["b"]
    for unit in (
        read_diagnostic(school, "d9"),
        record_questions(school, "d9", []),
        finish_diagnostic(school, "d9", [], NOW),
    ):
        with pytest.raises(NotFound, match="no diagnostic 'd9'"):
            await unit


async def test_items_can_be_practised_outside_a_diagnostic(school):
    recorded = await record_outcome(school, Outcome("o1", "learner", True, NOW, item="q-a"), learn, NOW)
    assert [rise.point for rise in recorded.changes] == ["a", "b"] and recorded.reward == pytest.approx(0.35)


async def test_a_deleted_learner_leaves_no_diagnostic(school):
    await start_diagnostic(school, "d1", "learner", "course", NOW)
    await record_questions(school, "d1", ["q-a"])
    await delete_learner(school, "learner")
    with pytest.raises(NotFound):
        await read_diagnostic(school, "d1")
    with pytest.raises(NotFound):
        await record_outcome(school, Outcome("o1", "learner", True, NOW - timedelta(days=1), item="q-a"), learn, NOW)


async def test_only_answers_demonstrate_a_level(school):
    """A level that was named opens gates while it lasts; one that was shown keeps them open when it fades."""
    await start_diagnostic(school, "named", "learner", "course", NOW, length=0)
    await finish_diagnostic(school, "named", [PointUpdate("a", 0.8, 0.2)], NOW)
    later = NOW + timedelta(days=20)
    assert (await read_candidates(school, "learner", NOW)).resources == ["b1", "b2", "c1"]
    assert (await read_candidates(school, "learner", later)).resources == ["a1", "c1"]
    await start_diagnostic(school, "taken", "learner", "course", NOW)
    await record_questions(school, "taken", ["q-a"])
    await record_answers(school, "taken", {"q-a": True}, NOW)
    await finish_diagnostic(school, "taken", [PointUpdate("a", 0.8, 0.2)], NOW)
    assert (await read_candidates(school, "learner", later)).resources == ["a1", "b1", "b2", "c1"]
