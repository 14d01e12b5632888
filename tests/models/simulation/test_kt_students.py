"""A course of skills alone."""

import numpy as np
import pytest

from models.arrays import Floats
from models.course import Thresholds
from models.knowledge_tracing.dkt import DKT
from models.simulation.kt_students import (
    MASTERED_LEVEL,
    MAX_TARGETS,
    MIN_TARGETS,
    KTStudents,
    draw_targets,
    make_skill_course,
)
from models.simulation.practice import PastAnswers
from models.simulation.tutor import BatchedVectorModel


def test_every_point_has_one_practice_and_the_edges_are_the_prerequisites():
    course = make_skill_course("three", ("a", "b", "c"), np.array([[0, 1], [1, 2]]))
    assert (course.points, course.resources, course.resource_ids) == (3, 3, ["a", "b", "c"])
    assert course.teaches.toarray().tolist() == np.eye(3).tolist()
    assert course.before.toarray().tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert (course.mastered[0], course.met[0]) == (np.float32(0.8), np.float32(0.6))
    assert course.learner_model is None


def test_a_course_without_edges_and_with_other_thresholds():
    course = make_skill_course("two", ["a", "b"], np.zeros((0, 2), dtype=np.int64), thresholds=Thresholds(0.7, 0.5))
    assert course.before.nnz == 0
    assert (course.mastered[1], course.met[1]) == (np.float32(0.7), np.float32(0.5))


SKILLS = tuple("abcdefghijkl")


def model(seed: int = 0) -> DKT:
    """Of random weights, large enough that answers matter."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DKT(SKILLS, (), (8, 8))


@pytest.fixture
def past() -> PastAnswers:
    generator = np.random.default_rng(0)
    point = generator.integers(0, len(SKILLS), (30, 6))
    point[:5, 4:] = -1
    return PastAnswers(point, generator.random(point.shape) < 0.5)


def begun(students: KTStudents, size: int, seed: int = 0) -> Floats:
    students.begin(size, np.random.default_rng(seed))
    return students.renew(np.arange(size), np.arange(size))


def test_students_stand_where_their_past_has_brought_them(past: PastAnswers) -> None:
    students, follower = KTStudents(model(), past), BatchedVectorModel(model())
    begun(students, 30)
    one = follower.after(past.point[:1, :4], past.right[:1, :4])
    np.testing.assert_allclose(students.exam()[:1], follower.levels(one), atol=1e-6)
    other = follower.after(past.point[7:8], past.right[7:8])
    np.testing.assert_allclose(students.exam()[7:8], follower.levels(other), atol=1e-6)


def test_an_answer_moves_the_student_as_it_moves_the_model(past: PastAnswers) -> None:
    students, follower = KTStudents(model(), past), BatchedVectorModel(model())
    begun(students, 30)
    points = np.arange(30) % len(SKILLS)
    right = students.answer(points)
    for row in (3, 11):
        point = np.append(past.point[row], points[row])[None]
        answers = np.append(past.right[row], right[row])[None]
        expected = follower.levels(follower.after(point, answers))
        np.testing.assert_allclose(students.exam()[row : row + 1], expected, atol=1e-6)


def test_answers_are_right_as_often_as_the_model_says(past: PastAnswers) -> None:
    students = KTStudents(
        model(), PastAnswers(past.point[:1].repeat(4000, axis=0), past.right[:1].repeat(4000, axis=0))
    )
    begun(students, 4000)
    chance = float(students.exam()[0, 2])
    assert students.answer(np.full(4000, 2)).mean() == pytest.approx(chance, abs=0.03)


def test_targets_are_the_same_whenever_a_student_of_a_test_comes(past: PastAnswers) -> None:
    students = KTStudents(model(), past, seed=5)
    first = begun(students, 30)
    students.begin(4, np.random.default_rng(9))
    assert np.array_equal(students.renew(np.arange(2), np.array([17, 3])), first[[17, 3]])
    free = KTStudents(model(), past)
    assert not np.array_equal(begun(free, 30, seed=1), begun(free, 30, seed=2))


def test_targets_are_three_to_eight_points_that_are_not_mastered() -> None:
    level = np.random.default_rng(0).uniform(0.4, 1, (500, 20)).astype(np.float32)
    level[0], level[1], level[2] = 0.9, 0.9, 0.1
    level[1, 3] = 0.5
    found = draw_targets(level, np.random.default_rng(0))
    count = found.sum(axis=1)
    assert set(found.ravel()) == {0, 1}
    assert (count[0], count[1], found[1, 3]) == (1, 1, 1)
    assert MIN_TARGETS <= count[2] <= MAX_TARGETS
    assert not (found[1:] * (level[1:] >= MASTERED_LEVEL)).any()
    plenty = (level < MASTERED_LEVEL).sum(axis=1) >= MAX_TARGETS
    assert set(count[plenty]) == set(range(MIN_TARGETS, MAX_TARGETS + 1))


def test_a_state_that_is_restored_goes_on_the_same(past: PastAnswers) -> None:
    students = KTStudents(model(), past)
    begun(students, 8)
    students.answer(np.arange(8))
    state, before = students.state(), students.exam().copy()
    students.answer(np.zeros(8, dtype=np.int64))
    assert not np.array_equal(students.exam(), before)
    students.restore(state)
    assert np.array_equal(students.exam(), before)
