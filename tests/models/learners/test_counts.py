"""Counts by sorting against counting by hand."""

import numpy as np
import pytest

from models.learners.counts import counts_before, decayed_before, neighbour_means, touches
from tests.models.learners.small_logs import random_log


def earlier(log, row, skill):
    """Outcomes of the learner's answers to `skill` before answer `row`, in order."""
    start = log.starts[log.learner[row]]
    return [bool(log.right[i]) for i in range(start, row) if skill in log.skill[i]]


@pytest.mark.parametrize("seed", range(3))
def test_counts_and_neighbours(seed):
    log = random_log(seed)
    found = touches(log)
    wins, attempts = counts_before(log, found, found.row, found.skill)
    influence = np.random.default_rng(seed).random((6, 6)) * (1 - np.eye(6))
    influence[:, 2] = 0
    near = neighbour_means(log, found, influence)
    for entry, (row, skill) in enumerate(zip(found.row, found.skill, strict=True)):
        own = earlier(log, row, skill)
        assert (wins[entry], attempts[entry]) == (sum(own), len(own))
        logs = np.log1p([[sum(past), len(past)] for past in (earlier(log, row, other) for other in range(6))])
        weight = influence[:, skill]
        expected = weight @ logs / weight.sum() if weight.sum() else np.zeros(2)
        assert near[entry] == pytest.approx(expected)


def test_decay_by_hand():
    """Values 1, 2, 4 at d = ½: 0, 1, 2 + ½; another group begins at 0."""
    group = np.array([0, 0, 0, 1, 1])
    assert decayed_before(np.array([1, 2, 4, 8, 16]), group, 0.5) == pytest.approx([0, 1, 2.5, 0, 8])


def test_decay_of_long_groups():
    rng = np.random.default_rng(0)
    group, value = np.repeat(np.arange(5), [70, 1, 33, 64, 65]), rng.random((2, 233))
    expected = np.zeros_like(value)
    for entry in range(1, 233):
        if group[entry] == group[entry - 1]:
            expected[:, entry] = 0.8 * expected[:, entry - 1] + value[:, entry - 1]
    assert decayed_before(value, group, 0.8) == pytest.approx(expected)
    assert decayed_before(np.empty(0), np.empty(0, dtype=np.int64), 0.8).shape == (0,)
