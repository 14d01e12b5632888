"""A model in charge takes up what is known, keeps its own numbers, and knows nothing of new points."""

import numpy as np
import pytest

from models.learners.bkt import BKT
from models.learners.bkt_fit import Skills
from models.learners.contract import Estimate, Memory
from models.learners.log import NOTHING
from models.learners.registry import MODELS, learner_model
from models.learners.tracer import Tracer, gain_of
from tests.models.learners.test_every_model import NETWORKS, some_log

PARAMETERS = Skills(*(np.array([value, value]) for value in (0.3, 0.2, 0.25, 0.1, 0.0)))


def tracer():
    return Tracer(BKT(("a", "b"), (), PARAMETERS), "bkt-1")


def estimate(*levels):
    level = np.array([levels], dtype=np.float32)
    return Estimate(level, np.full_like(level, 0.2))


def test_a_level_is_taken_up_and_an_answer_follows_bayes():
    """p = .5: P(known | right) = .5·.9 / (.5·.9 + .5·.25) = .7826; and a fifth of the rest is learnt: .8261."""
    with_b = tracer()
    memory = with_b.begin(np.array([1]), estimate(0.5))
    question = with_b.question(np.array([[1]]), np.ones((1, 1), np.float32), np.array([NOTHING]), np.zeros((1, 1)))
    after, known = with_b.practise(memory, question, np.array([True]))
    assert known.level[0, 0] == pytest.approx(0.8261, abs=1e-4)
    again, _ = with_b.practise(Memory(*after), question, np.array([True]))
    assert (again.points > after.points).all()


def test_points_and_items_it_was_not_fitted_to_are_nothing_to_it():
    assert tracer().skills_of(["b", "new", "a"]).tolist() == [1, NOTHING, 0]
    assert tracer().items_of(["q", None]).tolist() == [NOTHING, NOTHING]


def test_the_reward_is_the_gain_weighted_by_importance():
    importance, before, after = np.array([[1.0, 0.4]]), np.array([[0.2, 0.5]]), np.array([[0.5, 0.4]])
    assert gain_of(importance, before, after) == pytest.approx([0.3 - 0.04])


@pytest.mark.parametrize("name", [name for name in MODELS if name not in NETWORKS])
def test_every_model_takes_up_levels_and_goes_on(name):
    model = learner_model(name).fit(some_log())
    traced = Tracer(model, "1")
    memory = traced.begin(np.array([0, 2]), Estimate(*np.array([[[0.1, 0.9]], [[0.2, 0.2]]], dtype=np.float32)))
    question = traced.question(
        np.array([[0, 2]]), np.array([[1.0, 0.0]], np.float32), np.array([NOTHING]), np.zeros((1, 2), np.float32)
    )
    assert question.points.tolist() == [[0, NOTHING]]
    after, known = traced.practise(memory, question, np.array([True]))
    assert 0 <= known.level[0, 0] <= 1 and np.isfinite(after.points[0, 0]).all()
