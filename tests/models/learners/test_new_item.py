"""A new item's difficulty: from points, from content, from answers."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit

from models.learners.new_item import ItemPrior, after_answers, fit_content


def test_without_any_item_it_is_usual():
    prior = fit_content(np.zeros((0, 2)), np.zeros((0, 1)), np.zeros(0)).tell(np.array([1.0, 0.0]), np.array([3.0]))
    assert prior.difficulty == 0
    assert prior.sd == pytest.approx(np.sqrt(1 + 9))


def test_points_by_hand():
    """Two items of difficulty 2 on the first point, one of −1 on the second; content says nothing."""
    importance = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    content = fit_content(importance, np.zeros((3, 1)), np.array([2.0, 2.0, -1.0]))
    overall = 3 / 4
    points = [(4 + overall) / 3, (-1 + overall) / 2]
    assert content.points == pytest.approx(points)
    assert content.tell(np.array([1.0, 0.0]), np.zeros(1)).difficulty == pytest.approx(points[0])
    assert content.tell(np.array([1.0, 0.5]), np.zeros(1)).difficulty == pytest.approx(
        (points[0] + points[1] / 2) / 1.5
    )
    assert content.tell(np.zeros(2), np.zeros(1)).difficulty == pytest.approx(np.mean(points))


def test_content_is_recovered_and_makes_it_surer():
    draw = np.random.default_rng(0)
    importance, content = np.eye(3)[draw.integers(3, size=300)], draw.normal(size=(300, 2)) * [1, 10] + [0, 50]
    difficulty = importance @ [1.0, 0.0, -1.0] + 0.8 * content[:, 0] + draw.normal(0, 0.3, 300)
    found = fit_content(importance, content, difficulty)
    prior = found.tell(np.array([1.0, 0.0, 0.0]), np.array([1.5, 50.0]))
    assert prior.difficulty == pytest.approx(1 + 0.8 * 1.5, abs=0.15)
    assert 0.25 < prior.sd < 0.45


def test_answers_take_over_and_say_how_far():
    prior, draw = ItemPrior(1.0, 0.5), np.random.default_rng(1)
    ability = draw.normal(size=2000)
    right = draw.random(2000) < expit(ability + 1.5)
    starts = [after_answers(prior, ability[:n], right[:n]) for n in (0, 10, 100, 2000)]
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
    assert after_answers(prior, ability, right).difficulty == pytest.approx(found, abs=1e-3)
