"""The candidate query equals the rule in plain Python, over random graphs and learners."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import Invalid, NotFound
from graph.recommendations.candidates import read_candidates, read_obstacles
from tests.graph.worlds import NOW, Dismissed, Event, Point, Resource, Rule, World, write_worlds

pytestmark = pytest.mark.database
LEVELS = st.sampled_from([0.0, 0.3, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0])
DAYS = st.sampled_from([0.0, 0.01, 0.9, 1.0, 1.1, 2.9, 3.0, 5.0, 13.9, 14.0, 30.0])


def some(keys, values):
    """Some of the keys with a value each."""
    return st.dictionaries(st.sampled_from(keys), values, max_size=len(keys)) if keys else st.just({})


@st.composite
def worlds(draw) -> list[World]:
    """Three learners of every kind in one course: up to 9 points, edges from lower to higher numbers, 14 resources."""
    ids = [f"p{n}" for n in range(draw(st.integers(1, 9)))]
    points = {id: draw(point()) for id in ids}
    pairs = [(p, k) for i, p in enumerate(ids) for k in ids[i + 1 :]]
    edges = draw(some(pairs, st.sampled_from(["accepted", "accepted", "accepted", "proposed", "rejected"])))
    resources = {f"r{n}": draw(resource(ids)) for n in range(draw(st.integers(0, 14)))}
    own = draw(some(["masteredAt", "prerequisiteAt"], st.sampled_from([0.5, 0.75])))
    own |= draw(st.sampled_from([{}, {}, {"profile": "paper"}]))
    return [
        World(
            points,
            edges,
            resources,
            mastery=draw(some(ids, st.tuples(LEVELS, DAYS))),
            demonstrated=draw(some(ids, LEVELS)),
            goals=draw(st.one_of(st.just({}), some(ids[-3:], LEVELS))),
            limits=draw(limits()),
            done=draw(st.lists(event(resources, DAYS), max_size=4)),
            served=draw(st.lists(event(resources, st.sampled_from([0.01, 0.2])), max_size=3)),
            dismissed=draw(st.lists(dismissed(resources), max_size=3)),
            settings=own,
        )
        for _ in range(3)
    ]


def point():
    return st.builds(
        Point,
        level=st.sampled_from([None, "A1", "B1"]),
        mastered_at=st.sampled_from([None, None, 0.7, 0.95]),
        met_at=st.sampled_from([None, None, 0.3, 0.85]),
        included=st.sampled_from([True, True, True, False]),
    )


def event(resources, days):
    return st.builds(Event, st.sampled_from([*resources, "none"]), days, st.booleans())


def dismissed(resources):
    reason = st.sampled_from(["not_now", "too_easy", "too_hard", "known", "not_for_me"])
    return st.builds(Dismissed, st.sampled_from([*resources, "none"]), DAYS, reason)


def resource(points):
    return st.builds(
        Resource,
        teaches=st.dictionaries(st.sampled_from(points), st.sampled_from([0.4, 0.6, 1.0]), min_size=1, max_size=3),
        minutes=st.sampled_from([5.0, 20.0]),
        modality=st.sampled_from(["text", "video"]),
        language=st.sampled_from([None, "en", "de"]),
        status=st.sampled_from(["active", "active", "active", "retired"]),
    )


def limits():
    return st.fixed_dictionaries(
        {},
        optional={
            "maxMinutes": st.just(10.0),
            "modalities": st.just(["text"]),
            "languages": st.just(["en"]),
        },
    )


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(three=worlds(), caps=st.tuples(st.integers(1, 3), st.integers(1, 6)))
async def test_the_query_equals_the_rule(graph, three, caps):
    await write_worlds(graph, *three)
    for learner, world in zip(["learner", "learner-1", "learner-2"], three, strict=True):
        await check_candidates(graph, learner, Rule(world), caps)


async def check_candidates(graph, learner, rule, caps):
    found = await read_candidates(graph, learner, NOW, per_point=1000, limit=1000)
    assert found.resources == rule.ordered(1000, 1000)
    assert set(found.resources) == rule.candidates()
    few = await read_candidates(graph, learner, NOW, per_point=caps[0], limit=caps[1])
    assert few.resources == rule.ordered(*caps)
    if not found.resources:
        await check_reason(graph, learner, rule)


async def check_reason(graph, learner, rule):
    why = await read_obstacles(graph, learner, NOW)
    refused = {limit for id in rule.open_resources() for limit in rule.refusals(id)}
    if not rule.wanted():
        assert why.reason == "goal_reached"
    elif refused:
        assert why.reason == "blocked" and set(why.limits) == refused and not why.prerequisites
    else:
        assert why.reason == "blocked" and not why.limits
        assert all(
            not rule.met(each.point) and each.level == pytest.approx(rule.level(each.point))
            for each in why.prerequisites
        )
        assert why.prerequisites or why.untaught
        assert set(why.untaught) <= set(rule.wanted())


CHAIN = World(
    points={"a": Point(), "b": Point(), "c": Point()},
    edges={("a", "b"): "accepted", ("b", "c"): "accepted"},
    resources={id: Resource({id[0]: 1.0}) for id in ("a1", "b1", "b2", "c1")},
    mastery={"a": (0.9, 1.0)},
    goals={"c": 0.9},
)


async def test_one_row_has_all_that_the_policy_needs(graph):
    await write_worlds(
        graph, replace(CHAIN, mastery={"a": (0.9, 5.0)}, limits={"maxMinutes": 30.0, "modalities": ["text"]})
    )
    found = await read_candidates(graph, "learner", NOW)
    assert found.course == "course" and found.step == 0 and found.success == 0.5
    assert [(goal.point, goal.level) for goal in found.goals] == [("c", 0.9)]
    assert found.limits.max_minutes == 30 and found.limits.modalities == ["text"] and found.limits.languages is None
    assert found.mastery.points == ["a"] and found.mastery.days == pytest.approx([5])
    assert found.mastery.levels == pytest.approx([0.9 * math.exp(-0.4)])
    assert found.resources == ["a1", "b1", "b2"]


async def test_an_edge_drawn_by_hand_gates_at_once(graph):
    """Nobody counts prerequisites in between: the promise does not rest on a derived number."""
    await write_worlds(graph, replace(CHAIN, edges={("b", "c"): "accepted"}, mastery={}))
    assert (await read_candidates(graph, "learner", NOW)).resources == ["b1", "b2"]
    text = "MATCH (a {id: 'a'}), (b {id: 'b'}) CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(b)"
    await graph.execute_write(lambda work: work.text(text))
    assert (await read_candidates(graph, "learner", NOW)).resources == ["a1"]


async def test_forgetting_is_computed_with_the_time_that_is_given(graph):
    await write_worlds(graph, CHAIN)
    assert (await read_candidates(graph, "learner", NOW)).resources == ["b1", "b2"]
    later = await read_candidates(graph, "learner", NOW + timedelta(days=9))
    assert later.mastery.levels == pytest.approx([0.9 * math.exp(-0.8)])
    assert later.resources == ["a1", "b1", "b2"], "the point wants a review, and what builds on it stays open"
    await write_worlds(graph, replace(CHAIN, settings={"profile": "paper"}))
    assert (await read_candidates(graph, "learner", NOW + timedelta(days=9))).resources == ["a1"]


async def test_a_rest_is_a_preference_and_not_a_wall(graph):
    await write_worlds(graph, replace(CHAIN, done=[Event("b1", 2.0, True)]))
    assert (await read_candidates(graph, "learner", NOW)).resources == ["b2"]
    await write_worlds(graph, replace(CHAIN, done=[Event("b1", 2.0, True), Event("b2", 0.5, False)]))
    assert (await read_candidates(graph, "learner", NOW)).resources == ["b1", "b2"], "nobody waits"


async def test_what_was_dismissed_rests_and_what_was_refused_never_comes_back(graph):
    await write_worlds(graph, replace(CHAIN, dismissed=[Dismissed("b1", 0.5, "not_now")]))
    found = await read_candidates(graph, "learner", NOW)
    assert (found.resources, found.dismissed, found.refused) == (["b2"], ["b1"], [])
    assert (await read_candidates(graph, "learner", NOW + timedelta(days=1))).resources == ["b1", "b2"]
    await write_worlds(
        graph, replace(CHAIN, dismissed=[Dismissed("b1", 40.0, "not_for_me"), Dismissed("b2", 0.5, "too_hard")])
    )
    found = await read_candidates(graph, "learner", NOW)
    assert (found.resources, found.dismissed, found.refused) == (["b2"], ["b2"], ["b1"]), "a wall, and a preference"
    await write_worlds(graph, replace(CHAIN, dismissed=[Dismissed(id, 40.0, "not_for_me") for id in ("b1", "b2")]))
    assert (await read_candidates(graph, "learner", NOW)).resources == []
    assert (await read_obstacles(graph, "learner", NOW)).limits == ["dismissed"]


async def test_after_two_failures_another_resource_of_the_point_comes_first(graph):
    failed = [Event("b1", 3.0, False), Event("b1", 2.0, False)]
    await write_worlds(graph, replace(CHAIN, done=failed, settings={"retryAfterDays": 0.0}))
    assert (await read_candidates(graph, "learner", NOW)).resources == ["b2"]
    one = {id: each for id, each in CHAIN.resources.items() if id != "b2"}
    await write_worlds(graph, replace(CHAIN, resources=one, done=failed, settings={"retryAfterDays": 0.0}))
    assert (await read_candidates(graph, "learner", NOW)).resources == ["b1"], "there is no other"


async def test_reasons(graph):
    await write_worlds(graph, replace(CHAIN, mastery={p: (0.95, 0.0) for p in "abc"}))
    assert (await read_obstacles(graph, "learner", NOW)).reason == "goal_reached"
    await write_worlds(graph, replace(CHAIN, limits={"maxMinutes": 5.0}))
    assert (await read_obstacles(graph, "learner", NOW)).limits == ["max_minutes"]
    await write_worlds(graph, replace(CHAIN, resources={"c1": Resource({"c": 1.0})}, mastery={"a": (0.5, 0.0)}))
    why = await read_obstacles(graph, "learner", NOW)
    assert why.reason == "blocked" and why.untaught == ["a"]
    assert [(each.point, each.level, each.needed, each.before) for each in why.prerequisites] == [("a", 0.5, 0.6, "b")]


async def test_what_is_missing_is_named(graph):
    await write_worlds(graph, CHAIN)
    with pytest.raises(NotFound, match="no learner 'nobody'"):
        await read_candidates(graph, "nobody", NOW)
    with pytest.raises(NotFound, match="no course 'chess'"):
        await read_candidates(graph, "learner", NOW, course="chess")
    with pytest.raises(NotFound, match="no course 'chess'"):
        await read_obstacles(graph, "learner", NOW, course="chess")
    with pytest.raises(Invalid, match="time zone"):
        await read_candidates(graph, "learner", NOW.replace(tzinfo=None))
