"""Logs of simulated learners under a known behaviour, for tests and measurements: a deployment has its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.recommender import Decision, Observation, Recommender
from models.rl.offline_log import OfflineLog, stack_observations
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv

LOG_EPISODE = EpisodeConfig(gain_reward=1, progress_reward=0, goal_reward=0, test_reward=0, step_cost=0)
"""Pays the learner model's Σ η Δs alone, as the decision log does."""


@dataclass
class MixedRecommender:
    """Each decision is one of several recommenders', drawn by their shares (which sum to 1); says so honestly."""

    parts: Sequence[tuple[float, Recommender]]
    seed: int = 0
    name: str = "mixture"
    version: str = "1"
    _generator: np.random.Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._generator = np.random.default_rng(self.seed)

    def decide(self, observation: Observation) -> Decision:
        """Draw by the mixed propensities."""
        shares = [share * recommender.decide(observation).propensity for share, recommender in self.parts]
        propensity = np.asarray(sum(shares), dtype=np.float32)
        sums = propensity.cumsum(axis=1)
        drawn = self._generator.random((len(sums), 1)) * sums[:, -1:]
        return Decision((sums <= drawn).sum(axis=1), propensity, propensity, observation.mask)


def roll_out(course: Course, behaviour: Recommender, learners: int, steps: int, seed: int) -> OfflineLog:
    """`steps` decisions of `behaviour` for each of so many learners at a time; who is done makes way for a new one."""
    env = LearnerVectorEnv(course, learners, episode=LOG_EPISODE)
    env.reset(seed=seed)
    log = _LogColumns(learners)
    for _ in range(steps):
        seen = env.observe()
        decision = behaviour.decide(seen)
        gain, ended, reached = env.advance(seen.candidates[np.arange(learners), decision.chosen])
        log.add(seen, decision, gain, ended, reached)
        if ended.any():
            log.last(env.observe().take(np.flatnonzero(ended)), ended)
            env.restart(ended)
    return log.logged(env.observe())


class _LogColumns:
    """What is recorded while a batch of learners is followed; columns are lists over time of (B,)."""

    def __init__(self, learners: int) -> None:
        self.states: list[Observation] = []
        self.held = 0
        self.person = np.arange(learners)
        self.columns: dict[str, list[Floats | Ints | Flags]] = {}

    def add(self, seen: Observation, decision: Decision, gain: Floats, ended: Flags, reached: Flags) -> None:
        """One step of everybody."""
        rows = np.arange(len(seen))
        here = self._keep(seen)
        if "state" in self.columns:
            self._follow(here)
        row = {"state": here, "following": here, "chosen": decision.chosen, "gain": gain, "reached": reached}
        row |= {"ended": ended, "propensity": decision.propensity[rows, decision.chosen]}
        row |= {"learner": self.person, "there": seen.mask.any(axis=1)}
        for name, values in row.items():
            self.columns.setdefault(name, []).append(np.array(values))

    def last(self, seen: Observation, ended: Flags) -> None:
        """How those whose episode has ended were left; somebody else takes their place."""
        self.columns["following"][-1][ended] = self._keep(seen)
        self.person = np.where(ended, self.person + len(ended), self.person)

    def logged(self, seen: Observation) -> OfflineLog:
        """Everything, learner by learner; `seen` is how it was left."""
        self._follow(self._keep(seen))
        flat = {name: np.stack(values, axis=1).ravel() for name, values in self.columns.items()}
        there = flat.pop("there")
        columns = {name: values[there] for name, values in flat.items()}
        return OfflineLog(states=stack_observations(self.states), **columns, episode=columns["learner"])

    def _keep(self, seen: Observation) -> Ints:
        self.states.append(seen)
        self.held += len(seen)
        return np.arange(self.held - len(seen), self.held)

    def _follow(self, here: Ints) -> None:
        """The states of now follow on the step before, but for those that ended with it."""
        going = self.columns["ended"][-1] == 0
        self.columns["following"][-1][going] = here[going]
