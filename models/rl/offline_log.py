"""A log of decisions as arrays, the data of offline reinforcement learning (Levine et al. 2020).

The log may come from any policy. A step is the observed state, the chosen candidate with its propensity, its outcome,
and the state after. States are stored once; steps refer to their rows. The reward is computed from what the log of a
deployment contains:

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
    """Weights of the reward of a logged step.

    Attributes:
        gain: weight of the log's own reward Σ η Δs, about 0.1 a step.
        needed: weight of the decrease of `models.recommender.still_needed`.
        goal: added when the goal is reached. Must exceed the return of never reaching it, about gain / (1 − γ): 3 to
            10. With less, the best policy avoids the goal.
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
        chosen: (T,) index among the state's candidates; propensity: (T,) probability with which it was chosen.
        gain: (T,) the log's own reward Σ η Δs; reached: (T,) the step reached the goal; ended: (T,) no step follows.
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
        """Return the log with some of the steps and all states."""
        columns = {name: value[steps] for name, value in vars(self).items() if name != "states"}
        return OfflineLog(self.states, **columns)

    def split(self, share: float, seed: int) -> tuple["OfflineLog", "OfflineLog"]:
        """Split by learner: return all but a `share` of the learners, and that share, at least one learner."""
        learners = np.random.default_rng(seed).permutation(np.unique(self.learner))
        held_out = np.isin(self.learner, learners[: max(1, round(share * len(learners)))])
        return self.take(~held_out), self.take(held_out)

    @property
    def first(self) -> Flags:
        """Whether the step is the first of its episode, (T,)."""
        return np.concatenate([[True], self.episode[1:] != self.episode[:-1]])[: len(self)]

    def rewards(self, course: Course, pay: RewardWeights) -> Floats:
        """Return the rewards of the steps, (T,)."""
        reward = pay.gain * self.gain + pay.goal * self.reached
        if pay.needed:
            states = self.states
            lacking = still_needed(course, states.level, states.target, states.wanted)
            reward = reward + pay.needed * (lacking[self.state] - lacking[self.following])
        return np.asarray(reward, dtype=np.float32)

    def returns(self, reward: Floats, gamma: float) -> Floats:
        """Return the discounted sums of `reward` (T,) from each step to the end of its episode in the log, (T,)."""
        total = reward.astype(np.float64)
        for step in range(len(total) - 2, -1, -1):
            if self.episode[step] == self.episode[step + 1]:
                total[step] += gamma * total[step + 1]
        return total.astype(np.float32)


def stack_observations(parts: Sequence[Observation]) -> Observation:
    """Concatenate observations, with candidates padded to the widest, without sd and history."""
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
