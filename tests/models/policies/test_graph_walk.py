"""Personalised PageRank against networkx on the whole graph, and what it prefers, by hand.

What multi-hop evidence shows and how it orders, by hand and against a plain search.
"""

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.assessment.skipping import SkipRules
from models.policies.graph_walk import MultiHop, MultiHopSettings, PageRankSettings, PersonalisedPageRank, count_hops
from models.policies.rule_based import make_needed_first
from tests.models.courses import any_course, few, levels, make_course, observe, random_course

RULES = SkipRules()


@few
@given(any_course(), st.data())
def test_shown_and_hops_are_what_a_plain_search_finds(course, data):
    level = data.draw(levels(course.points))[None]
    graph = networkx.DiGraph(course.prerequisites.tolist())
    graph.add_nodes_from(range(course.points))
    shown, goals = MultiHop(course, MultiHopSettings(hops=2)).shown(level)[0], np.arange(course.points) % 3 == 0
    hops = count_hops(course, goals[None])[0]
    for point in range(course.points):
        reached = networkx.single_source_shortest_path_length(graph, point)
        odds = sorted(
            1 - RULES.trust * RULES.per_hop ** (far - 1)
            for other, far in reached.items()
            if 1 <= far <= 2 and level[0, other] >= course.mastered[other]
        )
        doubt = odds[0] * np.prod(odds[1:]) ** RULES.further if odds else 1
        assert shown[point] == pytest.approx(1 - doubt, abs=1e-5)
        assert hops[point] == min((far for other, far in reached.items() if goals[other]), default=np.inf)


def test_what_is_near_the_goal_comes_before_what_is_far():
    # 0 → 1 → 2 (goal), 3 → 2: points 0 and 3 are open, and 3 is one hop away
    course = make_course(4, [(0, 1), (1, 2), (3, 2)], [[(0, 1.0)], [(3, 1.0)]])
    seen = observe(course, [[0.1, 0, 0, 0.1]], [2])
    assert make_needed_first(course).decide(seen).chosen.tolist() == [0]
    assert seen.candidates[0, MultiHop(course).decide(seen).chosen[0]] == 1


def test_what_is_met_and_shown_comes_last_and_what_gates_does_not():
    # 0 → 1, 0 → 2 (both mastered), 0 and 3 → 4 (goal)
    course = make_course(5, [(0, 1), (0, 2), (0, 4), (3, 4)], [[(0, 1.0)], [(3, 1.0)], [(4, 1.0)]])
    rung = MultiHop(course)
    met = observe(course, [[0.65, 0.9, 0.9, 0.79, 0.2]], [4])
    assert met.candidates[0].tolist() == [0, 1, 2]
    assert rung.shown(met.level)[0, 0] == pytest.approx(1 - 0.3**1.25, abs=1e-6)
    assert rung.score(met)[0].argmin() == 0 != make_needed_first(course).decide(met).score[0].argmin()
    gating = observe(course, [[0.2, 0.9, 0.9, 0.2, 0.2]], [4])
    assert (rung.score(gating)[0] > 0).all()


@few
@given(any_course(), st.data())
def test_it_chooses_among_the_candidates_and_repeats(course, data):
    seen = observe(course, [data.draw(levels(course.points))], [course.points - 1])
    if not seen.mask.any():
        return
    first, second = (MultiHop(course).decide(seen) for _ in range(2))
    assert seen.mask[0, first.chosen[0]] and (first.score == second.score).all()


LONG = PageRankSettings(iterations=300, forward=0.7, related=0.5, teaches=1.3)


def whole_graph(course, settings) -> networkx.DiGraph:
    """Points and resources as nodes, every step of the walk as an edge."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(course.points))

    def add(a, b, weight):
        graph.add_edge(a, b, weight=graph.get_edge_data(a, b, {"weight": 0})["weight"] + weight)

    for before, after in course.prerequisites.tolist():
        add(before, after, settings.forward)
        add(after, before, settings.back)
    for (a, b), weight in zip(course.related.tolist(), course.related_weight.tolist(), strict=True):
        add(a, b, settings.related * weight)
        add(b, a, settings.related * weight)
    for resource, (points, shares) in enumerate(zip(course.taught.tolist(), course.importance.tolist(), strict=True)):
        for point, share in zip(points, shares, strict=True):
            if share > 0:
                add(point, f"r{resource}", settings.teaches * share)
                add(f"r{resource}", point, share)
    return graph


@pytest.mark.parametrize("seed", range(3))
def test_it_is_pagerank_on_points_and_resources(seed):
    course = random_course(seed)
    rung, graph = PersonalisedPageRank(course, LONG), whole_graph(course, LONG)
    draw = np.random.default_rng(seed)
    seen = observe(course, draw.random((3, course.points)), [course.points - 1, course.points - 2])
    score, restart = rung.score(seen), rung.restart(seen)
    for learner in range(3):
        start = {point: float(share) for point, share in enumerate(restart[learner])}
        rank = networkx.pagerank(graph, LONG.damping, start, weight="weight", max_iter=2000, tol=1e-12)
        expected = [rank[f"r{resource}"] for resource in seen.candidates[learner]]
        assert score[learner] == pytest.approx(expected, rel=1e-3)


def test_it_restarts_at_the_frontier_by_what_is_lacking_and_at_the_goals():
    # 0 → 1 → 2 (goal), 3 → 2
    course = make_course(4, [(0, 1), (1, 2), (3, 2)], [[(point, 1.0)] for point in range(4)])
    rung = PersonalisedPageRank(course, PageRankSettings(goal=0.5))
    # open and wanted: 0 lacks 0.2, 3 lacks 0.6; 1 and 2 are blocked
    seen = observe(course, [[0.6 - 1e-4, 0.1, 0, 0.2]], [2])
    assert rung.restart(seen)[0] == pytest.approx([0.25 / 1.5, 0, 0.5 / 1.5, 0.75 / 1.5], abs=1e-3)
    nothing = observe(course, [[1.0, 1, 1, 1]], [2])
    assert PersonalisedPageRank(course, PageRankSettings(goal=0)).restart(nothing)[0] == pytest.approx([0.25] * 4)


def test_it_prefers_what_lacks_most_on_the_way():
    course = make_course(3, [(0, 2), (1, 2)], [[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]])
    seen = observe(course, [[0.5, 0.1, 0], [0.1, 0.5, 0]], [2])
    assert PersonalisedPageRank(course).decide(seen).chosen.tolist() == [1, 0]


def test_lift_over_everybodys_walk_takes_what_is_special():
    # point 0 is taught by two resources, point 1 by one: the same mass at both points is shared at 0
    course = make_course(2, [], [[(0, 1.0)], [(0, 1.0)], [(1, 1.0), (0, 1.0)]])
    seen = observe(course, [[0.1, 0.1]], [0, 1])
    mass = PersonalisedPageRank(course).score(seen)[0]
    lift = PersonalisedPageRank(course, PageRankSettings(against_global=1.0)).score(seen)[0]
    assert mass[2] > 1.5 * mass[0] and lift == pytest.approx([1, 1, 1], abs=1e-3), "the restart is everybody's"


@few
@given(any_course(), st.data())
def test_it_chooses_among_the_candidates_whatever_the_course(course, data):
    seen = observe(course, [data.draw(levels(course.points))], [course.points - 1])
    rung = PersonalisedPageRank(course)
    assert rung.walk(rung.restart(seen)).sum() <= 1 + 1e-4
    if seen.mask.any():
        decision = rung.decide(seen)
        assert seen.mask[0, decision.chosen[0]] and np.isfinite(decision.score[0, decision.chosen[0]])
