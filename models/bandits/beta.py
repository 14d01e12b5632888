"""Thompson sampling over resources, each with a Beta distribution of its pay (Thompson 1933; Chapelle & Li 2011).

    p̃_a ~ Beta(1 + wins_a, 1 + losses_a),      score = p̃_a

It knows nothing of the learner but the candidates. A reward is not a coin: scaled to [0, 1], it counts as a part of a
win and a part of a loss,

    w = (r − low) / (high − low) within [0, 1],      wins += w,      losses += 1 − w

which keeps the mean of Agrawal & Goyal's (2012) trial with success probability w without its noise. One of n draws
decides, see `models/bandits/thompson.py`.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.bandits.chance import Stateful
from models.bandits.linear import Course, Decision, Doubles, Floats, Observation
from models.bandits.thompson import one_of
from models.state import Rates


@dataclass(frozen=True)
class Settings:
    """What counts as a loss and as a win.

    Attributes:
        low, high: the rewards that count as 0 and 1: a wrong answer at full mastery and a right one at none, −α⁻ and α⁺
            of DESIGN §3, for a resource that teaches one point. More, from one that teaches several, counts as 1.
        draws: n, usually 16–256.
    """

    low: float = -Rates.gain_wrong
    high: float = Rates.gain_right
    draws: int = 64

    def win(self, reward: Floats | float) -> Doubles:
        """The reward within [0, 1]."""
        return np.clip((np.asarray(reward, np.float64) - self.low) / (self.high - self.low), 0, 1)


@dataclass(frozen=True, eq=False)
class BetaState:
    """Wins and losses (R,) of each resource, and from how many answers."""

    wins: Doubles
    losses: Doubles
    answers: int = 0

    @classmethod
    def empty(cls, resources: int) -> "BetaState":
        """Before any answer."""
        return cls(np.zeros(resources), np.zeros(resources))

    def worth(self, answers: int) -> "BetaState":
        """The same experience as a prior that counts as so many answers, at most as many as it has."""
        share = min(1.0, answers / max(1, self.answers))
        return BetaState(share * self.wins, share * self.losses)


def updated(state: BetaState, resources: np.ndarray, win: Doubles) -> BetaState:
    """The state after answers to resources (M,), each a `win` (M,) within [0, 1]."""
    wins, losses = state.wins.copy(), state.losses.copy()
    np.add.at(wins, resources, win)
    np.add.at(losses, resources, 1 - win)
    return BetaState(wins, losses, state.answers + len(resources))


class BetaThompson(Stateful):
    """The best by a draw from each resource's distribution; `seed` makes it repeatable."""

    state: BetaState
    name = "thompson_beta"
    version = "1"

    def __init__(
        self,
        course: Course,
        settings: Settings | None = None,
        state: BetaState | None = None,
        seed: int | None = None,
    ) -> None:
        self.course, self.settings = course, settings or Settings()
        self.state = BetaState.empty(course.resources) if state is None else state
        super().__init__(seed)

    def decide(self, observation: Observation) -> Decision:
        """One of n draws decides for each learner."""
        arms = observation.candidates[..., None]
        shape = (*observation.candidates.shape, self.settings.draws)
        scores = self._random.beta(1 + self.state.wins[arms], 1 + self.state.losses[arms], size=shape)
        return one_of(scores, observation, self._random, None)

    def after(self, observation: Observation, decision: Decision, reward: Floats) -> Self:
        """Having seen what the decision's choices brought, (B,)."""
        done = observation.candidates[np.arange(len(observation)), decision.chosen]
        return self.of(updated(self.state, done, self.settings.win(reward)))

    def worth(self, answers: int) -> Self:
        """With what it has learnt as a prior that counts as so many answers."""
        return self.of(self.state.worth(answers))


__all__ = ["BetaState", "BetaThompson", "Course", "Settings", "updated"]
