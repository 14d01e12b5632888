"""What a learner model makes of answers, against the follower of vectors and against the contract's own replay."""

import numpy as np
import pytest

from models.belief import Belief, Memory
from models.follower import Follower
from models.learners.contract import replay
from models.learners.log import AnswerLog, log_of
from models.learners.logistic import BestLR
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
    return log_of(rows, tuple(f"k{skill}" for skill in range(N)))


@pytest.fixture(scope="module")
def logistic() -> BestLR:
    return BestLR.fit(random_log(30, 12, 0))


def test_a_model_of_one_vector_is_believed_as_the_follower_follows_it() -> None:
    model, past = tracing_model(N), random_past(S, T, N)
    belief, follower = Belief(model), Follower(model)
    known, vectors = belief.after(past.point, past.right), follower.after(past.point, past.right)
    np.testing.assert_allclose(known.learner, vectors, atol=1e-6)
    np.testing.assert_allclose(belief.levels(known), follower.levels(vectors), atol=1e-6)
    points, right = np.arange(S) % N, np.arange(S) % 2 == 0
    heard = belief.heard(known, points, right)
    np.testing.assert_allclose(heard.learner, follower.heard(vectors, points, right), atol=1e-6)
    assert np.abs(belief.levels(heard) - belief.levels(known)).max() > 0.01


def test_a_model_of_points_is_believed_as_its_replay_says(logistic: BestLR) -> None:
    log, belief = random_log(S, T, 1), Belief(logistic)
    points, right = log.skill[:, 0].reshape(S, T), log.right.reshape(S, T)
    chance = replay(logistic, log).reshape(S, T)
    assert chance.std() > 0.05
    known, rows = belief.start(S), np.arange(S)
    for step in range(T):
        np.testing.assert_allclose(belief.levels(known)[rows, points[:, step]], chance[:, step], atol=1e-5)
        known = belief.heard(known, points[:, step], right[:, step])


def test_a_past_is_its_answers_one_by_one_and_gaps_are_nothing(logistic: BestLR) -> None:
    past, belief = random_past(S, T, N), Belief(logistic)
    known = belief.after(past.point, past.right)
    for row in (0, 4):
        one = belief.start(1)
        for point, right in zip(past.point[row], past.right[row], strict=True):
            if point >= 0:
                one = belief.heard(one, np.array([point]), np.array([right]))
        for mine, alone in zip(known, one, strict=True):
            np.testing.assert_allclose(mine[row], alone[0], atol=1e-6)


def test_hearing_an_answer_leaves_what_was_known_before(logistic: BestLR) -> None:
    belief = Belief(logistic)
    known = belief.start(3)
    before = Memory(*(part.copy() for part in known))
    belief.heard(known, np.array([0, 1, 1]), np.array([True, False, True]))
    assert all(np.array_equal(mine, was) for mine, was in zip(known, before, strict=True))


def test_new_learners_are_alike_and_as_the_model_starts(logistic: BestLR) -> None:
    belief, start = Belief(logistic), logistic.start()
    known = belief.start(4)
    assert known.learner.shape == (4, start.learner.shape[1])
    assert known.points.shape == (4, *start.points.shape[1:])
    assert (belief.levels(known) == belief.levels(Belief(logistic).start(1))).all()
