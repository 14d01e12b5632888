"""The diagnostic's belief about a course: what it is about, what can be asked, what answers say of all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.served import Served, remembered
from graph.diagnostics import Asked
from models.course import Flags, Floats
from models.learners.diagnosis import DiagnosticRules, next_question, prepared, replayed
from models.learners.placement import Belief, Placement

LARGEST = 600
"""Points that one diagnostic is about at most, the first of the way: the belief is dense."""

REMEMBERED = 32
"""Ways kept at once, a few megabytes each at most."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What one diagnostic stands on; `items`: ids at the positions of the placement's questions."""

    placement: Placement
    items: dict[str, int]

    def belief(self, answered: Sequence[Asked]) -> Belief:
        """After these answers; items that have gone since count no more."""
        known = [each for each in answered if each.item in self.items]
        return replayed(self.placement, [self.items[each.item] for each in known], [bool(each.right) for each in known])

    def following(self, answered: Sequence[Asked], length: int, seed: int) -> str | None:
        """The item to ask now, or None where enough is known or nothing is left; one of the best three by `seed`."""
        asked = [self.items[each.item] for each in answered if each.item in self.items]
        wanted: Floats = np.ones(len(self.placement.field.points), dtype=np.float32)
        rules, draw = DiagnosticRules(most=length, among=3), np.random.default_rng((seed, len(asked)))
        place = next_question(self.placement, self.belief(answered), asked, wanted, rules, draw)
        return None if place is None else list(self.items)[place]


def ground_towards(served: Served, goals: tuple[int, ...], closure: Flags) -> Ground:
    """The ground for the way `closure` (N,) to these goals, remembered."""
    found: Ground = remembered(served.grounds, goals, REMEMBERED, lambda: ground(served, closure))
    return found


def ground(served: Served, closure: Flags) -> Ground:
    """For the points of `closure` (N,)."""
    order = served.course.order
    points = order[closure[order]][:LARGEST]
    inside = np.zeros(served.course.points, dtype=bool)
    inside[points] = True
    asked = [question for question in served.questions if inside[list(question.points)].any()]
    response = np.array([question.response for question in asked], dtype=np.float32).reshape(-1, 3)
    placement = prepared(served.course, points, [question.points for question in asked], response)
    return Ground(placement, {question.id: place for place, question in enumerate(asked)})
