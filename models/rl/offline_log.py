"""A log of decisions as arrays, the data of offline reinforcement learning (Levine et al. 2020).

Any policy may have decided: a step is the observed state, the chosen candidate with its propensity, its outcome, and
the state after. States are stored once; steps refer to their rows. The reward is limited to what a deployment's log
holds:

    r_t = gain · Σ η Δs + goal · [the step reached the goal]

Training in the simulator has another reward: the decrease of what is needed instead of Σ η Δs, a closing test, and a
cost of each step. `needed` adds the first, which can be computed from the logged states; there is no closing test in
a log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.recommender import Observation, still_needed


@dataclass(frozen=True)
class RewardWeights:
    """What a logged step is worth.

    Attributes:
        gain: weight of the log's own reward Σ η Δs, about 0.1 a step.
        needed: weight of the shrinking of what the goal still needs, in points of mastery.
        goal: paid when the goal is reached. Has to outweigh what could be gained by never getting there, about
            gain / (1 − γ): 3 to 10. With less, a learner is best kept from the goal.
    """

    gain: float = 1.0
    needed: float = 0.0
    goal: float = 5.0


@dataclass(frozen=True)
class OfflineLog:
    """T steps over S states, the steps of an episode one after the other.

    Attributes:
        states: S observations.
        state, following: (T,) rows of `states` before and after the step.
        chosen: (T,) position among the state's candidates; propensity: (T,) with which probability it was chosen.
        gain: (T,) the log's own reward Σ η Δs; reached, ended: (T,) the goal is reached; nothing follows.
        learner, episode: (T,) numbers; one goal of one learner is one episode.
    """

    states: Observation
    state: Ints
    following: Ints
    chosen: Ints
    propensity: Floats
    gain: Floats
    reached: Flags
    ended: Flags
    learner: Ints
    episode: Ints

    def __len__(self) -> int:
        return len(self.state)

    def take(self, steps: Ints | Flags) -> "OfflineLog":
        """Some of the steps, with all states."""
        columns = {name: value[steps] for name, value in vars(self).items() if name != "states"}
        return OfflineLog(self.states, **columns)

    def split(self, share: float, seed: int) -> tuple["OfflineLog", "OfflineLog"]:
        """The steps of most learners, and those of a `share` of the learners, at least one."""
        learners = np.random.default_rng(seed).permutation(np.unique(self.learner))
        apart = np.isin(self.learner, learners[: max(1, round(share * len(learners)))])
        return self.take(~apart), self.take(apart)

    @property
    def first(self) -> Flags:
        """(T,) whether the step begins its episode."""
        return np.concatenate([[True], self.episode[1:] != self.episode[:-1]])[: len(self)]

    def rewards(self, course: Course, pay: RewardWeights) -> Floats:
        """(T,) what the steps are worth."""
        reward = pay.gain * self.gain + pay.goal * self.reached
        if pay.needed:
            states = self.states
            lacking = still_needed(course, states.level, states.target, states.wanted)
            reward = reward + pay.needed * (lacking[self.state] - lacking[self.following])
        return np.asarray(reward, dtype=np.float32)

    def returns(self, reward: Floats, gamma: float) -> Floats:
        """(T,) discounted sums of `reward` from each step to the end of its episode in the log."""
        total = reward.astype(np.float64)
        for step in range(len(total) - 2, -1, -1):
            if self.episode[step] == self.episode[step + 1]:
                total[step] += gamma * total[step + 1]
        return total.astype(np.float32)


def stack_observations(parts: Sequence[Observation]) -> Observation:
    """Observations one after the other, their candidates padded to the widest; spread and history are left out."""
    width = max(part.candidates.shape[1] for part in parts)

    def padded(values: NDArray[Any]) -> NDArray[Any]:
        return np.pad(values, ((0, 0), (0, width - values.shape[1])))

    return Observation(
        level=np.concatenate([part.level for part in parts]),
        days=np.concatenate([part.days for part in parts]),
        target=np.concatenate([part.target for part in parts]),
        wanted=np.concatenate([part.wanted for part in parts]),
        candidates=np.concatenate([padded(part.candidates) for part in parts]),
        mask=np.concatenate([padded(part.mask) for part in parts]),
        success=np.concatenate([part.success for part in parts]),
        steps=np.concatenate([part.steps for part in parts]),
    )
