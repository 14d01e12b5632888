"""The derived arrays of a course, by hand and against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.course import Course
from tests.models.courses import any_course, few, little_course, make_course, random_course


def edges(course: Course) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in course.prerequisites}


def everything_before(course: Course, target: int) -> set[int]:
    earlier = {a for a, b in edges(course) if b == target}
    return {target}.union(*(everything_before(course, point) for point in earlier))


def test_the_little_course_by_hand():
    course = little_course()
    assert (course.points, course.resources) == (4, 5)
    assert course.point_index["p2"] == 2
    assert course.resource_index["r3"] == 3
    assert course.before.toarray().tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    assert course.after.toarray().tolist() == course.before.toarray().T.tolist()
    assert course.influence.toarray().tolist() == [[0, 1, 0, 1], [0, 0, 1, 0.5], [0, 0, 0, 0], [0, 0.5, 0, 0]]
    assert course.teaches.toarray()[3] == pytest.approx([0, 0.6, 0, 1])
    assert course.before_padded.tolist() == [[-1], [0], [1], [0]]
    assert course.depth.tolist() == [0, 1, 2, 1]
    assert course.closure(np.array([2])).tolist() == [True, True, True, False]
    assert course.closure(np.array([], dtype=np.int64)).tolist() == [False] * 4


def test_a_prerequisite_outweighs_a_semantic_edge_between_the_same_points():
    course = make_course(2, [(0, 1)], [[(0, 1.0)]], [(0, 1, 0.3)])
    assert course.influence.toarray() == pytest.approx(np.array([[0, 1], [0.3, 0]]))


def test_a_course_without_edges_has_empty_matrices():
    course = make_course(3, [], [[(1, 1.0)]])
    assert course.influence.nnz == course.before.nnz == 0
    assert course.before_padded.tolist() == [[-1], [-1], [-1]]
    assert course.order.tolist() == [0, 1, 2]
    assert course.depth.tolist() == [0, 0, 0]


@few
@given(any_course())
def test_influence_equals_its_definition(course):
    expected = np.zeros((course.points, course.points))
    for (a, b), weight in zip(course.related, course.related_weight, strict=True):
        expected[a, b] = expected[b, a] = weight
    for a, b in edges(course):
        expected[a, b] = 1
    assert course.influence.toarray() == pytest.approx(expected)


@few
@given(any_course(), st.data())
def test_closure_equals_a_recursive_walk(course, data):
    targets = data.draw(st.lists(st.integers(0, course.points - 1), unique=True))
    expected = set().union(*(everything_before(course, target) for target in targets))
    assert set(np.flatnonzero(course.closure(np.array(targets, dtype=np.int64)))) == expected


@few
@given(any_course())
def test_padded_prerequisites_are_the_edges(course):
    padded = course.before_padded
    found = {(int(a), k) for k in range(course.points) for a in padded[k] if a >= 0}
    assert found == edges(course)
    assert (np.diff((padded >= 0).astype(int), axis=1) <= 0).all(), "padding comes last"


@few
@given(any_course())
def test_order_puts_prerequisites_first_and_depth_is_the_longest_chain(course):
    place = {int(point): position for position, point in enumerate(course.order)}
    assert sorted(place) == list(range(course.points))
    assert all(place[a] < place[b] for a, b in edges(course))

    def longest(point: int) -> int:
        return max((1 + longest(a) for a, b in edges(course) if b == point), default=0)

    assert course.depth.tolist() == [longest(point) for point in range(course.points)]


@few
@given(any_course())
def test_teaches_holds_the_importance_of_each_taught_point(course):
    expected = np.zeros((course.resources, course.points), dtype=np.float32)
    for resource in range(course.resources):
        for point, weight in zip(course.taught[resource], course.importance[resource], strict=True):
            expected[resource, point] += weight
    assert course.teaches.toarray() == pytest.approx(expected)


def test_random_courses_are_acyclic_and_whole():
    course = random_course(3)
    assert len(course.order) == course.points == 20
    assert set(course.taught[course.importance > 0]) == set(range(20))


def test_points_of_a_cycle_drawn_by_hand_come_last_and_break_nothing():
    course = make_course(5, [(0, 1), (1, 2), (2, 1), (2, 3)], [[(0, 1.0)]])
    assert course.order.tolist() == [0, 4, 1, 2, 3]
    assert course.depth.shape == (5,) and course.closure(np.array([3])).tolist() == [True, True, True, True, False]
