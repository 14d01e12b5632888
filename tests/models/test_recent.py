"""A short queue for each learner: what comes with them stands in front of what they do."""

import numpy as np

from models.rankers.log import LONGEST, NOTHING
from models.recent import Recent


def test_a_past_stands_in_front_of_what_is_done():
    recent = Recent(3)
    recent.add(np.array([7, 8, 9]), np.zeros(3), np.array([True, True, True]))
    past = np.array([[4, NOTHING, 5], [NOTHING, NOTHING, NOTHING]])
    recent.bring(np.array([0, 2]), past, np.array([[True, False, False], [False, False, False]]))
    recent.add(np.array([1, 2, 3]), np.array([0.0, 1.0, 0.0]), np.array([True, False, True]))
    found = recent.history(np.array([1.0, 2.0, 1.0]))
    assert found.item[:, -3:].tolist() == [[4, 5, 1], [NOTHING, 8, 2], [NOTHING, NOTHING, 3]]
    assert (found.item[:, :-3] == NOTHING).all()
    assert found.outcome[0, -3:].tolist() == [1, 0, 1]
    assert found.days[0, -3:].tolist() == [3, 2, 1]
    assert found.days[2, -3:].tolist() == [0, 0, 1]


def test_of_a_long_past_the_end_is_kept():
    recent = Recent(1)
    recent.bring(np.array([0]), np.arange(LONGEST + 5)[None], np.ones((1, LONGEST + 5), dtype=bool))
    assert recent.history(np.zeros(1)).item[0].tolist() == list(range(5, LONGEST + 5))


def test_a_learner_without_a_past_is_new():
    recent = Recent(1)
    recent.add(np.array([3]), np.zeros(1), np.array([True]))
    recent.bring(np.array([0]), np.zeros((1, 0), dtype=np.int64), np.zeros((1, 0), dtype=bool))
    assert (recent.history(np.zeros(1)).item == NOTHING).all()
