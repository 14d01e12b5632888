"""The fold-in against the paper's equation, and the wrapper against `implicit` used directly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from models.rankers.als import ALS, ALSSettings
from tests.models.rankers.planted import ITEMS, planted, seen

PLAIN = ALSSettings(factors=6, regularization=0.5, alpha=2.0, half_life=np.inf)


@pytest.fixture(scope="module")
def model():
    return ALS.fit(planted(), settings=PLAIN)


@settings(max_examples=30)
@given(st.lists(st.integers(0, ITEMS), min_size=1, max_size=12))
def test_a_learner_is_the_solution_of_the_normal_equation(model, history):
    known = model.vectors[:ITEMS].astype(float)
    counts = np.bincount(history, minlength=ITEMS + 2)[:ITEMS]
    found = model.encode_learners(seen(history))[0]
    if not counts.any():
        assert np.isnan(found).all()
        return
    more = PLAIN.alpha * counts
    square = known.T @ known + (known.T * more) @ known + PLAIN.regularization * np.eye(6)
    assert found == pytest.approx(np.linalg.solve(square, known.T @ ((1 + more) * (counts > 0))), abs=1e-4)


def test_it_is_the_learner_that_implicit_would_compute_from_the_same_items(model):
    log = planted()
    with threadpool_limits(1, "blas"):
        peer = AlternatingLeastSquares(6, regularization=0.5, random_state=0)
        confidence = log.matrix
        confidence.data = 1 + 2 * confidence.data
        peer.fit(confidence, show_progress=False)
        own = peer.recalculate_user(np.arange(10), confidence[:10])
    mine = model.encode_learners(log.histories(np.arange(10), np.full(10, len(log))))
    assert model.vectors[:ITEMS] == pytest.approx(peer.item_factors[:ITEMS])
    assert mine == pytest.approx(own, abs=1e-4)
    assert np.corrcoef(mine.ravel(), peer.user_factors[:10].ravel())[0, 1] > 0.99


@pytest.mark.parametrize("threads", [1, 2])
def test_the_fit_does_not_depend_on_threads(model, threads):
    again = ALS.fit(planted(), settings=ALSSettings(6, 0.5, 2.0, half_life=np.inf, threads=threads))
    assert np.array_equal(again.vectors, model.vectors, equal_nan=True)


def test_old_preferences_fade():
    ranker = ALS.fit(planted(), settings=ALSSettings(factors=6, half_life=1.0))
    score = ranker.score(seen([0, 1, 20, 21], [20, 21, 0, 1]))[:, :ITEMS].reshape(2, 2, -1).mean(axis=2)
    assert score[0, 1] > score[0, 0] and score[1, 0] > score[1, 1]


def test_the_regularization_follows_the_size_of_the_log():
    small, large = (ALS.fit(planted(learners=many), settings=ALSSettings(factors=6)) for many in (30, 480))
    assert 2 < large.settings.regularization / small.settings.regularization < 4
    assert np.nanstd(small.vectors) > 0.01 and np.nanstd(large.vectors) > 0.01, "neither is thinned out to nothing"
