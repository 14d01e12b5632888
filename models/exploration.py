"""Exploring by what is not known of the learner: Thompson sampling over mastery (Thompson 1933; Russo et al. 2018).

In a share ε of decisions the recommender does not see the estimated levels but draws of them, s̃ ~ N(s, spread²) within
[0, 1]; the surer the estimates, the less the choice moves. Candidates stay those that are feasible by the estimates, so
nothing is recommended whose prerequisites are not met. With n draws, one of which is taken at random,

    propensity(a) = (1 − ε) [a is the usual choice] + ε · (draws that choose a) / n
"""

from dataclasses import dataclass, replace

import numpy as np

from models.course import Floats
from models.recommender import Decision, Observation, Recommender

DRAWS = 16


@dataclass
class Explorer:
    """A recommender that explores now and then; `share`: ε. Only for one learner whose spread is known."""

    inner: Recommender
    share: float
    seed: int | None = None

    def __post_init__(self) -> None:
        self.name, self.version = self.inner.name, self.inner.version
        self._random = np.random.default_rng(self.seed)

    def decide(self, observation: Observation) -> Decision:
        """The usual decision with an honest propensity, or one by a draw."""
        usual = self.inner.decide(observation)
        if observation.spread is None or len(observation) != 1:
            return usual
        drawn = self.inner.decide(self._draws(observation, observation.spread)).chosen
        counts = np.bincount(drawn, minlength=observation.mask.shape[1]) / DRAWS
        propensity = ((1 - self.share) * usual.propensity + self.share * counts).astype(np.float32)
        explores = self._random.random() < self.share
        chosen = self._random.choice(drawn, 1) if explores else usual.chosen
        return replace(usual, chosen=chosen, propensity=propensity, kept=usual.kept | (propensity > 0))

    def _draws(self, seen: Observation, spread: Floats) -> Observation:
        """The same learner as often as there are draws, each time with other levels."""
        many = seen.take(np.zeros(DRAWS, dtype=np.int64))
        noise = self._random.standard_normal(many.level.shape)
        level = np.clip(many.level + noise * spread, 0, 1).astype(np.float32)
        return replace(many, level=level, spread=None)
