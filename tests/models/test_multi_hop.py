"""What multi-hop evidence shows and how it orders, by hand and against a plain search."""

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ladder import needed_first
from models.multi_hop import MultiHop, MultiHopSettings, hops_to
from models.skipping import SkipRules
from tests.models.courses import any_course, few, levels, make_course, observe

RULES = SkipRules()


@few
@given(any_course(), st.data())
def test_shown_and_hops_are_what_a_plain_search_finds(course, data):
    level = data.draw(levels(course.points))[None]
    graph = networkx.DiGraph(course.prerequisites.tolist())
    graph.add_nodes_from(range(course.points))
    shown, goals = MultiHop(course, MultiHopSettings(hops=2)).shown(level)[0], np.arange(course.points) % 3 == 0
    hops = hops_to(course, goals[None])[0]
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
    assert needed_first(course).decide(seen).chosen.tolist() == [0]
    assert seen.candidates[0, MultiHop(course).decide(seen).chosen[0]] == 1


def test_what_is_met_and_shown_comes_last_and_what_gates_does_not():
    # 0 → 1, 0 → 2 (both mastered), 0 and 3 → 4 (goal)
    course = make_course(5, [(0, 1), (0, 2), (0, 4), (3, 4)], [[(0, 1.0)], [(3, 1.0)], [(4, 1.0)]])
    rung = MultiHop(course)
    met = observe(course, [[0.65, 0.9, 0.9, 0.79, 0.2]], [4])
    assert met.candidates[0].tolist() == [0, 1, 2]
    assert rung.shown(met.level)[0, 0] == pytest.approx(1 - 0.3**1.25, abs=1e-6)
    assert rung.score(met)[0].argmin() == 0 != needed_first(course).decide(met).score[0].argmin()
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
