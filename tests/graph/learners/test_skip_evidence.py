"""The evidence for skipping a point, on the real database: chains, diamonds, decay, and what would be missed."""

from dataclasses import replace

import pytest

from graph.errors import Invalid, NotFound
from graph.learners.skip_evidence import read_skip_evidence
from tests.graph.worlds import NOW, Point, World, write_worlds

pytestmark = pytest.mark.database

# a → b → c1 → d → e → f → g      b → c2 → d      b → x (proposed)      a → y
EDGES = [("a", "b"), ("b", "c1"), ("b", "c2"), ("c1", "d"), ("c2", "d"), ("d", "e"), ("e", "f"), ("f", "g"), ("a", "y")]
DIAMOND = World(
    points={id: Point() for id in ("a", "b", "c1", "c2", "d", "e", "f", "g", "x", "y")},
    edges={**dict.fromkeys(EDGES, "accepted"), ("b", "x"): "proposed"},
    mastery={"a": (0.9, 1.0), "d": (0.9, 1.0)},
    goals={"f": 0.9},
)


async def read(graph, world, point="b"):
    await write_worlds(graph, world)
    return await read_skip_evidence(graph, "learner", point, NOW)


async def test_a_chain_leads_to_what_was_mastered_through_one_side_of_a_diamond(graph):
    found = await read(graph, DIAMOND)
    assert found.point.level == 0 and found.point.sd is None and found.point.on_path
    assert [(each.id, each.level) for each in found.prerequisites] == [("a", 0.9)] and not found.unmet
    assert [(each.state.id, each.hops) for each in found.dependents] == [
        ("c1", 1), ("c2", 1), ("d", 2), ("e", 3), ("f", 4),
    ]  # fmt: skip
    [d] = found.mastered_dependents
    assert d.chain in (["b", "c1", "d"], ["b", "c2", "d"]) and d.confidence == 1
    assert sorted(d.builds_on) == ["c1", "c2"]
    assert [each.state.id for each in found.affected_dependents] == ["e", "f"], (
        "c1 and c2 are shown by d; g is out of the way"
    )


async def test_confidences_multiply_along_the_chain(graph):
    await write_worlds(graph, DIAMOND)
    text = "MATCH (:KnowledgePoint {id: $a})-[e:PREREQUISITE_OF]->(:KnowledgePoint {id: $b}) SET e.confidence = 0.5"
    await graph.execute_write(lambda work: work.text(text, a="d", b="e"))
    await graph.execute_write(lambda work: work.text(text, a="e", b="f"))
    found = await read_skip_evidence(graph, "learner", "b", NOW)
    assert [each.confidence for each in found.dependents] == [1, 1, 1, 0.5, 0.25]


async def test_what_was_mastered_long_ago_shows_nothing(graph):
    found = await read(graph, replace(DIAMOND, mastery={"a": (0.9, 1.0), "d": (0.9, 3.0), "b": (1.0, 10.0)}))
    assert found.point.level == pytest.approx(0.4493, abs=1e-4), "e^(−0.8)"
    assert not found.mastered_dependents
    assert [each.state.id for each in found.affected_dependents] == ["c1", "c2", "e", "f"], (
        "d is met at 0.71, though not mastered"
    )


async def test_an_inferred_level_is_no_evidence(graph):
    await write_worlds(graph, DIAMOND)
    await graph.execute_write(lambda work: work.text("MATCH (:Learner)-[m:MASTERY]->({id: 'd'}) SET m.attempts = 0"))
    found = await read_skip_evidence(graph, "learner", "b", NOW)
    assert found.dependents[2].state.mastered and not found.mastered_dependents


async def test_a_point_off_the_way_and_one_of_a_learner_without_goals(graph):
    found = await read(graph, DIAMOND, "y")
    assert not found.point.on_path and not found.dependents and not found.affected_dependents
    free = await read(graph, replace(DIAMOND, goals={}), "y")
    assert free.point.on_path


async def test_a_goal_is_needed_at_its_own_level(graph):
    found = await read(graph, DIAMOND, "f")
    assert found.point.goal_level == 0.9 == found.point.needed and found.point.met_at == 0.6
    own = await read(graph, replace(DIAMOND, points={**DIAMOND.points, "b": Point(met_at=0.3, mastered_at=0.7)}))
    assert (own.point.needed, own.point.mastered_at) == (0.3, 0.7)


async def test_unknown_names_are_told_apart(graph):
    await write_worlds(graph, DIAMOND)
    for learner, point, course, name in [("nobody", "b", None, "nobody"), ("learner", "z", None, "z"),
                                         ("learner", "b", "other", "other")]:  # fmt: skip
        with pytest.raises(NotFound, match=name):
            await read_skip_evidence(graph, learner, point, NOW, course)
    await graph.execute_write(lambda work: work.text("MATCH (l:Learner) SET l.course = null"))
    with pytest.raises(Invalid, match="name one"):
        await read_skip_evidence(graph, "learner", "b", NOW)
