"""Practice: simulated learners come first, so that real ones do not meet a beginner."""

from typing import Protocol, Self, TypeVar

import numpy as np

from models.bandits.linear import Decision, Floats, Observation
from models.bandits.registry import BANDITS, Course, Kind, bandit
from models.environment import Episode, LearnerVectorEnv

LEARNERS, ROUNDS = 64, 150
"""Simulated learners, and answers of each: about as many answers as a small policy is trained on."""

WORTH = 1_000
"""Answers that the practice counts as once real ones come."""

OUTCOME = Episode(gain_reward=1.0, progress_reward=0.0, goal_reward=0.0, test_reward=0.0, step_cost=0.0)
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


def practise(beginner: B, env: LearnerVectorEnv, rounds: int, seed: int = 0) -> B:
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


def prior(name: str, course: Course, seed: int = 0, rounds: int = ROUNDS) -> Kind:
    """A bandit that practised on the reward of real outcomes. Takes seconds.

    The state is the same for the same course and seed; the chance in its decisions from now on is not.
    """
    env = LearnerVectorEnv(course, LEARNERS, episode=OUTCOME)
    return practise(bandit(name, course, seed), env, rounds, seed).worth(WORTH).seeded()


__all__ = ["BANDITS", "LEARNERS", "ROUNDS", "Bandit", "Kind", "LearnerVectorEnv", "bandit", "practise", "prior"]
