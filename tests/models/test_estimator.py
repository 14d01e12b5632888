"""Beliefs about a batch: the platform's own model as models/state has it, a fitted one as its tracer has it."""

from dataclasses import replace

import numpy as np
import pytest

from models.environment import Episode, LearnerVectorEnv
from models.estimator import Estimator
from models.ladder import needed_first
from models.learners.bkt import BKT
from models.learners.contract import Estimate
from models.learners.log import log_of
from models.learners.memory import FSRS
from models.learners.tracer import Tracer
from models.state import update
from tests.models.courses import random_course


def traced(course):
    model = BKT.fit(log_of([], skills=tuple(course.point_ids)))
    return replace(course, tracer=Tracer(model, "bkt-1"))


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
    expected, gain = update(level, importance.astype(np.float32), right[:, None], course.influence, course.rates)
    assert np.array_equal(found.level, expected) and np.array_equal(found.gain, gain)


def test_with_a_tracer_each_learner_is_followed_as_if_alone(batch):
    course, level, resources, right = batch
    course = traced(course)
    estimator, zeros = Estimator(course), np.zeros_like(level)
    start, memory = estimator.start(np.round(2 * level), 2)
    found = estimator.follow(start, zeros, memory, resources, right)
    skills = course.tracer.skills_of(course.point_ids)
    for row, resource in enumerate(resources):
        points = course.taught[resource][course.importance[resource] > 0]
        known = Estimate(start[row : row + 1, points], np.full((1, len(points)), 0.2, np.float32))
        question = course.tracer.question(
            skills[points][None], course.importance[resource][None, : len(points)], np.array([-1]), zeros[:1, points]
        )
        _, after = course.tracer.practise(course.tracer.begin(skills[points], known), question, right[row : row + 1])
        assert found.level[row, points] == pytest.approx(after.level[0], abs=1e-5)
        others = np.setdiff1d(np.arange(course.points), points)
        assert np.array_equal(found.level[row, others], start[row, others])
        assert found.moved[row].sum() == len(set(points.tolist()))


def test_the_simulator_runs_on_a_fitted_model_and_resumes_exactly():
    course = traced(random_course(1))
    env = LearnerVectorEnv(course, 6, episode=Episode(longest=6))
    env.reset(seed=3)
    chooser, rows = needed_first(course), np.arange(6)

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
    course = replace(course, tracer=Tracer(FSRS.fit(log_of([], skills=tuple(course.point_ids))), "fsrs-1"))
    estimator, five = Estimator(course), np.full_like(level, 5.0)
    _, memory = estimator.start(level, 1)
    found = estimator.follow(level, five * 0, memory, resources, np.ones(5, dtype=bool))
    faded = estimator.now(found.level, five, found.memory)
    assert faded[found.moved] == pytest.approx(found.level[found.moved] * 0.9 ** (5 / 2.3065), rel=1e-3)
    usual = np.exp(-5 * course.rates.forgetting)
    assert faded[~found.moved] == pytest.approx(found.level[~found.moved] * usual, rel=1e-5)
