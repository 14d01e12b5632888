"""Bandits by name, and their training on simulated learners before they serve real ones.

`make_prior_bandit` trains a bandit on the reward of real outcomes, Σ η Δs, and takes what it has learnt as a prior
that counts as PRIOR_ANSWERS answers. The amount of practice is about that of the training of a small policy.
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
    """One that has learnt nothing yet; raises `Invalid` for a name that none has."""
    for kind in _BANDIT_CLASSES:
        if kind.name == name:
            return kind(course, seed=seed)
    raise Invalid(f"There is no bandit {name!r}; there are {', '.join(BANDIT_NAMES)}.", "strategy")


PRACTICE_LEARNERS, PRACTICE_ROUNDS = 64, 150
"""Simulated learners, and answers of each: about as many answers as a small policy is trained on."""

PRIOR_ANSWERS = 1_000
"""Answers that the practice counts as once real ones come."""

OUTCOME_EPISODE = EpisodeConfig(gain_reward=1.0, progress_reward=0.0, goal_reward=0.0, test_reward=0.0, step_cost=0.0)
"""The simulator pays what a real outcome does: Σ η Δs."""


class Bandit(Protocol):
    """A recommender that learns from each outcome: `after` gives the bandit of the next state."""

    name: str
    version: str

    def decide(self, observation: Observation) -> Decision:
        """Choose by the state."""
        ...

    def after(self, observation: Observation, decision: Decision, reward: Floats) -> Self:
        """Having seen what the decision's choices brought, (B,)."""
        ...

    def worth(self, answers: int) -> Self:
        """With what it has learnt as a prior that counts as so many answers."""
        ...


B = TypeVar("B", bound=Bandit)


def practise_bandit(beginner: B, env: LearnerVectorEnv, rounds: int, seed: int = 0) -> B:
    """The beginner after `rounds` answers of every simulated learner of `env`."""
    env.reset(seed=seed)
    learnt, rows = beginner, np.arange(env.num_envs)
    for _ in range(rounds):
        seen = env.observe()
        decision = learnt.decide(seen)
        reward, ended, _ = env.advance(seen.candidates[rows, decision.chosen])
        learnt = learnt.after(seen, decision, reward)
        env.restart(ended)
    return learnt


def make_prior_bandit(name: str, course: Course, seed: int = 0, rounds: int = PRACTICE_ROUNDS) -> AnyBandit:
    """A bandit that practised on the reward of real outcomes. Takes seconds.

    The state is the same for the same course and seed; the chance in its decisions from now on is not.
    """
    env = LearnerVectorEnv(course, PRACTICE_LEARNERS, episode=OUTCOME_EPISODE)
    return practise_bandit(make_bandit(name, course, seed), env, rounds, seed).worth(PRIOR_ANSWERS).seeded()
