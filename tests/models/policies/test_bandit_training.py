"""Practice in the simulator: what it changes, that it repeats, and what it pays."""

import numpy as np
import pytest

from graph.errors import Invalid
from models.policies.bandit_training import (
    BANDIT_NAMES,
    OUTCOME_EPISODE,
    make_bandit,
    make_prior_bandit,
    practise_bandit,
)
from models.policies.bandits import LinUCB
from models.policies.rule_based import RandomStrategy
from models.policies.selection import make_baseline, train_baseline_bandit
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import little_course, random_course
from tests.models.policies.choices import much_to_choose


def numbers(state):
    return np.concatenate([np.ravel(value) for value in vars(state).values() if isinstance(value, np.ndarray)])


@pytest.mark.parametrize("name", BANDIT_NAMES)
def test_practice_changes_its_mind_and_repeats_from_a_seed(name):
    course = random_course(1)
    first, again, other = (
        practise_bandit(make_bandit(name, course, seed), LearnerVectorEnv(course, 8), 20, seed) for seed in (1, 1, 2)
    )
    assert (numbers(first.state) == numbers(again.state)).all()
    assert (numbers(first.state) != numbers(other.state)).any()
    assert first.state.answers == 160


def test_it_pays_what_an_outcome_does():
    """Σ η Δs of the learner model: on resources that teach one point, what the estimate rises or falls by."""
    course = little_course()
    env = LearnerVectorEnv(course, 32, episode=OUTCOME_EPISODE)
    env.reset(seed=0)
    seen, rows = env.observe(), np.arange(32)
    actions = seen.candidates[rows, RandomStrategy(course).decide(seen).chosen]
    before = env.current()
    reward, _, _ = env.advance(actions)
    right = env.success > 0.5
    s = before[rows[:, None], course.taught[actions]]
    eta = course.importance[actions]
    up, down = course.rates.gain_right * (1 - s), -course.rates.gain_wrong * s
    expected = (eta**2 * np.where(right[:, None], up, down)).sum(axis=1)
    assert reward == pytest.approx(expected, abs=1e-5)


def test_a_prior_is_the_same_everywhere_but_for_later_chance_and_weighs_a_thousand_answers():
    course = random_course(1)
    first, second = (make_prior_bandit("thompson", course, rounds=20) for _ in range(2))
    assert (first.state.precision == second.state.precision).all() and first.state.answers == 0
    assert first.state.precision[-1, -1] == pytest.approx(1 + 1_000)
    seen = much_to_choose(course, 99)
    assert (first.decide(seen).chosen != second.decide(seen).chosen).any()


def test_the_ladder_knows_them_by_name():
    course = little_course()
    first, second = train_baseline_bandit(course), make_baseline("epsilon_greedy", course)
    assert (first.name, second.name) == ("bandit", "epsilon_greedy") and isinstance(first, LinUCB)
    assert (first.state.answers, second.state.answers) == (64 * 150, 0)
    with pytest.raises(Invalid, match="no bandit 'zeta'; there are linucb, "):
        make_bandit("zeta", course)
