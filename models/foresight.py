"""A learned policy that looks a few steps ahead with the learner model before it speaks.

    score(a) = log π(a | s) + w V(a),    V: the best expected level of the goal that a path beginning with a reaches

over the candidates that the policy kept; V is `models.lookahead`'s, on the tutor's own learner model, in levels. The
policy knows what pays in the end, the look-ahead what this learner's answers say of the next steps.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from models.course import Course
from models.lookahead import BeamSettings, Lookahead
from models.policy import best_kept
from models.recommender import Decision, Observation, Recommender, by_score


@dataclass(frozen=True)
class Sight:
    """weight: w, per unit of mean level; keep: candidates by the policy that are looked at; beam: how far and wide."""

    weight: float = 100.0
    keep: int = 8
    beam: BeamSettings = field(default_factory=lambda: BeamSettings(depth=1))


class Farsighted:
    """A `Recommender` around a policy whose scores are log-probabilities."""

    def __init__(
        self, policy: Recommender, course: Course, sight: Sight | None = None, name: str = "foresight"
    ) -> None:
        self.policy, self.name, self.sight = policy, name, sight or Sight()
        self.version = f"{policy.version}-{self.sight.weight:g}-{self.sight.keep}-{self.sight.beam.depth}"
        self._ahead = Lookahead(course, name, self.sight.beam)

    def decide(self, observation: Observation) -> Decision:
        """Choose among the best by the policy."""
        decision = self.policy.decide(observation)
        kept = best_kept(decision.score, decision.kept, self.sight.keep)
        value = self._ahead.score(observation)
        score = np.where(kept, decision.score + self.sight.weight * value, -np.inf)
        return replace(by_score(score.astype(np.float32), kept), q=decision.q)
