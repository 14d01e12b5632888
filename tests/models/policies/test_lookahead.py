"""The batched planners against the same plan for one learner, step by step, with plain loops."""

import numpy as np
import pytest
import torch

from models.arrays import Flags, Floats
from models.course import Course, Thresholds
from models.knowledge_tracing.base import ServedLearnerModel
from models.knowledge_tracing.dkt import DKT
from models.policies.lookahead import BeamSettings, LookaheadPlanner, make_beam_planner, make_greedy_planner, pad_flags
from models.recommender import Observation
from models.simulation.kt_students import KTStudents, make_skill_course
from models.simulation.practice import PastAnswers, PracticeConfig, PracticeWorld
from models.simulation.tutor import BatchedVectorModel

N, B = 7, 6
EDGES = np.array([[0, 1], [1, 2], [3, 4]])


@pytest.fixture(scope="module")
def course() -> Course:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = DKT(tuple("abcdefg"), (), (8, 8))
    with torch.no_grad():
        model.network.answer *= 4
        model.network.out *= 4
    return make_skill_course(
        "small", model.skills, EDGES, ServedLearnerModel(model, "1"), Thresholds(mastered=0.8, met=0.5)
    )


def seen_by(course: Course, length: int = 4, free: bool = False) -> Observation:
    assert course.learner_model
    generator = np.random.default_rng(2)
    past = PastAnswers(generator.integers(0, N, (B, 5)), generator.random((B, 5)) < 0.5)
    world = PracticeWorld(
        course, KTStudents(course.learner_model.model, past), B, PracticeConfig((length,), free, in_turn=True)
    )
    world.reset(seed=0)
    return world.observe()


class Slow:
    """One learner, one state at a time."""

    def __init__(self, course: Course, target: Flags) -> None:
        assert course.learner_model
        self.course, self.follower, self.target = course, BatchedVectorModel(course.learner_model.model), target

    def value(self, state: Floats, point: int) -> float:
        chance, found = self.levels(state)[point], 0.0
        for answer, weight in ((True, chance), (False, 1 - chance)):
            found += weight * self.levels(self.heard(state, point, answer))[self.target].mean()
        return float(found)

    def after(self, state: Floats, point: int) -> Floats:
        chance = self.levels(state)[point]
        return chance * self.heard(state, point, True) + (1 - chance) * self.heard(state, point, False)

    def open(self, state: Floats, now: list[int]) -> list[int]:
        level = self.levels(state)
        unmet = {after for before, after in EDGES if level[before] < self.course.met[before]}
        return [point for point in range(N) if point in now or point not in unmet]

    def levels(self, state: Floats) -> Floats:
        return self.follower.levels(state[None])[0]

    def heard(self, state: Floats, point: int, answer: bool) -> Floats:
        return self.follower.heard(state[None], np.array([point]), np.array([answer]))[0]


def candidates(seen: Observation, row: int) -> list[int]:
    return [int(one) for one in seen.candidates[row][seen.mask[row]]]


@pytest.mark.parametrize("free", [False, True])
def test_greedy_takes_the_best_expected_mean_level_of_the_targets(course: Course, free: bool) -> None:
    seen = seen_by(course, free=free)
    planner = make_greedy_planner(course)
    score, decision = planner.score(seen), planner.decide(seen)
    for row in range(B):
        slow, open_points = Slow(course, seen.target[row] > 0), candidates(seen, row)
        expected = [slow.value(seen.memory[row], point) for point in open_points]
        np.testing.assert_allclose(score[row][seen.mask[row]], expected, atol=1e-5)
        assert decision.chosen[row] == int(np.argmax(expected))
        assert seen.mask[row, decision.chosen[row]]


@pytest.mark.parametrize(("width", "breadth", "depth"), [(3, N, 3), (2, 4, 4), (1, 3, 2)])
def test_a_beam_is_the_beam_of_each_learner_alone(course: Course, width: int, breadth: int, depth: int) -> None:
    seen = seen_by(course)
    score = make_beam_planner(course, BeamSettings(depth, width, breadth)).score(seen)
    for row in range(B):
        slow, now = Slow(course, seen.target[row] > 0), candidates(seen, row)
        start = seen.memory[row]
        ahead = {point: slow.value(start, point) for point in range(N)}
        pool = sorted(ahead, key=lambda point: -ahead[point])[:breadth]
        firsts = sorted(now, key=lambda point: -ahead[point])[:width]
        states = [(ahead[point], point, slow.after(start, point)) for point in firsts]
        for _ in range(depth - 1):
            tried = [
                (slow.value(state, point), first, slow.after(state, point))
                for _, first, state in states
                for point in pool
                if point in slow.open(state, now)
            ]
            states = sorted(tried, key=lambda one: -one[0])[:width]
        found = {point: value - 1 for point, value in ahead.items()}
        for value, first, _ in states:
            found[first] = max(found[first], value)
        np.testing.assert_allclose(score[row][seen.mask[row]], [found[point] for point in now], atol=1e-5)


def test_a_beam_as_wide_as_the_tree_finds_the_best_pair_of_steps(course: Course) -> None:
    seen = seen_by(course, length=2, free=True)
    score = LookaheadPlanner(course, settings=BeamSettings(2, N, N)).score(seen)
    for row in range(B):
        slow = Slow(course, seen.target[row] > 0)
        pairs = [slow.value(slow.after(seen.memory[row], one), other) for one in range(N) for other in range(N)]
        assert score[row].max() == pytest.approx(max(pairs), abs=1e-5)


def test_no_plan_is_longer_than_what_is_left(course: Course) -> None:
    seen = seen_by(course, length=1)
    np.testing.assert_array_equal(make_beam_planner(course).score(seen), make_greedy_planner(course).score(seen))


def test_learners_with_different_ends_do_not_disturb_each_other(course: Course) -> None:
    seen = seen_by(course)
    seen.left[:3] = 2
    both = make_beam_planner(course, BeamSettings(width=2)).score(seen)
    alone = make_beam_planner(course, BeamSettings(width=2)).score(seen.of(4))
    np.testing.assert_allclose(both[4][seen.mask[4]], alone[0][seen.mask[4]], atol=1e-5)


def test_targets_are_padded_behind() -> None:
    flags = np.array([[False, True, True], [True, False, False]])
    assert pad_flags(flags).tolist() == [[1, 2], [0, -1]]


def test_a_model_of_its_own_is_followed_through_the_history(course: Course) -> None:
    assert course.learner_model
    seen = seen_by(course)
    own = LookaheadPlanner(course, settings=BeamSettings(3, 2, 4), model=course.learner_model.model).score(seen)
    np.testing.assert_allclose(own, make_beam_planner(course, BeamSettings(3, 2, 4)).score(seen), atol=1e-5)
