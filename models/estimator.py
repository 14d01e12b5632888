"""What the platform believes of a batch of learners: the course's learner model, followed answer by answer.

Without a tracer that is gain–propagation–forgetting (models/state.py) on whole vectors; with one, the model keeps
its memory beside the levels. Between answers levels fade as the graph lets them fade, see `state.decay`.
"""

from typing import NamedTuple

import numpy as np

from models.course import Course, Flags, Floats, Ints
from models.diagnostic import starting_level
from models.learners.contract import Estimate, Memory
from models.learners.tracer import gain_of
from models.state import decay, kept_share, update


class Followed(NamedTuple):
    """After an answer: levels (B, N), which of them moved (B, N), the gain r = Σ η Δs (B,), and the memory."""

    level: Floats
    moved: Flags
    gain: Floats
    memory: Memory


class Estimator:
    """The learner model of one course. Stateless: levels and memory are the caller's."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._tracer = course.tracer
        if self._tracer:
            self._skills = self._tracer.skills_of(course.point_ids)
            self._items = self._tracer.items_of(course.resource_ids)

    def start(self, right: Floats, questions: int) -> tuple[Floats, Memory]:
        """s(0) (B, N) from the right answers (B, N) to so many questions on every point, and the memory."""
        level, spread = starting_level(right, np.full_like(right, questions))
        if self._tracer:
            return level, self._tracer.begin(self._skills, Estimate(level, spread))
        size, points = level.shape
        return level, Memory(np.zeros((size, 0), np.float32), np.zeros((size, points, 0), np.float32))

    def now(self, level: Floats, days: Floats, memory: Memory) -> Floats:
        """Levels (B, N) after days (B, N) without practice."""
        faded = decay(level, days, self.course.rates)
        if not self._tracer:
            return faded
        rates = self._tracer.fading(np.broadcast_to(self._skills, level.shape), memory)
        own = level * kept_share(rates, days, self.course.rates)
        return np.where(np.isnan(rates), faded, own).astype(np.float32)

    def follow(self, level: Floats, days: Floats, memory: Memory, resources: Ints, right: Flags) -> Followed:
        """Everybody did a resource (B,). `level`, `days` (B, N): as read now, and since each point's practice."""
        if self._tracer:
            return self._trace(level, days, memory, resources, right)
        rows = np.arange(len(resources))
        importance = np.zeros_like(level)
        np.add.at(importance, (rows[:, None], self.course.taught[resources]), self.course.importance[resources])
        changed, gain = update(level, importance, right[:, None], self.course.influence, self.course.rates)
        return Followed(changed, (importance > 0) | (changed != level), gain, memory)

    def _trace(self, level: Floats, days: Floats, memory: Memory, resources: Ints, right: Flags) -> Followed:
        assert self._tracer
        rows = np.arange(len(resources))[:, None]
        points, importance = self.course.taught[resources], self.course.importance[resources]
        question = self._tracer.question(self._skills[points], importance, self._items[resources], days[rows, points])
        here = Memory(memory.learner, memory.points[rows, points])
        after, known = self._tracer.practise(here, question, right)
        row, column = np.nonzero(importance > 0)
        place = points[row, column]
        changed, moved, kept = level.copy(), np.zeros(level.shape, dtype=bool), memory.points.copy()
        changed[row, place], moved[row, place] = known.level[row, column], True
        kept[row, place] = after.points[row, column]
        gain = gain_of(importance, level[rows, points], known.level)
        return Followed(changed, moved, gain, Memory(after.learner, kept))


__all__ = ["Estimator", "Memory"]
