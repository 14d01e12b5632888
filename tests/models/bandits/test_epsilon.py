"""ε-greedy's propensities, worked by hand."""

import numpy as np
import pytest

from models.bandits.epsilon import EpsilonGreedy, Settings
from tests.models.courses import on_the_way, random_course


def test_the_best_has_one_minus_epsilon_and_everybody_a_share():
    """ε = 0.2, K candidates: the best 0.8 + 0.2 / K, the others 0.2 / K."""
    course = random_course(1)
    seen = on_the_way(course)
    decision = EpsilonGreedy(course, Settings(epsilon=0.2), seed=0).decide(seen)
    for b in range(len(seen)):
        count = int(seen.mask[b].sum())
        expected = np.where(seen.mask[b], 0.2 / count, 0)
        expected[np.where(seen.mask[b], decision.score[b], -np.inf).argmax()] += 0.8
        assert decision.propensity[b] == pytest.approx(expected, abs=1e-6)


def test_without_epsilon_nothing_is_left_to_chance():
    course = random_course(1)
    seen = on_the_way(course)
    decision = EpsilonGreedy(course, Settings(epsilon=0.0)).decide(seen)
    assert (decision.chosen == decision.score.argmax(axis=1)).all() and (decision.propensity.max(axis=1) == 1).all()
