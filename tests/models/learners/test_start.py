"""Where a new learner starts, by hand, by brute force, and how the prior fades."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from models.learners.start import Prior, StartSettings, average, handed_over, joined, onboarding, placed, ranks

NOBODY = np.array([], dtype=np.int64)
NO_ANSWER = np.array([], dtype=bool)
RANK, ORDER = ranks(["A1", "A2", None, "B1", "A2", "B2"])


def test_levels_have_an_order():
    assert ORDER == ("A1", "A2", "B1", "B2")
    assert RANK[[0, 1, 3, 4, 5]].tolist() == [0, 1, 2, 1, 3] and np.isnan(RANK[2])
    assert ranks(["10", "2", "1"])[1] == ("1", "2", "10")
    assert ranks(["A10", "A2", "a1"])[1] == ("a1", "A2", "A10")


def test_a_declared_level_says_more_of_what_lies_below():
    prior = placed(RANK, 1.0, NOBODY, NO_ANSWER)
    assert prior.level[0] > 0.75 > prior.level[1] == prior.level[4] > 0.4
    assert prior.level[3] < 0.3 and prior.level[5] < 0.1
    assert prior.weight[2] == 0 and prior.level[2] == 0.5
    assert (prior.weight[[0, 1, 3, 4, 5]] > 0).all() and (prior.weight <= StartSettings().most_weight).all()


def test_nothing_said_is_worth_nothing():
    assert placed(RANK, None, NOBODY, NO_ANSWER).weight.tolist() == [0] * 6
    assert placed(RANK, None, np.array([2]), np.array([True])).weight.tolist() == [0] * 6
    assert placed(np.full(2, np.nan, dtype=np.float32), 1.0, NOBODY, NO_ANSWER).weight.tolist() == [0, 0]


def test_right_answers_raise_and_wrong_ones_lower_every_point():
    asked = np.array([0, 1, 3])
    levels = [
        placed(RANK, 1.0, asked, np.array(right)).level[[0, 1, 3, 5]]
        for right in ([False] * 3, [True, False, False], [True, True, False], [True] * 3)
    ]
    assert all((low < high).all() for low, high in pairwise(levels))


def test_the_posterior_by_random_learners():
    """Learners drawn from the prior who answer as (right, wrong): how many of them know each point?"""
    settings, draw = StartSettings(), np.random.default_rng(0)
    theta = draw.normal(1.0, settings.level_sd, 400_000)
    theta = theta[(theta >= -1) & (theta <= 4)]
    known = expit(settings.steepness * (theta[:, None] - np.nan_to_num(RANK)))
    chance = settings.guess + (1 - settings.guess - settings.slip) * known
    right = draw.random(chance.shape) < chance
    alike = right[:, 1] & ~right[:, 3]
    prior = placed(RANK, 1.0, np.array([1, 3]), np.array([True, False]))
    told = [0, 1, 3, 5]
    assert prior.level[told] == pytest.approx(known[alike].mean(axis=0)[told], abs=0.01)


def test_onboarding_asks_three_points_around_the_learner():
    asked = onboarding(RANK)
    assert len(set(asked.tolist())) == 3 and 2 not in asked
    assert RANK[asked].tolist() == sorted(RANK[asked].tolist())
    assert RANK[onboarding(RANK, 0.0)].max() <= 1
    assert onboarding(np.array([np.nan, 1.0], dtype=np.float32)).tolist() == [1]


def test_course_averages_by_hand():
    prior = average(np.array([8.0, 0.0, 0.0]), np.array([10.0, 5.0, 0.0]))
    overall = 8.5 / 16
    assert prior.level == pytest.approx([(8 + 5 * overall) / 15, 5 * overall / 10, overall])
    assert prior.weight.tolist() == [1, 1, 1]
    assert average(np.zeros(2), np.zeros(2)).weight.tolist() == [0, 0]


def test_priors_join_by_what_they_are_worth():
    one = Prior(np.array([0.8, 0.3], np.float32), np.array([3.0, 0.0], np.float32))
    other = Prior(np.array([0.4, 0.6], np.float32), np.array([1.0, 0.0], np.float32))
    both = joined(one, other)
    assert both.level == pytest.approx([0.7, 0.5])
    assert both.weight.tolist() == [4, 0]


def test_the_prior_fades_and_says_so():
    prior = Prior(np.array([0.8], np.float32), np.array([4.0], np.float32))
    starts = [handed_over(prior, np.zeros(1), np.array([float(n)])) for n in (0, 4, 36)]
    assert [start.level[0] for start in starts] == pytest.approx([0.8, 0.4, 0.08])
    assert [start.prior_part[0] for start in starts] == pytest.approx([1, 0.5, 0.1])
    assert starts[0].spread[0] == pytest.approx(np.sqrt(0.16 / 5))


VALUES = st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2)
COUNTS = st.lists(st.integers(0, 30), min_size=2, max_size=2)


@given(VALUES, COUNTS, COUNTS, VALUES)
def test_whatever_is_known_the_start_is_a_level(level, weight, answers, share):
    prior = Prior(np.array(level, np.float32), np.array(weight, np.float32))
    start = handed_over(prior, np.array(share) * answers, np.array(answers, dtype=np.float64))
    for part in start:
        assert np.isfinite(part).all() and (part >= 0).all() and (part <= 1).all()
