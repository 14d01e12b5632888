"""The n best of one decision."""

import numpy as np

from models.recommender import Decision, decide_by_score
from services.recommendations.decision import fill_slate


def test_a_deterministic_rung_orders_by_score_and_is_certain_of_each_place():
    decision = decide_by_score(np.array([[0.1, 0.9, 0.5, 7.0]]), np.array([[True, True, True, False]]))
    places = fill_slate(decision, 5)
    assert [index for index, _ in places] == [1, 2, 0]
    assert [propensity for _, propensity in places] == [1.0, 1.0, 1.0]


def test_the_drawn_one_comes_first_and_later_places_share_what_is_left():
    decision = Decision(
        chosen=np.array([2]),
        propensity=np.array([[0.5, 0.3, 0.2]], dtype=np.float32),
        score=np.log(np.array([[0.5, 0.3, 0.2]])),
        kept=np.ones((1, 3), dtype=bool),
    )
    places = fill_slate(decision, 3)
    assert [index for index, _ in places] == [2, 0, 1]
    assert np.allclose([propensity for _, propensity in places], [0.2, 0.5 / 0.8, 1.0])


def test_what_q_dropped_comes_last_in_the_order_of_q():
    decision = Decision(
        chosen=np.array([0]),
        propensity=np.array([[1.0, 0, 0, 0]], dtype=np.float32),
        score=np.array([[-0.1, -np.inf, -np.inf, -np.inf]]),
        kept=np.array([[True, False, False, False]]),
        q=np.array([[1.0, 0.2, 0.4, -np.inf]]),
    )
    assert [index for index, _ in fill_slate(decision, 9)] == [0, 2, 1]
