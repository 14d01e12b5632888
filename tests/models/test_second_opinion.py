"""An exam of two minds: weighted by hand; everything but the exam is the students' own."""

import numpy as np
import pytest

from models.belief import Belief
from models.follower import Follower
from models.practice import Past, PracticeWorld, Rules
from models.second_opinion import SecondOpinion
from models.traced import TracedStudents
from tests.models.students import Chain, practice_course, random_past, tracing_model

N, S = 5, 8
OTHER = tracing_model(N, seed=3)


def students() -> TracedStudents:
    return TracedStudents(tracing_model(N, seed=1), random_past(S, 6, N), seed=0)


def begun(weight: float) -> SecondOpinion:
    found = SecondOpinion(students(), OTHER, weight)
    found.begin(S, np.random.default_rng(0))
    found.renew(np.arange(S), np.arange(S))
    return found


def test_the_exam_is_the_weighted_mean_of_both_after_the_same_answers() -> None:
    both, past, follower = begun(0.3), random_past(S, 6, N), Follower(OTHER)
    vectors = follower.after(past.point, past.right)
    for step in range(4):
        expected = 0.7 * both.students.exam() + 0.3 * follower.levels(vectors)
        np.testing.assert_allclose(both.exam(), expected, atol=1e-5)
        points = (np.arange(S) + step) % N
        vectors = follower.heard(vectors, points, both.answer(points))


def test_by_hand_of_students_without_chance() -> None:
    chain = Chain(np.array([[True, False]]), np.ones((1, 2), dtype=bool))
    model = tracing_model(2)
    both = SecondOpinion(chain, model, 0.25)
    both.begin(1, np.random.default_rng(0))
    assert both.renew(np.array([0]), np.array([0])).tolist() == [[1, 1]]
    level = Belief(model).levels(Belief(model).start(1))[0]
    assert both.exam()[0] == pytest.approx([0.75 + level[0] / 4, level[1] / 4], abs=1e-6)
    assert both.answer(np.array([1])).tolist() == [False]
    level = Follower(model).levels(Follower(model).after(np.array([[1]]), np.array([[False]])))[0]
    assert both.exam()[0] == pytest.approx([0.75 + level[0] / 4, 0.75 + level[1] / 4], abs=1e-6)


def test_the_answers_and_targets_are_the_students_own() -> None:
    both, alone, draw = SecondOpinion(students(), OTHER, 0.9), students(), np.random.default_rng(5)
    assert isinstance(both.past, Past)
    for each in (both, alone):
        each.begin(S, np.random.default_rng(2))
    who, students_ = np.arange(S), draw.permutation(S)
    assert np.array_equal(both.renew(who, students_), alone.renew(who, students_))
    for _ in range(5):
        points = draw.integers(0, N, S)
        assert np.array_equal(both.answer(points), alone.answer(points))
    assert np.array_equal(both.students.exam(), alone.exam())
    assert not np.allclose(both.exam(), alone.exam(), atol=0.01)


def test_without_weight_a_world_is_that_of_the_plain_students() -> None:
    course, found = practice_course(N, [(0, 1)]), []
    for each in (students(), SecondOpinion(students(), OTHER, 0.0)):
        world = PracticeWorld(course, each, 4, Rules((3,), free=True))
        world.reset(seed=1)
        rewards = []
        for step in range(6):
            reward, ended, _ = world.advance((np.arange(4) + step) % N)
            world.restart(ended)
            rewards.append(reward)
        found.append((np.array(rewards), world.students.exam()))
    np.testing.assert_allclose(found[0][0], found[1][0], atol=1e-6)
    np.testing.assert_allclose(found[0][1], found[1][1], atol=1e-6)


def test_a_new_student_takes_one_place_alone() -> None:
    both = begun(0.5)
    both.answer(np.arange(S) % N)
    before = both.exam().copy()
    both.renew(np.array([2]), np.array([6]))
    stay = np.arange(S) != 2
    assert np.array_equal(both.exam()[stay], before[stay])
    np.testing.assert_allclose(both.exam()[2], begun(0.5).exam()[6], atol=1e-6)


def test_a_state_that_is_restored_goes_on_the_same() -> None:
    both, other = begun(0.5), begun(0.5)
    both.answer(np.arange(S) % N)
    state, exam = both.state(), both.exam().copy()
    random = both.students._generator.bit_generator.state
    right = both.answer(np.zeros(S, dtype=np.int64))
    after = both.exam().copy()
    assert not np.array_equal(after, exam)
    for each in (both, other):
        each.restore(state)
        assert np.array_equal(each.exam(), exam)
        each.students._generator.bit_generator.state = random
        assert np.array_equal(each.answer(np.zeros(S, dtype=np.int64)), right)
        assert np.array_equal(each.exam(), after)
