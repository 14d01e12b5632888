"""The way to a goal, against reachability and shortest paths by networkx."""

from itertools import pairwise

import networkx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.courses.served import cover_whole_course, find_prerequisite_path


@st.composite
def acyclic(draw):
    points = draw(st.integers(1, 12))
    pairs = [(a, b) for b in range(points) for a in range(b)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    goals = draw(st.lists(st.integers(0, points - 1), min_size=1, max_size=3, unique=True))
    return points, edges, goals


@given(acyclic())
def test_the_closure_and_the_path_are_those_of_the_graph(example):
    points, edges, goals = example
    graph = networkx.DiGraph(edges)
    graph.add_nodes_from(range(points))
    way = find_prerequisite_path(goals, [sorted(graph.predecessors(point)) for point in range(points)])
    closure = set(goals).union(*(networkx.ancestors(graph, goal) for goal in goals))
    assert set(np.flatnonzero(way.closure)) == closure
    for point in closure:
        path = way.chain_to_goal(point)
        lengths = networkx.single_source_shortest_path_length(graph, point)
        assert path[-1] in goals
        assert all(graph.has_edge(*pair) for pair in pairwise(path))
        assert len(path) - 1 == min(lengths[goal] for goal in goals if goal in lengths)


def test_without_a_goal_the_course_is_on_the_way():
    way = cover_whole_course(2, 3)
    assert way.closure.tolist() == [True, True, False]
    assert way.chain_to_goal(0) == [0]
