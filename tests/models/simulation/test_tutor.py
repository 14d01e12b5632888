"""A short queue for each learner: what comes with them stands in front of what they do.

What a learner model makes of answers, against the follower of vectors and against the contract's own replay.

Beliefs about a batch: the platform's own model as models/state has it, a fitted one as its tracer has it.
"""

from dataclasses import replace

import numpy as np
import pytest

from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log
from models.knowledge_tracing.base import Estimate, ModelState, ServedLearnerModel, replay_log
from models.knowledge_tracing.bkt import BKT
from models.knowledge_tracing.fsrs import FSRS
from models.knowledge_tracing.logistic import BestLR
from models.knowledge_tracing.state import update_levels
from models.policies.rule_based import make_needed_first
from models.rankers.interactions import MAX_HISTORY
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv
from models.simulation.tutor import BatchedLearnerModel, BatchedVectorModel, Estimator, RecentEvents
from tests.models.courses import random_course
from tests.models.students import random_past, tracing_model

N, S, T = 5, 9, 6


def random_log(learners: int, answers: int, seed: int) -> AnswerLog:
    """Skill k is right with chance (k + 1) / (N + 1); without a clock."""
    draw, rows = np.random.default_rng(seed), []
    for learner in range(learners):
        for _ in range(answers):
            skill = int(draw.integers(N))
            right = bool(draw.random() < (skill + 1) / (N + 1))
            rows.append((f"{learner}", [f"k{skill}"], None, right, float("nan")))
    return build_answer_log(rows, tuple(f"k{skill}" for skill in range(N)))


@pytest.fixture(scope="module")
def logistic() -> BestLR:
    return BestLR.fit(random_log(30, 12, 0))


def test_a_model_of_one_vector_is_believed_as_the_follower_follows_it() -> None:
    model, past = tracing_model(N), random_past(S, T, N)
    belief, follower = BatchedLearnerModel(model), BatchedVectorModel(model)
    known, vectors = belief.after(past.point, past.right), follower.after(past.point, past.right)
    np.testing.assert_allclose(known.learner, vectors, atol=1e-6)
    np.testing.assert_allclose(belief.levels(known), follower.levels(vectors), atol=1e-6)
    points, right = np.arange(S) % N, np.arange(S) % 2 == 0
    heard = belief.heard(known, points, right)
    np.testing.assert_allclose(heard.learner, follower.heard(vectors, points, right), atol=1e-6)
    assert np.abs(belief.levels(heard) - belief.levels(known)).max() > 0.01


def test_a_model_of_points_is_believed_as_its_replay_says(logistic: BestLR) -> None:
    log, belief = random_log(S, T, 1), BatchedLearnerModel(logistic)
    points, right = log.skill[:, 0].reshape(S, T), log.right.reshape(S, T)
    chance = replay_log(logistic, log).reshape(S, T)
    assert chance.std() > 0.05
    known, rows = belief.start(S), np.arange(S)
    for step in range(T):
        np.testing.assert_allclose(belief.levels(known)[rows, points[:, step]], chance[:, step], atol=1e-5)
        known = belief.heard(known, points[:, step], right[:, step])


def test_a_past_is_its_answers_one_by_one_and_gaps_are_nothing(logistic: BestLR) -> None:
    past, belief = random_past(S, T, N), BatchedLearnerModel(logistic)
    known = belief.after(past.point, past.right)
    for row in (0, 4):
        one = belief.start(1)
        for point, right in zip(past.point[row], past.right[row], strict=True):
            if point >= 0:
                one = belief.heard(one, np.array([point]), np.array([right]))
        for mine, alone in zip(known, one, strict=True):
            np.testing.assert_allclose(mine[row], alone[0], atol=1e-6)


def test_hearing_an_answer_leaves_what_was_known_before(logistic: BestLR) -> None:
    belief = BatchedLearnerModel(logistic)
    known = belief.start(3)
    before = ModelState(*(part.copy() for part in known))
    belief.heard(known, np.array([0, 1, 1]), np.array([True, False, True]))
    assert all(np.array_equal(mine, was) for mine, was in zip(known, before, strict=True))


def test_new_learners_are_alike_and_as_the_model_starts(logistic: BestLR) -> None:
    belief, start = BatchedLearnerModel(logistic), logistic.start()
    known = belief.start(4)
    assert known.learner.shape == (4, start.learner.shape[1])
    assert known.points.shape == (4, *start.points.shape[1:])
    assert (belief.levels(known) == belief.levels(BatchedLearnerModel(logistic).start(1))).all()


def traced(course):
    model = BKT.fit(build_answer_log([], skills=tuple(course.point_ids)))
    return replace(course, learner_model=ServedLearnerModel(model, "bkt-1"))


@pytest.fixture
def batch():
    course = random_course(2)
    draw = np.random.default_rng(0)
    level = draw.random((5, course.points)).astype(np.float32)
    resources = draw.integers(0, course.resources, 5)
    return course, level, resources, draw.random(5) < 0.5


