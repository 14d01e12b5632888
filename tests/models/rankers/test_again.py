"""What was done last comes first; of anything else there is no opinion."""

import numpy as np

from models.rankers.again import Again
from models.rankers.log import log_of
from models.rankers.registry import load, save

LOG = log_of([("a", item, float(day), 1.0) for day, item in enumerate("uvuw")], items=tuple("tuvw"))


def test_the_latest_comes_first_and_the_unseen_is_unknown(tmp_path):
    fitted = Again.fit(LOG)
    history = LOG.histories(np.array([0, 0]), np.array([4, 0]), 5)
    score = fitted.score(history)
    assert np.allclose(score[0, 1:], [1 / 2, 1 / 3, 1]) and np.isnan(score[0, 0]) and np.isnan(score[1]).all()
    assert np.array_equal(
        fitted.score(history, np.array([[3, 0], [1, 2]])), [[1, np.nan], [np.nan] * 2], equal_nan=True
    )
    save(fitted, tmp_path)
    assert np.array_equal(load(tmp_path).ranker.score(history), score, equal_nan=True)
