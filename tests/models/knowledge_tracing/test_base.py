"""A model in charge takes up what is known, keeps its own numbers, and knows nothing of new points.

n₀ is found again in answers drawn from Beta-distributed chances.
"""

import numpy as np
import pytest

from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import (
    DEFAULT_PRIOR_ANSWERS,
    MAX_PRIOR_ANSWERS,
    Estimate,
    ModelState,
    Question,
    ServedLearnerModel,
    compute_reward,
    estimate_mastery,
    fit_prior_answers,
    mask_importance,
    note_few_answers,
)
from models.knowledge_tracing.bkt import BKT, BKTParameters
from models.knowledge_tracing.registry import LEARNER_MODELS, get_learner_model_class
from tests.models.knowledge_tracing.small_logs import NASTY, simple_log
from tests.models.knowledge_tracing.test_every_model import NETWORKS, some_log


def beta_log(worth, learners=6000):
    """Three answers of each learner, whose chance has mean 0.7 and is worth `worth` answers."""
    rng = np.random.default_rng(0)
    chance = rng.beta(0.7 * worth, 0.3 * worth, learners) if worth else np.full(learners, 0.7)
    right = rng.random((learners, 3)) < chance[:, None]
    return build_answer_log(
        [(str(who), ["a"], None, bool(one), np.nan) for who, row in enumerate(right) for one in row]
    )


@pytest.mark.parametrize("worth", [1.0, 4.0])
def test_recovered(worth):
    log = beta_log(worth)
    assert fit_prior_answers(log, np.full(len(log.right), 0.7)) == pytest.approx(worth, rel=0.15)


def test_equal_learners_leave_no_doubt():
    log = beta_log(None)
    assert fit_prior_answers(log, np.full(len(log.right), 0.7)) > 0.5 * MAX_PRIOR_ANSWERS


@pytest.mark.parametrize("log", NASTY.values(), ids=NASTY)
def test_too_little_data(log):
    assert fit_prior_answers(log, np.full(len(log.right), 0.5)) == DEFAULT_PRIOR_ANSWERS


def test_by_hand():
    """Worth 3 answers at ½: √(¼ / 4)."""
    found = estimate_mastery(np.array([[0.5]]), np.array([[3.0]]))
    assert (found.level[0, 0], found.sd[0, 0]) == (0.5, 0.25)


def test_padding_is_not_touched():
    question = Question(np.array([[2, -1]]), np.array([[0.5, 0.9]]), np.array([-1]), np.zeros((1, 2)))
    assert mask_importance(question).tolist() == [[0.5, 0.0]]


def test_skills_with_few_answers_are_counted():
    assert note_few_answers(simple_log("a" * 20 + "b", skills="abc"))[0].startswith("2 of 3 skills")
    assert note_few_answers(simple_log("a" * 20)) == ()


PARAMETERS = BKTParameters(*(np.array([value, value]) for value in (0.3, 0.2, 0.25, 0.1, 0.0)))


def tracer():
    return ServedLearnerModel(BKT(("a", "b"), (), PARAMETERS), "bkt-1")


def estimate(*levels):
    level = np.array([levels], dtype=np.float32)
    return Estimate(level, np.full_like(level, 0.2))


def test_a_level_is_taken_up_and_an_answer_follows_bayes():
    """p = .5: P(known | right) = .5·.9 / (.5·.9 + .5·.25) = .7826; and a fifth of the rest is learnt: .8261."""
    with_b = tracer()
    memory = with_b.start_from(np.array([1]), estimate(0.5))
    question = with_b.question(np.array([[1]]), np.ones((1, 1), np.float32), np.array([NO_INDEX]), np.zeros((1, 1)))
    after, known = with_b.update(memory, question, np.array([True]))
    assert known.level[0, 0] == pytest.approx(0.8261, abs=1e-4)
    again, _ = with_b.update(ModelState(*after), question, np.array([True]))
    assert (again.points > after.points).all()


def test_points_and_items_it_was_not_fitted_to_are_nothing_to_it():
    assert tracer().skills_of(["b", "new", "a"]).tolist() == [1, NO_INDEX, 0]
    assert tracer().items_of(["q", None]).tolist() == [NO_INDEX, NO_INDEX]


def test_the_reward_is_the_gain_weighted_by_importance():
    importance, before, after = np.array([[1.0, 0.4]]), np.array([[0.2, 0.5]]), np.array([[0.5, 0.4]])
    assert compute_reward(importance, before, after) == pytest.approx([0.3 - 0.04])


@pytest.mark.parametrize("name", [name for name in LEARNER_MODELS if name not in NETWORKS])
def test_every_model_takes_up_levels_and_goes_on(name):
    model = get_learner_model_class(name).fit(some_log())
    traced = ServedLearnerModel(model, "1")
    memory = traced.start_from(np.array([0, 2]), Estimate(*np.array([[[0.1, 0.9]], [[0.2, 0.2]]], dtype=np.float32)))
    question = traced.question(
        np.array([[0, 2]]), np.array([[1.0, 0.0]], np.float32), np.array([NO_INDEX]), np.zeros((1, 2), np.float32)
    )
    assert question.points.tolist() == [[0, NO_INDEX]]
    after, known = traced.update(memory, question, np.array([True]))
    assert 0 <= known.level[0, 0] <= 1 and np.isfinite(after.points[0, 0]).all()
