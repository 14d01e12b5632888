"""A learner model in charge of a course: it takes up what is known, follows the practice, and tells levels.

Only the points that a resource teaches change; what they influence is left to the model's own structure. A point that
the model has never seen (added since it was fitted) is NOTHING to it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.learners.contract import Estimate, LearnerModel, Memory, Question
from models.learners.log import NOTHING


class Tracer:
    """A fitted model with its version; stateless, so one serves everybody."""

    def __init__(self, model: LearnerModel, version: str) -> None:
        self.model = model
        self.version = version
        self.start = model.start()
        self._skill = {id: place for place, id in enumerate(model.skills)}
        self._item = {id: place for place, id in enumerate(model.items)}

    def skills_of(self, points: Sequence[str]) -> Ints:
        """Positions of knowledge points in the model, NOTHING where it does not know one."""
        return np.array([self._skill.get(id, NOTHING) for id in points], dtype=np.int64)

    def items_of(self, ids: Sequence[str | None]) -> Ints:
        """Positions of resources or items in the model, NOTHING where it does not know one."""
        return np.array([self._item.get(id or "", NOTHING) for id in ids], dtype=np.int64)

    def begin(self, skills: Ints, known: Estimate) -> Memory:
        """Memory of B learners of whom levels and spreads (B, P) of `skills` (P,) are known."""
        learners = len(known.level)
        points = np.broadcast_to(skills, known.level.shape)
        return Memory(np.repeat(self.start.learner, learners, axis=0), self.model.adopt(points, known))

    def question(self, skills: Ints, importance: Floats, items: Ints, days: Floats) -> Question:
        """What a resource asks of B learners; points (B, P) without importance are padding."""
        return Question(np.where(importance > 0, skills, NOTHING), importance, items, days)

    def practise(self, memory: Memory, question: Question, right: Flags) -> tuple[Memory, Estimate]:
        """Memory and mastery of the question's points after the answers (B,)."""
        after = self.model.update(memory, question, right)
        return after, self.model.mastery(after, replace(question, days=np.zeros_like(question.days)))

    def fading(self, skills: Ints, memory: Memory) -> Floats:
        """Rates a day (B, P) at which levels fade, NaN where that is the course's business."""
        rates = self.model.fading(skills, memory.points)
        return np.full(skills.shape, np.nan, dtype=np.float32) if rates is None else rates


def gain_of(importance: Floats, before: Floats, after: Floats) -> Floats:
    """r = Σ η Δs (DESIGN §3) of what an answer changed, (B, P) → (B,)."""
    return np.asarray((importance * (after - before)).sum(axis=-1), dtype=np.float32)
