"""FSRS behind the contract: what is kept of a point, what is told before and after, and when a review is due."""

import numpy as np
import pytest

from models.learners.contract import Memory, Question
from models.learners.log import log_of
from models.learners.memory import ANSWERS, FSRS, STABILITY
from models.learners.recall import DEFAULTS

LOG = log_of(
    [
        ("ann", ["a"], None, True, 0.0),
        ("ann", ["a"], None, True, 0.1),
        ("ann", ["a", "b"], None, False, 5.0),
        ("bob", ["a"], None, False, 0.0),
    ],
    skills=("a", "b", "c"),
)


@pytest.fixture
def model() -> FSRS:
    return FSRS.fit(LOG)


def question(days, importance=(1.0, 0.0), points=(0, 1)) -> Question:
    rows = (np.array([each]) for each in (points, importance, days))
    points, importance, days = rows
    return Question(points, importance.astype(np.float32), np.array([-1]), days.astype(np.float32))


def test_what_was_counted_by_hand(model):
    overall = (1 + 0.5) / 4
    first = [(1 + 5 * overall) / 7, (0 + 5 * overall) / 6, overall, overall]
    assert model.parameters()["first"] == pytest.approx(first)
    assert model.parameters()["same_day"] == pytest.approx((1 + 5 * 0.9) / 6)
    assert model.w.tolist() == list(DEFAULTS)
    assert model.notes == ("1 reviews on a later day, fewer than 512: FSRS's defaults are kept",)


def test_an_answer_reviews_what_it_touches_and_nothing_else(model):
    before = Memory(model.start().learner, model.start().points[:, :2])
    after = model.update(before, question((0.0, 0.0)), np.array([True]))
    assert after.points[0, 0, STABILITY] == pytest.approx(DEFAULTS[2])
    assert after.points[0, 0, ANSWERS] == 1
    assert not after.points[0, 1].any() and not before.points.any()


def test_the_chance_before_after_and_later(model):
    memory = Memory(model.start().learner, model.start().points[:, :2])
    assert model.predict(memory, question((0.0, 0.0)))[0] == pytest.approx(model.parameters()["first"][0])
    after = model.update(memory, question((0.0, 0.0)), np.array([True]))
    assert model.predict(after, question((0.5, 0.0)))[0] == pytest.approx(model.parameters()["same_day"])
    chances = [model.predict(after, question((days, 0.0)))[0] for days in (1.0, 5.0, 50.0)]
    assert 0.97 > chances[0] > chances[1] > chances[2] > 0.3
    estimate = model.mastery(after, question((5.0, 0.0)))
    assert estimate.level[0, 0] == pytest.approx(chances[1])
    assert estimate.spread[0, 0] < estimate.spread[0, 1]


def test_a_question_of_nothing_known(model):
    memory = Memory(model.start().learner, model.start().points[:, :1])
    asked = question((0.0,), (0.0,), (-1,))
    assert model.predict(memory, asked) == pytest.approx([model.parameters()["first"][-1]])


def test_when_a_review_is_due(model):
    good = model.review(model.start().points[0, :2], np.zeros(2), np.array([3, 4]))
    assert model.due_in(good, np.zeros(2)) == pytest.approx([DEFAULTS[2], DEFAULTS[3]], rel=1e-5)
    assert model.due_in(good, np.array([100.0, 1.0])) == pytest.approx([0, DEFAULTS[3] - 1], rel=1e-5)
    assert (model.due_in(good, np.zeros(2), 0.8) > model.due_in(good, np.zeros(2), 0.9)).all()
    assert model.due_in(model.start().points[0], np.zeros(3)).tolist() == [0, 0, 0]
    assert model.recall(model.start().points[0], np.ones(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "log",
    [
        log_of([], skills=("a",)),
        log_of([("ann", ["a"], None, True, float("nan"))] * 4),
        log_of([("ann", ["a"], None, False, 1.0)], skills=("b", "a")),
    ],
    ids=["empty", "no clock", "one answer"],
)
def test_odd_logs_give_chances(log):
    model = FSRS.fit(log)
    chance = model.replay(log)
    assert ((chance > 0) & (chance < 1)).all()
    assert np.isfinite(model.parameters()["first"]).all()
