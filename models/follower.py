"""What a learner model makes of answers, where the whole of a learner is the model's vector: states, levels, answers.

Students made of a model, planners that look ahead with one and judges that replay a path all ask the same of it.
"""

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.learners.contract import LearnerModel as LearnerModel
from models.learners.contract import Memory, Question
from models.learners.log import NOTHING


class Follower:
    """A learner model that knows a learner by its vector alone (a `models.learners.neural.NeuralModel`)."""

    def __init__(self, model: LearnerModel) -> None:
        self.model, self.points = model, np.arange(len(model.skills))

    def heard(self, learner: Floats, points: Ints, right: Flags) -> Floats:
        """(B, H) the vectors after the answers `right` (B,) to `points` (B,)."""
        return self.model.update(self._memory(learner, 1), alone(points[:, None]), right).learner

    def level(self, learner: Floats, points: Ints) -> Floats:
        """(B, P) P(right) on each of `points` (B, P) as the next question; any number where padded with NOTHING."""
        known = self._memory(learner, points.shape[1])
        return np.asarray(self.model.mastery(known, alone(points)).level, dtype=np.float32)

    def levels(self, learner: Floats) -> Floats:
        """(B, N) the same of every point."""
        return self.level(learner, np.tile(self.points, (len(learner), 1)))

    def after(self, points: Ints, right: Flags) -> Floats:
        """(B, H) the vectors of new learners after answers (B, T), oldest first, NOTHING where there is none."""
        return self.on(np.repeat(self.model.start().learner, len(points), axis=0), points, right)

    def on(self, learner: Floats, points: Ints, right: Flags) -> Floats:
        """(B, H) the same of learners who are known."""
        learner = learner.copy()
        for asked, answer in zip(points.T, right.T, strict=True):
            rows = np.flatnonzero(asked >= 0)
            learner[rows] = self.heard(learner[rows], asked[rows], answer[rows])
        return learner

    def _memory(self, learner: Floats, points: int) -> Memory:
        return Memory(learner, np.zeros((len(learner), points, 1), dtype=np.float32))


def alone(points: Ints) -> Question:
    """Each of `points` (B, P), without an item or a clock."""
    ones = np.ones(points.shape, dtype=np.float32)
    return Question(points, ones, np.full(len(points), NOTHING), 0 * ones)
