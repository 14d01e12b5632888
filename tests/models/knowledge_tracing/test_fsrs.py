"""Fitting FSRS: sequences of reviews against a plain loop, and that a fit finds the parameters' predictions again.

FSRS behind the contract: what is kept of a point, what is told before and after, and when a review is due.

FSRS-6's equations against the `fsrs` package: whole histories, intervals, and tensors against arrays.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import torch
from fsrs import Card, Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import ModelState, Question
from models.knowledge_tracing.fsrs import (
    ANSWERS,
    FSRS,
    FSRS_DEFAULTS,
    GOOD,
    STABILITY,
    FSRSSettings,
    apply_review,
    collect_reviews,
    compute_retrievability,
    fit_fsrs,
    predict_recall,
)

LOG = build_answer_log(
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
    assert model.w.tolist() == list(FSRS_DEFAULTS)
    assert model.notes == ("1 reviews on a later day, fewer than 512: FSRS's defaults are kept",)


def test_an_answer_reviews_what_it_touches_and_nothing_else(model):
    before = ModelState(model.start().learner, model.start().points[:, :2])
    after = model.update(before, question((0.0, 0.0)), np.array([True]))
    assert after.points[0, 0, STABILITY] == pytest.approx(FSRS_DEFAULTS[2])
    assert after.points[0, 0, ANSWERS] == 1
    assert not after.points[0, 1].any() and not before.points.any()


def test_the_chance_before_after_and_later(model):
    memory = ModelState(model.start().learner, model.start().points[:, :2])
    assert model.predict(memory, question((0.0, 0.0)))[0] == pytest.approx(model.parameters()["first"][0])
    after = model.update(memory, question((0.0, 0.0)), np.array([True]))
    assert model.predict(after, question((0.5, 0.0)))[0] == pytest.approx(model.parameters()["same_day"])
    chances = [model.predict(after, question((days, 0.0)))[0] for days in (1.0, 5.0, 50.0)]
    assert 0.97 > chances[0] > chances[1] > chances[2] > 0.3
    estimate = model.mastery(after, question((5.0, 0.0)))
    assert estimate.level[0, 0] == pytest.approx(chances[1])
    assert estimate.sd[0, 0] < estimate.sd[0, 1]


def test_nothing_is_recalled_of_a_point_never_answered(model):
    assert model.recall(model.start().points[0], np.ones(3)).tolist() == [0, 0, 0]


def test_a_question_of_nothing_known(model):
    memory = ModelState(model.start().learner, model.start().points[:, :1])
    asked = question((0.0,), (0.0,), (-1,))
    assert model.predict(memory, asked) == pytest.approx([model.parameters()["first"][-1]])


@pytest.mark.parametrize(
    "log",
    [
        build_answer_log([], skills=("a",)),
        build_answer_log([("ann", ["a"], None, True, float("nan"))] * 4),
        build_answer_log([("ann", ["a"], None, False, 1.0)], skills=("b", "a")),
    ],
    ids=["empty", "no clock", "one answer"],
)
def test_odd_logs_give_chances(log):
    model = FSRS.fit(log)
    chance = model.replay(log)
    assert ((chance > 0) & (chance < 1)).all()
    assert np.isfinite(model.parameters()["first"]).all()


W = np.array(FSRS_DEFAULTS)
HISTORIES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.4, 1.0, 2.5, 30.0, 400.0]), st.integers(1, 4)), min_size=1, max_size=8
)


@given(HISTORIES)
def test_a_history_is_that_of_the_package(history):
    scheduler, card, now = Scheduler(enable_fuzzing=False), Card(), datetime(2026, 1, 1, tzinfo=UTC)
    stability = difficulty = np.zeros(1)
    for days, rating in history:
        now += timedelta(days=days)
        if card.last_review:
            assert compute_retrievability(stability, days, W)[0] == pytest.approx(
                scheduler.get_card_retrievability(card, now)
            )
        card, _ = scheduler.review_card(card, Rating(rating), now)
        stability, difficulty = apply_review(stability, difficulty, np.array([days]), np.array([rating]), W)
        assert stability[0] == pytest.approx(card.stability)
        assert difficulty[0] == pytest.approx(card.difficulty)


def test_stability_is_the_days_to_nine_tenths():
    stability = np.array([2.0, 30.0])
    assert compute_retrievability(stability, stability, W) == pytest.approx([0.9, 0.9])


def test_tensors_go_the_way_of_arrays():
    days, rating = np.array([0.0, 0.2, 3.0, 9.0]), np.array([1, 2, 3, 4])
    stability, difficulty = np.array([0.0, 2.0, 5.0, 1.0]), np.array([0.0, 4.0, 6.0, 9.0])
    arrays = apply_review(stability, difficulty, days, rating, W)
    tensors = apply_review(*(torch.tensor(each) for each in (stability, difficulty, days, rating, W)))
    for mine, other in zip(arrays, tensors, strict=True):
        assert other.numpy() == pytest.approx(mine)


ROWS = [
    ("ann", ["a"], None, True, 0.0),
    ("ann", ["a", "b"], None, False, 2.5),
    ("bob", ["b"], None, True, 1.0),
    ("ann", ["b"], None, True, 3.0),
    ("ann", ["b"], None, True, 9.0),
]


def test_sequences_by_hand():
    found = collect_reviews(build_answer_log(ROWS), longest=64)
    assert found.active == [3, 2, 1]
    assert found.skill.tolist() == [1, 0, 1, 1, 0, 1]
    assert found.days.tolist() == [0, 0, 0, 0.5, 2.5, 6]
    assert found.right.tolist() == [False, True, True, True, False, True]
    assert found.number.tolist() == [0, 0, 0, 1, 1, 2]
    assert collect_reviews(build_answer_log(ROWS), longest=2).active == [3, 2]


def test_recalls_by_a_plain_loop():
    found, w = collect_reviews(build_answer_log(ROWS), longest=64), np.array(FSRS_DEFAULTS)
    rating = np.where(found.right, 3, 1)
    rounds = predict_recall(found, found.days, rating, w, np.zeros(3))
    stability = difficulty = np.zeros(1)
    for days, right, round_ in zip([0, 0.5, 6], [False, True, True], rounds, strict=True):
        assert round_[0] == pytest.approx(compute_retrievability(stability, days, w)[0])
        stability, difficulty = apply_review(stability, difficulty, np.array([days]), np.array([3 if right else 1]), w)


def test_an_empty_log_and_one_without_a_clock():
    empty = collect_reviews(build_answer_log([], skills=("a",)), longest=64)
    assert empty.active == [] and fit_fsrs(empty, FSRSSettings()).tolist() == list(FSRS_DEFAULTS)
    timeless = collect_reviews(build_answer_log([("ann", ["a"], None, True, float("nan"))] * 3), longest=64)
    assert timeless.days.tolist() == [0, 0, 0]


@pytest.mark.training
def test_a_fit_finds_how_fast_a_first_success_fades():
    """Second reviews after a first success follow R of a stability of 10 days, against the package's 2.3."""
    draw, w = np.random.default_rng(0), np.array(FSRS_DEFAULTS)
    rows = []
    for learner in range(1500):
        days = float(draw.integers(1, 40))
        recall = compute_retrievability(np.array([10.0]), days, w)[0]
        rows += [(str(learner), ["a"], None, True, 0.0), (str(learner), ["a"], None, draw.random() < recall, days)]
    fitted = fit_fsrs(collect_reviews(build_answer_log(rows), longest=64), FSRSSettings(max_iterations=25))
    assert compute_retrievability(fitted[GOOD - 1], np.array([5.0, 20.0]), fitted) == pytest.approx(
        compute_retrievability(np.array([10.0]), np.array([5.0, 20.0]), w), abs=0.04
    )
    assert (
        abs(compute_retrievability(w[GOOD - 1], 20.0, w) - compute_retrievability(np.array([10.0]), 20.0, w)[0]) > 0.1
    )
