"""Windows hold every step of a log once, with the context that L allows; rows hold a history without its gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rankers.log import NOTHING, History, log_of
from models.rankers.sequences import Windows, grouped, rows_of

LENGTHS = st.lists(st.integers(0, 13), min_size=1, max_size=6)


def log_with(lengths):
    """Each event has an item of its own, whose number tells whose and which it is."""
    events = [
        (f"l{who}", f"{who:02}{day:02}", float(day), 1.0) for who, most in enumerate(lengths) for day in range(most)
    ]
    return log_of(events)


@given(LENGTHS, st.integers(1, 6), st.integers(1, 6), st.integers(1, 20), st.integers(0, 3))
def test_every_step_is_predicted_once_from_what_came_before(lengths, longest, stride, events, seed):
    log, found = log_with(lengths), []
    windows = Windows(log, np.arange(len(log.items)), longest, stride)
    for batch in windows.batches(events, np.random.default_rng(seed)):
        item, target = batch.rows.item.numpy(), batch.target.numpy()
        assert item.size <= events or len(item) == 1
        for row, size in enumerate(batch.rows.length):
            assert item[row, :size].tolist() == list(range(item[row, 0], item[row, 0] + size))
        row, place = np.nonzero(batch.counted.numpy())
        assert (place < batch.rows.length.numpy()[row]).all()
        found += zip(item[row, place].tolist(), target[row, place].tolist(), strict=True)
        first = item[row, 0]
        day = np.array([int(log.items[each][2:]) for each in first], dtype=int)
        fewest = min(longest, longest - stride + 1)
        assert ((day == 0) | (place + 1 >= fewest)).all(), "less context than there was room for"
    whole = [(i, i + 1) for i in range(len(log.items) - 1) if log.items[i][:2] == log.items[i + 1][:2]]
    assert sorted(found) == whole


def test_cuts_differ_from_epoch_to_epoch_and_repeat_from_the_seed():
    windows = Windows(log_with([50]), np.arange(50), 10, 10)
    random = np.random.default_rng(0)
    one, two = (windows.cut(random)[0].tolist() for _ in range(2))
    assert one != two and windows.cut(np.random.default_rng(0))[0].tolist() == one


def test_groups_pad_to_no_more_than_asked():
    assert grouped(np.array([1, 1, 2, 3, 9]), 6) == [slice(0, 3), slice(3, 4), slice(4, 5)]
    assert grouped(np.zeros(0, dtype=int), 6) == []


def test_a_history_becomes_rows_without_gaps():
    item = np.array([[NOTHING, NOTHING, 2, 0, 1], [0, 1, 2, 0, 2], [NOTHING, NOTHING, NOTHING, NOTHING, 1]])
    outcome = np.where(item >= 0, np.arange(5) / 10, np.nan).astype(np.float32)
    rows = rows_of(History(item, np.zeros(item.shape, np.float32), outcome), np.array([5, NOTHING, 7]), 3)
    assert rows.length.tolist() == [2, 3, 0]
    assert rows.item.tolist() == [[7, 5, 0], [7, 5, 7], [0, 0, 0]]
    assert rows.outcome.numpy() == pytest.approx(
        np.array([[0.2, 0.3, np.nan], [0.2, 0.3, 0.4], [np.nan] * 3]), nan_ok=True
    )


def test_histories_of_nothing_become_rows_of_one_place():
    for width in (0, 4):
        empty = np.full((2, width), NOTHING)
        rows = rows_of(History(empty, np.zeros((2, width)), np.zeros((2, width))), np.arange(3), 5)
        assert rows.item.tolist() == [[0], [0]] and rows.length.tolist() == [0, 0]
