"""The fold-in by hand, and how near it comes to the vectors that the training itself found."""

import numpy as np
import pytest
from implicit.cpu.bpr import BayesianPersonalizedRanking

from models.arrays import NO_INDEX
from models.rankers.bpr import BPR, BPRSettings
from tests.models.rankers.planted import ITEMS, planted, seen


def test_a_learner_is_the_scaled_weighted_mean_of_what_was_done():
    vectors = np.array([[1.0, 0.0], [0.0, 2.0], [np.nan, np.nan]])
    ranker = BPR(("u", "v", "w"), vectors, np.array([0.5, 0.0, 0.0]), scale=3.0, half_life=1.0)
    assert ranker.encode_learners(seen([0, 1]))[0] == pytest.approx([3 / 3, 3 * 2 * 2 / 3])
    assert ranker.encode_learners(seen([0, 2, NO_INDEX]))[0] == pytest.approx([3.0, 0.0])
    assert ranker.score(seen([0]))[0] == pytest.approx([3.5, 0, np.nan], nan_ok=True)


def test_a_history_of_old_events_alone_is_not_lost():
    ranker = BPR(("u", "v"), np.eye(2), np.zeros(2), scale=1.0, half_life=1.0)
    assert ranker.encode_learners(seen([0] + [NO_INDEX] * 20))[0] == pytest.approx([1.0, 0.0])


def test_the_scale_is_the_least_squares_one():
    log = planted()
    chosen = BPRSettings(factors=8, half_life=np.inf)
    peer = BayesianPersonalizedRanking(8, chosen.learning_rate, chosen.regularization, iterations=chosen.iterations,
                                       num_threads=1, random_state=0)  # fmt: skip
    peer.fit(log.matrix, show_progress=False)
    ranker = BPR.fit(log, settings=chosen)
    assert ranker.vectors[:ITEMS] == pytest.approx(peer.item_factors[:ITEMS, :-1])
    mine = ranker.encode_learners(log.histories(np.arange(120), np.full(120, len(log))))
    own = peer.user_factors[:, :-1]
    assert (mine * (own - mine)).sum() == pytest.approx(0, abs=float(1e-2 * (mine * mine).sum()))
    assert np.corrcoef(mine.ravel(), own.ravel())[0, 1] > 0.8
