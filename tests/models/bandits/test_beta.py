"""Wins and losses of resources: parts of them worked by hand, and which resource they lead to."""

import numpy as np
import pytest

from models.bandits.beta import BetaState, BetaThompson, Settings, updated
from tests.models.bandits.choices import much_to_choose
from tests.models.courses import on_the_way, random_course


def test_a_reward_is_a_part_of_a_win_and_a_part_of_a_loss():
    """−0.25 … 0.35: 0.05 is half a win; more than a right answer to one point can bring is one."""
    wins = Settings().win(np.array([-0.25, 0.05, 0.2, 0.35, 0.6, -0.4]))
    assert wins == pytest.approx([0, 0.5, 0.75, 1, 1, 0])


def test_answers_to_one_resource_add_up_within_a_batch():
    before = BetaState.empty(3)
    after = updated(before, np.array([2, 0, 2]), np.array([0.25, 1.0, 0.5]))
    assert after.wins.tolist() == [1, 0, 0.75] and after.losses.tolist() == [0, 0, 1.25] and after.answers == 3
    assert not before.wins.any() and before.answers == 0
    assert after.worth(1).wins == pytest.approx([1 / 3, 0, 0.25]) and after.worth(9).losses.tolist() == [0, 0, 1.25]


def test_the_propensity_is_that_of_two_beta_distributions():
    """P(X > Y) for X ~ Beta(3, 1), Y ~ Beta(1, 1) is the mean of X, ¾."""
    course = random_course(1)
    seen = much_to_choose(course)
    two = np.flatnonzero(seen.mask[0])[:2]
    seen = seen.keep(np.isin(np.arange(seen.mask.shape[1]), two)[None])
    wins = np.zeros(course.resources)
    wins[seen.candidates[0, two[0]]] = 2
    state = BetaState(wins, np.zeros(course.resources))
    decision = BetaThompson(course, Settings(draws=20_000), state, seed=0).decide(seen)
    assert decision.propensity[0, two] == pytest.approx([0.75, 0.25], abs=0.02)


def test_it_learns_which_resources_pay():
    """Half of the resources bring something: it comes to choose these."""
    course = random_course(1)
    pays = np.random.default_rng(0).random(course.resources) < 0.5
    seen, bandit = on_the_way(course, learners=32), BetaThompson(course, seed=0)
    rows, shares = np.arange(32), []
    for _ in range(120):
        decision = bandit.decide(seen)
        done = seen.candidates[rows, decision.chosen]
        bandit = bandit.after(seen, decision, np.where(pays[done], 0.35, -0.25).astype(np.float32))
        shares.append(pays[done].mean())
    possible = (pays[seen.candidates] & seen.mask).any(axis=1).mean()
    assert np.mean(shares[-20:]) > 0.9 * possible > np.mean(shares[:5])
