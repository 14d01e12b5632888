"""A course of skills alone."""

import numpy as np

from models.course import Thresholds
from models.skill_course import skill_course


def test_every_point_has_one_practice_and_the_edges_are_the_prerequisites():
    course = skill_course("three", ("a", "b", "c"), np.array([[0, 1], [1, 2]]))
    assert (course.points, course.resources, course.resource_ids) == (3, 3, ["a", "b", "c"])
    assert course.teaches.toarray().tolist() == np.eye(3).tolist()
    assert course.before.toarray().tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert (course.mastered[0], course.met[0]) == (np.float32(0.8), np.float32(0.6))
    assert course.tracer is None


def test_a_course_without_edges_and_with_other_thresholds():
    course = skill_course("two", ["a", "b"], np.zeros((0, 2), dtype=np.int64), thresholds=Thresholds(0.7, 0.5))
    assert course.before.nnz == 0
    assert (course.mastered[1], course.met[1]) == (np.float32(0.7), np.float32(0.5))
