"""Uncertainty shrinks with answers, and by how much, worked by hand."""

import numpy as np

from models.evidence import after_answer, spread_of, weight_of


def array(*values):
    return np.array(values, dtype=np.float32)


def test_by_hand():
    """s = 0.5 and spread 0.25 are worth 0.25 / 0.0625 − 1 = 3 answers; a fourth at s = 0.5 gives √(0.25 / 5)."""
    assert np.allclose(weight_of(array(0.5), array(0.25)), 3)
    assert np.allclose(after_answer(array(0.5), array(0.25), array(1.0), array(0.5)), 0.05**0.5)


def test_a_point_that_is_not_touched_keeps_its_weight():
    level, weight = array(0.0, 0.3, 1.0), array(0.0, 2.0, 9.0)
    spread = spread_of(level, weight)
    assert np.allclose(weight_of(level, spread), weight, atol=1e-4)
    assert np.allclose(after_answer(level, spread, np.zeros(3), level), spread)


def test_many_answers_leave_little_doubt_but_never_none():
    spread = array(0.29)
    for _ in range(50):
        spread = after_answer(array(1.0), spread, array(1.0), array(1.0))
    assert 0 < spread[0] < 0.03
