"""What accepting would do, against a plain count over small worlds."""

import random

import pytest

from graph.errors import NotFound
from graph.proposals.reader import read_effect
from tests.graph.worlds import NOW, Point, Resource, Rule, World, write_worlds

pytestmark = pytest.mark.database
IDS = "abcdef"


def world(chance: random.Random, edges: dict) -> World:
    """One learner; levels old enough to be forgotten, points with thresholds of their own."""
    mastery = {id: (chance.random(), chance.choice([0.0, 10.0])) for id in IDS if chance.random() < 0.8}
    points = {id: Point(met_at=0.4 if id == "a" else None, mastered_at=0.5 if id == "d" else None) for id in IDS}
    resources = {
        f"r{n}": Resource({chance.choice(IDS): 1.0}, status="retired" if n > 8 else "active") for n in range(11)
    }
    return World(points, edges, resources, mastery)


def expected(worlds: list[World], before: str, after: str) -> tuple[int, int, int, int]:
    rules = [Rule(each) for each in worlds]
    open_now = [
        rule for rule in rules if not rule.mastered(after) and all(rule.met(p) for p in rule.world.before(after))
    ]
    taught = [r for r in worlds[0].resources.values() if r.status == "active" and after in r.teaches]
    return len(taught), len(rules), len(open_now), sum(not rule.met(before) for rule in open_now)


@pytest.mark.parametrize("seed", range(5))
async def test_effect_is_a_plain_count(graph, seed):
    chance = random.Random(seed)
    edges = {("b", "d"): "accepted", ("c", "d"): "accepted", ("a", "d"): "proposed", ("a", "e"): "proposed"}
    worlds = [world(chance, edges) for _ in range(12)]
    worlds[0].mastery.clear()
    await write_worlds(graph, worlds[0], *worlds[1:])
    for after in "de":
        found = await read_effect(graph, "a", after, NOW)
        assert (found.resources, found.learners, found.open, found.closes) == expected(worlds, "a", after)


async def test_a_point_that_is_not_there(graph):
    with pytest.raises(NotFound):
        await read_effect(graph, "a", "x", NOW)
