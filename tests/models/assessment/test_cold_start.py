"""Where a new learner starts, by hand, by brute force, and how the prior fades.

A new item's difficulty: from points, from content, from answers.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import expit

from models.assessment.cold_start import (
    ColdStartSettings,
    ItemPrior,
    LevelPrior,
    apply_answers,
    choose_onboarding_points,
    estimate_course_prior,
    estimate_declared_prior,
    fit_item_difficulty,
    join_priors,
    rank_levels,
    update_item_difficulty,
)


def test_without_any_item_it_is_usual():
    prior = fit_item_difficulty(np.zeros((0, 2)), np.zeros((0, 1)), np.zeros(0)).predict(
        np.array([1.0, 0.0]), np.array([3.0])
    )
    assert prior.difficulty == 0
    assert prior.sd == pytest.approx(np.sqrt(1 + 9))


def test_points_by_hand():
    """Two items of difficulty 2 on the first point, one of −1 on the second; content says nothing."""
    importance = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    content = fit_item_difficulty(importance, np.zeros((3, 1)), np.array([2.0, 2.0, -1.0]))
    overall = 3 / 4
    points = [(4 + overall) / 3, (-1 + overall) / 2]
    assert content.point_difficulty == pytest.approx(points)
    assert content.predict(np.array([1.0, 0.0]), np.zeros(1)).difficulty == pytest.approx(points[0])
    assert content.predict(np.array([1.0, 0.5]), np.zeros(1)).difficulty == pytest.approx(
        (points[0] + points[1] / 2) / 1.5
    )
    assert content.predict(np.zeros(2), np.zeros(1)).difficulty == pytest.approx(np.mean(points))


def test_content_is_recovered_and_makes_it_surer():
    draw = np.random.default_rng(0)
    importance, content = np.eye(3)[draw.integers(3, size=300)], draw.normal(size=(300, 2)) * [1, 10] + [0, 50]
    difficulty = importance @ [1.0, 0.0, -1.0] + 0.8 * content[:, 0] + draw.normal(0, 0.3, 300)
    found = fit_item_difficulty(importance, content, difficulty)
    prior = found.predict(np.array([1.0, 0.0, 0.0]), np.array([1.5, 50.0]))
    assert prior.difficulty == pytest.approx(1 + 0.8 * 1.5, abs=0.15)
    assert 0.25 < prior.sd < 0.45


def test_answers_take_over_and_say_how_far():
    prior, draw = ItemPrior(1.0, 0.5), np.random.default_rng(1)
    ability = draw.normal(size=2000)
    right = draw.random(2000) < expit(ability + 1.5)
    starts = [update_item_difficulty(prior, ability[:n], right[:n]) for n in (0, 10, 100, 2000)]
    assert starts[0] == pytest.approx((1.0, 0.5, 1.0))
    parts = [start.prior_part for start in starts]
    assert parts == sorted(parts, reverse=True) and parts[-1] < 0.02
    assert starts[-1].difficulty == pytest.approx(-1.5, abs=0.15)
    assert starts[1].sd < 0.5


@pytest.mark.parametrize("seed", range(5))
def test_the_mode_by_search(seed):
    draw = np.random.default_rng(seed)
    prior, ability = ItemPrior(draw.normal(0, 2), 0.2 + 3 * draw.random()), draw.normal(0, 3, 12)
    right = draw.random(12) < 0.5 if seed else np.ones(12, dtype=bool)

    def minus_log(b):
        chance = np.where(right, expit(ability - b), expit(b - ability))
        return (b - prior.difficulty) ** 2 / (2 * prior.sd**2) - np.log(chance).sum()

    found = minimize_scalar(minus_log, (-10, 10)).x
    assert update_item_difficulty(prior, ability, right).difficulty == pytest.approx(found, abs=1e-3)


NOBODY = np.array([], dtype=np.int64)
NO_ANSWER = np.array([], dtype=bool)
RANK, ORDER = rank_levels(["A1", "A2", None, "B1", "A2", "B2"])


def test_levels_have_an_order():
    assert ORDER == ("A1", "A2", "B1", "B2")
    assert RANK[[0, 1, 3, 4, 5]].tolist() == [0, 1, 2, 1, 3] and np.isnan(RANK[2])
    assert rank_levels(["10", "2", "1"])[1] == ("1", "2", "10")
    assert rank_levels(["A10", "A2", "a1"])[1] == ("a1", "A2", "A10")


def test_a_declared_level_says_more_of_what_lies_below():
    prior = estimate_declared_prior(RANK, 1.0, NOBODY, NO_ANSWER)
    assert prior.level[0] > 0.75 > prior.level[1] == prior.level[4] > 0.4
    assert prior.level[3] < 0.3 and prior.level[5] < 0.1
    assert prior.weight[2] == 0 and prior.level[2] == 0.5
    assert (prior.weight[[0, 1, 3, 4, 5]] > 0).all() and (prior.weight <= ColdStartSettings().most_weight).all()


def test_nothing_said_is_worth_nothing():
    assert estimate_declared_prior(RANK, None, NOBODY, NO_ANSWER).weight.tolist() == [0] * 6
    assert estimate_declared_prior(RANK, None, np.array([2]), np.array([True])).weight.tolist() == [0] * 6
    assert estimate_declared_prior(np.full(2, np.nan, dtype=np.float32), 1.0, NOBODY, NO_ANSWER).weight.tolist() == [
        0,
        0,
    ]


def test_right_answers_raise_and_wrong_ones_lower_every_point():
    asked = np.array([0, 1, 3])
    levels = [
        estimate_declared_prior(RANK, 1.0, asked, np.array(right)).level[[0, 1, 3, 5]]
        for right in ([False] * 3, [True, False, False], [True, True, False], [True] * 3)
    ]
    assert all((low < high).all() for low, high in pairwise(levels))


def test_the_posterior_by_random_learners():
    """Learners drawn from the prior who answer as (right, wrong): how many of them know each point?"""
    settings, draw = ColdStartSettings(), np.random.default_rng(0)
    theta = draw.normal(1.0, settings.level_sd, 400_000)
    theta = theta[(theta >= -1) & (theta <= 4)]
    known = expit(settings.steepness * (theta[:, None] - np.nan_to_num(RANK)))
    chance = settings.guess + (1 - settings.guess - settings.slip) * known
    right = draw.random(chance.shape) < chance
    alike = right[:, 1] & ~right[:, 3]
    prior = estimate_declared_prior(RANK, 1.0, np.array([1, 3]), np.array([True, False]))
    told = [0, 1, 3, 5]
    assert prior.level[told] == pytest.approx(known[alike].mean(axis=0)[told], abs=0.01)


def test_onboarding_asks_three_points_around_the_learner():
    asked = choose_onboarding_points(RANK)
    assert len(set(asked.tolist())) == 3 and 2 not in asked
    assert RANK[asked].tolist() == sorted(RANK[asked].tolist())
    assert RANK[choose_onboarding_points(RANK, 0.0)].max() <= 1
    assert choose_onboarding_points(np.array([np.nan, 1.0], dtype=np.float32)).tolist() == [1]


def test_course_averages_by_hand():
    prior = estimate_course_prior(np.array([8.0, 0.0, 0.0]), np.array([10.0, 5.0, 0.0]))
    overall = 8.5 / 16
    assert prior.level == pytest.approx([(8 + 5 * overall) / 15, 5 * overall / 10, overall])
    assert prior.weight.tolist() == [1, 1, 1]
    assert estimate_course_prior(np.zeros(2), np.zeros(2)).weight.tolist() == [0, 0]


def test_priors_join_by_what_they_are_worth():
    one = LevelPrior(np.array([0.8, 0.3], np.float32), np.array([3.0, 0.0], np.float32))
    other = LevelPrior(np.array([0.4, 0.6], np.float32), np.array([1.0, 0.0], np.float32))
    both = join_priors(one, other)
    assert both.level == pytest.approx([0.7, 0.5])
    assert both.weight.tolist() == [4, 0]


def test_the_prior_fades_and_says_so():
    prior = LevelPrior(np.array([0.8], np.float32), np.array([4.0], np.float32))
    starts = [apply_answers(prior, np.zeros(1), np.array([float(n)])) for n in (0, 4, 36)]
    assert [start.level[0] for start in starts] == pytest.approx([0.8, 0.4, 0.08])
    assert [start.prior_part[0] for start in starts] == pytest.approx([1, 0.5, 0.1])
    assert starts[0].sd[0] == pytest.approx(np.sqrt(0.16 / 5))


VALUES = st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2)
COUNTS = st.lists(st.integers(0, 30), min_size=2, max_size=2)


@given(VALUES, COUNTS, COUNTS, VALUES)
def test_whatever_is_known_the_start_is_a_level(level, weight, answers, share):
    prior = LevelPrior(np.array(level, np.float32), np.array(weight, np.float32))
    start = apply_answers(prior, np.array(share) * answers, np.array(answers, dtype=np.float64))
    for part in start:
        assert np.isfinite(part).all() and (part >= 0).all() and (part <= 1).all()