def test_without_a_tracer_it_is_the_platforms_own_update(batch):
    course, level, resources, right = batch
    estimator = Estimator(course)
    _, memory = estimator.start(level, 1)
    found = estimator.follow(level, np.zeros_like(level), memory, resources, right)
    importance = course.teaches.toarray()[resources] * 0
    for row, resource in enumerate(resources):
        np.add.at(importance[row], course.taught[resource], course.importance[resource])
    expected, gain = update_levels(level, importance.astype(np.float32), right[:, None], course.influence, course.rates)
    assert np.array_equal(found.level, expected) and np.array_equal(found.gain, gain)


def test_with_a_tracer_each_learner_is_followed_as_if_alone(batch):
    course, level, resources, right = batch
    course = traced(course)
    estimator, zeros = Estimator(course), np.zeros_like(level)
    start, memory = estimator.start(np.round(2 * level), 2)
    found = estimator.follow(start, zeros, memory, resources, right)
    skills = course.learner_model.skills_of(course.point_ids)
    for row, resource in enumerate(resources):
        points = course.taught[resource][course.importance[resource] > 0]
        known = Estimate(start[row : row + 1, points], np.full((1, len(points)), 0.2, np.float32))
        question = course.learner_model.question(
            skills[points][None], course.importance[resource][None, : len(points)], np.array([-1]), zeros[:1, points]
        )
        _, after = course.learner_model.update(
            course.learner_model.start_from(skills[points], known), question, right[row : row + 1]
        )
        assert found.level[row, points] == pytest.approx(after.level[0], abs=1e-5)
        others = np.setdiff1d(np.arange(course.points), points)
        assert np.array_equal(found.level[row, others], start[row, others])
        assert found.moved[row].sum() == len(set(points.tolist()))


def test_the_simulator_runs_on_a_fitted_model_and_resumes_exactly():
    course = traced(random_course(1))
    env = LearnerVectorEnv(course, 6, episode=EpisodeConfig(longest=6))
    env.reset(seed=3)
    chooser, rows = make_needed_first(course), np.arange(6)

    def steps(count):
        for _ in range(count):
            seen = env.observe()
            env.restart(env.advance(seen.candidates[rows, chooser.decide(seen).chosen])[1])
        return env.level.copy(), env.memory_of_points.copy()

    steps(4)
    kept = env.state()
    first = steps(8)
    env.restore(kept)
    assert all(np.array_equal(a, b) for a, b in zip(first, steps(8), strict=True))
    assert (env.level >= 0).all() and (env.level <= 1).all()


def test_levels_fade_at_the_models_own_rate_where_it_has_one(batch):
    """S = 2.3065 days after one right answer: five days keep .9^(5 / 2.3065). The rest fades as the course has it."""
    course, level, resources, _ = batch
    course = replace(
        course,
        learner_model=ServedLearnerModel(FSRS.fit(build_answer_log([], skills=tuple(course.point_ids))), "fsrs-1"),
    )
    estimator, five = Estimator(course), np.full_like(level, 5.0)
    _, memory = estimator.start(level, 1)
    found = estimator.follow(level, five * 0, memory, resources, np.ones(5, dtype=bool))
    faded = estimator.now(found.level, five, found.memory)
    assert faded[found.moved] == pytest.approx(found.level[found.moved] * 0.9 ** (5 / 2.3065), rel=1e-3)
    usual = np.exp(-5 * course.rates.forgetting)
    assert faded[~found.moved] == pytest.approx(found.level[~found.moved] * usual, rel=1e-5)


def test_a_past_stands_in_front_of_what_is_done():
    recent = RecentEvents(3)
    recent.add(np.array([7, 8, 9]), np.zeros(3), np.array([True, True, True]))
    past = np.array([[4, NO_INDEX, 5], [NO_INDEX, NO_INDEX, NO_INDEX]])
    recent.bring(np.array([0, 2]), past, np.array([[True, False, False], [False, False, False]]))
    recent.add(np.array([1, 2, 3]), np.array([0.0, 1.0, 0.0]), np.array([True, False, True]))
    found = recent.history(np.array([1.0, 2.0, 1.0]))
    assert found.item[:, -3:].tolist() == [[4, 5, 1], [NO_INDEX, 8, 2], [NO_INDEX, NO_INDEX, 3]]
    assert (found.item[:, :-3] == NO_INDEX).all()
    assert found.outcome[0, -3:].tolist() == [1, 0, 1]
    assert found.days[0, -3:].tolist() == [3, 2, 1]
    assert found.days[2, -3:].tolist() == [0, 0, 1]


def test_of_a_long_past_the_end_is_kept():
    recent = RecentEvents(1)
    recent.bring(np.array([0]), np.arange(MAX_HISTORY + 5)[None], np.ones((1, MAX_HISTORY + 5), dtype=bool))
    assert recent.history(np.zeros(1)).item[0].tolist() == list(range(5, MAX_HISTORY + 5))


def test_a_learner_without_a_past_is_new():
    recent = RecentEvents(1)
    recent.add(np.array([3]), np.zeros(1), np.array([True]))
    recent.bring(np.array([0]), np.zeros((1, 0), dtype=np.int64), np.zeros((1, 0), dtype=bool))
    assert (recent.history(np.zeros(1)).item == NO_INDEX).all()
