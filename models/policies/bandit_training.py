"""Bandits by name, and their training on simulated learners before they serve real ones.

`make_prior_bandit` trains a bandit on the reward of real outcomes, Σ η Δs, and makes the result a prior that counts as
PRIOR_ANSWERS answers. The number of simulated answers is about that of the training of a small policy.
"""

from typing import Protocol, Self, TypeVar

import numpy as np

from graph.errors import Invalid
from models.arrays import Floats
from models.course import Course
from models.policies.bandits import BetaThompson, EpsilonGreedy, LinUCB, Thompson
from models.recommender import Decision, Observation
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv

AnyBandit = LinUCB | Thompson | BetaThompson | EpsilonGreedy
_BANDIT_CLASSES: tuple[type[AnyBandit], ...] = (LinUCB, Thompson, BetaThompson, EpsilonGreedy)
BANDIT_NAMES = tuple(kind.name for kind in _BANDIT_CLASSES)


def make_bandit(name: str, course: Course, seed: int | None = None) -> AnyBandit:
    """Return an untrained bandit by name; raises `Invalid` for an unknown name."""
    for kind in _BANDIT_CLASSES:
        if kind.name == name:
            return kind(course, seed=seed)
    raise Invalid(f"There is no bandit {name!r}; there are {', '.join(BANDIT_NAMES)}.", "strategy")


PRACTICE_LEARNERS, PRACTICE_ROUNDS = 64, 150
"""Simulated learners, and answers of each; together about the training of a small policy."""

PRIOR_ANSWERS = 1_000
"""Weight of the training on simulated learners as a prior, in answers."""

OUTCOME_EPISODE = EpisodeConfig(gain_reward=1.0, progress_reward=0.0, goal_reward=0.0, test_reward=0.0, step_cost=0.0)
"""Only the reward of real outcomes, Σ η Δs."""


class Bandit(Protocol):
    """A recommender that learns from each outcome: `after` gives the bandit of the next state."""

    name: str
    version: str

    def decide(self, observation: Observation) -> Decision:
        """Choose a candidate for each learner."""
        ...

    def after(self, observation: Observation, decision: Decision, reward: Floats) -> Self:
        """Return the bandit updated by the rewards (B,) of the decision's choices."""
        ...

    def worth(self, answers: int) -> Self:
        """Return the bandit with its state as a prior that counts as `answers` answers."""
        ...


B = TypeVar("B", bound=Bandit)


def practise_bandit(bandit: B, env: LearnerVectorEnv, rounds: int, seed: int = 0) -> B:
    """Return the bandit after `rounds` answers of every simulated learner of `env`."""
    env.reset(seed=seed)
    trained, rows = bandit, np.arange(env.num_envs)
    for _ in range(rounds):
        seen = env.observe()
        decision = trained.decide(seen)
        reward, ended, _ = env.advance(seen.candidates[rows, decision.chosen])
        trained = trained.after(seen, decision, reward)
        env.restart(ended)
    return trained


def make_prior_bandit(name: str, course: Course, seed: int = 0, rounds: int = PRACTICE_ROUNDS) -> AnyBandit:
    """Train a bandit on simulated learners and return it with its state as a prior. Takes seconds.

    The same course and seed give the same state; the returned bandit has a generator without a seed.
    """
    env = LearnerVectorEnv(course, PRACTICE_LEARNERS, episode=OUTCOME_EPISODE)
    return practise_bandit(make_bandit(name, course, seed), env, rounds, seed).worth(PRIOR_ANSWERS).seeded()
