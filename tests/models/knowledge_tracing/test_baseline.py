"""The share of right answers, by hand, and the fast replay against the contract's own."""

import numpy as np
import pytest

from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import ModelState, Question, replay_log
from models.knowledge_tracing.baseline import ShareModel

NAN = float("nan")
LOG = build_answer_log(
    [
        ("ann", ["a"], None, True, NAN),
        ("ann", ["a", "b"], None, True, NAN),
        ("bob", ["b"], None, False, NAN),
        ("bob", ["c"], None, False, NAN),
    ],
    skills=("a", "b", "c", "d"),
)


def ask(model, points, importance):
    size = len(points)
    question = Question(
        np.array([points]), np.array([importance], dtype=np.float32), np.array([-1]), np.zeros((1, size))
    )
    memory = model.start()
    return question, ModelState(memory.learner, memory.points[:, [max(0, point) for point in points]])


def test_shares_by_hand():
    model = ShareModel.fit(LOG)
    shares = [(2 + 2.5) / 7, (1 + 2.5) / 7, (0 + 2.5) / 6, 0.5, 0.5]
    assert model.share == pytest.approx(shares)
    assert model.answers.tolist() == [2, 2, 1, 0, 4]
    assert model.notes == ("1 skills without an answer have the overall share",)
    question, memory = ask(model, [0, 2, -1], [1, 0.5, 0])
    assert model.predict(memory, question) == pytest.approx([(shares[0] + 0.5 * shares[2]) / 1.5])
    assert model.mastery(memory, question).level[0, :2] == pytest.approx([shares[0], shares[2]])


def test_a_question_of_nothing_known_has_the_overall_share():
    model = ShareModel.fit(LOG)
    question, memory = ask(model, [-1], [0])
    assert model.predict(memory, question) == pytest.approx([0.5])


def test_fast_replay_is_the_replay():
    model = ShareModel.fit(LOG)
    assert model.replay(LOG) == pytest.approx(replay_log(model, LOG))


def test_an_empty_log_fits():
    model = ShareModel.fit(build_answer_log([], skills=("a",)))
    assert model.share.tolist() == [0.5, 0.5]
    assert model.replay(build_answer_log([], skills=("a",))).shape == (0,)
