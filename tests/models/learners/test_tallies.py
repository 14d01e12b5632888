"""Tallies by hand, and by sorting as by updating."""

import numpy as np
import pytest

from models.learners.contract import Estimate
from models.learners.logistic import PFA
from models.learners.tallies import FADES, TALLIES, after, before_answers
from tests.models.learners.small_logs import simple_log


def test_by_hand():
    """A whole right answer, then half a wrong one: won = 1 − ½ · 0.6 = 0.7 at d = 0.4, 1 − ½ · 0.2 = 0.9 at 0.8."""
    first = after(np.zeros((1, TALLIES)), np.ones(1), np.array([True]))
    then = after(first, np.array([0.5]), np.array([False]))
    assert FADES == (0.4, 0.8)
    assert first[0].tolist() == [1, 1, 1, 0, 1, 0]
    assert then[0] == pytest.approx([1, 1.5, 0.7, 0.5, 0.9, 0.5])


def test_what_is_not_touched_stays():
    tallies = np.array([[3, 5, 1.5, 0.5, 0.2, 0.1]], dtype=np.float32)
    assert after(tallies, np.zeros(1), np.array([True])).tolist() == tallies.tolist()


def test_of_a_log():
    """Of ABaA: before the last a, one right and one wrong of it, B between; of the learner, two right of three."""
    points, learner = before_answers(simple_log("ABaA", "a", skills="ab"))
    assert points[:, :2].tolist() == [[0, 0], [0, 0], [1, 1], [1, 2], [0, 0]]
    assert points[3, 2:] == pytest.approx([0.4, 1, 0.8, 1])
    assert learner[:, :2].tolist() == [[0, 0], [1, 1], [2, 2], [2, 3], [0, 0]]
    assert learner[3, 2:] == pytest.approx([0.4 + 0.16, 1, 0.8 + 0.64, 1])


def test_a_level_taken_up_counts_as_the_answers_it_is_worth():
    """Level 3/4 with s² = .1875 / 5 is worth four answers: three wins; won at d = .4: ¾ (1 − .4⁴) / .6."""
    known = Estimate(np.array([[0.75]], np.float32), np.array([[np.sqrt(0.1875 / 5)]], np.float32))
    model = PFA.fit(simple_log("aA"))
    quick = (1 - 0.4**4) / 0.6
    slow = (1 - 0.8**4) / 0.2
    expected = [3, 4, 0.75 * quick, 0.25 * quick, 0.75 * slow, 0.25 * slow]
    assert model.adopt(np.array([[0]]), known)[0, 0] == pytest.approx(expected, rel=1e-4)
