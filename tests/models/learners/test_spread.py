"""n₀ is found again in answers drawn from Beta-distributed chances."""

import numpy as np
import pytest

from models.learners.contract import Question
from models.learners.log import log_of
from models.learners.spread import MOST, WITHOUT_DATA, estimate, few_answers, prior_answers, touched
from tests.models.learners.small_logs import NASTY, simple_log


def beta_log(worth, learners=6000):
    """Three answers of each learner, whose chance has mean 0.7 and is worth `worth` answers."""
    rng = np.random.default_rng(0)
    chance = rng.beta(0.7 * worth, 0.3 * worth, learners) if worth else np.full(learners, 0.7)
    right = rng.random((learners, 3)) < chance[:, None]
    return log_of([(str(who), ["a"], None, bool(one), np.nan) for who, row in enumerate(right) for one in row])


@pytest.mark.parametrize("worth", [1.0, 4.0])
def test_recovered(worth):
    log = beta_log(worth)
    assert prior_answers(log, np.full(len(log.right), 0.7)) == pytest.approx(worth, rel=0.15)


def test_equal_learners_leave_no_doubt():
    log = beta_log(None)
    assert prior_answers(log, np.full(len(log.right), 0.7)) > 0.5 * MOST


@pytest.mark.parametrize("log", NASTY.values(), ids=NASTY)
def test_too_little_data(log):
    assert prior_answers(log, np.full(len(log.right), 0.5)) == WITHOUT_DATA


def test_by_hand():
    """Worth 3 answers at ½: √(¼ / 4)."""
    found = estimate(np.array([[0.5]]), np.array([[3.0]]))
    assert (found.level[0, 0], found.spread[0, 0]) == (0.5, 0.25)


def test_padding_is_not_touched():
    question = Question(np.array([[2, -1]]), np.array([[0.5, 0.9]]), np.array([-1]), np.zeros((1, 2)))
    assert touched(question).tolist() == [[0.5, 0.0]]


def test_skills_with_few_answers_are_counted():
    assert few_answers(simple_log("a" * 20 + "b", skills="abc"))[0].startswith("2 of 3 skills")
    assert few_answers(simple_log("a" * 20)) == ()
