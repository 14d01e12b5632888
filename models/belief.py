"""What any learner model makes of B learners who practise one point at a time: memory and levels of all points.

`models.follower.Follower` does the same for models that know a learner by one vector, of which it needs no more.
"""

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.follower import LearnerModel as LearnerModel
from models.follower import alone
from models.learners.contract import Memory as Memory


class Belief:
    """A learner model, asked about all its N points."""

    def __init__(self, model: LearnerModel) -> None:
        self.model, self._points = model, np.arange(len(model.skills))[None]

    def start(self, size: int) -> Memory:
        """(B, H) and (B, N, M) of new learners."""
        start = self.model.start()
        return Memory(*(np.repeat(part, size, axis=0) for part in start))

    def heard(self, known: Memory, points: Ints, right: Flags) -> Memory:
        """After everybody's answer `right` (B,) to `points` (B,)."""
        rows = np.arange(len(points))
        here = Memory(known.learner, known.points[rows, points][:, None])
        after = self.model.update(here, alone(points[:, None]), right)
        answers = known.points.copy()
        answers[rows, points] = after.points[:, 0]
        return Memory(after.learner, answers)

    def levels(self, known: Memory) -> Floats:
        """(B, N)."""
        points = np.repeat(self._points, len(known.learner), axis=0)
        return np.asarray(self.model.mastery(known, alone(points)).level, dtype=np.float32)

    def after(self, points: Ints, right: Flags) -> Memory:
        """Of new learners with a past (B, T), oldest first, NOTHING where there is none."""
        known = self.start(len(points))
        for asked, answer in zip(points.T, right.T, strict=True):
            rows = np.flatnonzero(asked >= 0)
            after = self.heard(Memory(*(part[rows] for part in known)), asked[rows], answer[rows])
            for mine, new in zip(known, after, strict=True):
                mine[rows] = new
        return known
