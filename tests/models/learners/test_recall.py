"""FSRS-6's equations against the `fsrs` package: whole histories, intervals, and tensors against arrays."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import torch
from fsrs import Card, Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from models.learners.recall import DEFAULTS, due_in, retrievability, reviewed

W = np.array(DEFAULTS)
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
            assert retrievability(stability, days, W)[0] == pytest.approx(scheduler.get_card_retrievability(card, now))
        card, _ = scheduler.review_card(card, Rating(rating), now)
        stability, difficulty = reviewed(stability, difficulty, np.array([days]), np.array([rating]), W)
        assert stability[0] == pytest.approx(card.stability)
        assert difficulty[0] == pytest.approx(card.difficulty)
    assert np.clip(np.round(due_in(stability, W)), 1, 36500) == scheduler._next_interval(stability=card.stability)


def test_stability_is_the_days_to_nine_tenths():
    stability = np.array([2.0, 30.0])
    assert retrievability(stability, stability, W) == pytest.approx([0.9, 0.9])
    assert due_in(stability, W) == pytest.approx(stability)
    assert retrievability(stability, np.floor(due_in(stability, W, 0.7)), W) == pytest.approx([0.7, 0.7], abs=0.02)


def test_tensors_go_the_way_of_arrays():
    days, rating = np.array([0.0, 0.2, 3.0, 9.0]), np.array([1, 2, 3, 4])
    stability, difficulty = np.array([0.0, 2.0, 5.0, 1.0]), np.array([0.0, 4.0, 6.0, 9.0])
    arrays = reviewed(stability, difficulty, days, rating, W)
    tensors = reviewed(*(torch.tensor(each) for each in (stability, difficulty, days, rating, W)))
    for mine, other in zip(arrays, tensors, strict=True):
        assert other.numpy() == pytest.approx(mine)
