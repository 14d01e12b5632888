"""The network on the part of a course that a goal needs: the same numbers from a fraction of the points.

A learner with a goal is scored from the points on the way to it and from what the candidates teach. With L hops an
embedding depends on nothing further than L edges away, so the rest of the course may be left out: at 10,000 points a
few hundred remain. Static features are taken from the whole course, mean operators are cut from it, not made anew.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.course import Course, Flags, Ints
from models.encoder import as_tensors, relation_operators
from models.network import PolicyNetwork
from models.recommender import Observation

KEPT = 256
"""Parts remembered at once; the oldest goes first."""
WORTHWHILE = 0.5
"""A part with more than this share of the points is no gain."""


@dataclass(frozen=True, eq=False)
class Part:
    """points, resources: sorted positions in the whole course; `network` shares all parameters with the whole one."""

    points: Ints
    resources: Ints
    network: PolicyNetwork

    def cut(self, seen: Observation) -> Observation | None:
        """The same observation in the part's own positions; None if a candidate is not in it."""
        places = np.searchsorted(self.resources, seen.candidates)
        found = self.resources[np.minimum(places, len(self.resources) - 1)] == seen.candidates
        if not found[seen.mask].all():
            return None
        return replace(
            seen,
            level=seen.level[:, self.points],
            days=seen.days[:, self.points],
            target=seen.target[:, self.points],
            wanted=seen.wanted[:, self.points],
            candidates=np.where(found, places, 0),
        )


class Parts:
    """Cuts parts out of a course, one for each set of goals."""

    def __init__(self, network: PolicyNetwork, course: Course) -> None:
        self._network, self._course = network, course
        self._operators = relation_operators(course)[: len(network.operators)]
        self._edges = sum((abs(operator) for operator in self._operators), start=sparse.csr_matrix(course.before.shape))
        self._teaches = course.teaches.tocsc()
        self._kept: dict[tuple[int, ...], Part | None] = {}

    def of(self, seen: Observation) -> tuple[PolicyNetwork, Observation]:
        """The network to ask for one learner, and the observation to ask it with."""
        goals = tuple(np.flatnonzero(seen.target[0]).tolist())
        if len(seen) != 1 or not goals:
            return self._network, seen
        if goals not in self._kept:
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[goals] = self._part(np.array(goals))
        part = self._kept[goals]
        local = part.cut(seen) if part else None
        return (part.network, local) if part and local else (self._network, seen)

    def _part(self, goals: Ints) -> Part | None:
        course = self._course
        needed = course.closure(goals)
        resources = np.unique(self._teaches[:, needed].indices)
        taught = course.taught[resources][course.importance[resources] > 0]
        needed[taught] = True
        points = np.flatnonzero(self._within(needed, self._network.config.layers))
        if len(points) > WORTHWHILE * course.points:
            return None
        return Part(points, resources, self._cut_network(points, resources))

    def _within(self, needed: Flags, hops: int) -> Flags:
        for _ in range(hops):
            needed = needed | (self._edges[needed].sum(axis=0).A1 > 0)
        return needed

    def _cut_network(self, points: Ints, resources: Ints) -> PolicyNetwork:
        whole, features = self._network, self._network.features
        network = PolicyNetwork(_cut_course(self._course, points, resources), whole.config).eval()
        network.encoder, network.value_head = whole.encoder, whole.value_head
        network.q_head, network.policy_head = whole.q_head, whole.policy_head
        network.features.points = features.points[points]
        network.features.resources = features.resources[resources]
        device = features.points.device
        network.operators = as_tensors([operator[points][:, points] for operator in self._operators], device)
        return network.to(device)


def _cut_course(course: Course, points: Ints, resources: Ints) -> Course:
    """The points and resources alone; edges that leave them are dropped."""
    place = np.full(course.points, -1, dtype=np.int64)
    place[points] = np.arange(len(points))
    inside = (place[course.prerequisites] >= 0).all(axis=1)
    importance = course.importance[resources]
    return replace(
        course,
        point_ids=[course.point_ids[point] for point in points],
        resource_ids=[course.resource_ids[resource] for resource in resources],
        prerequisites=place[course.prerequisites[inside]],
        related=course.related[:0],
        related_weight=course.related_weight[:0],
        taught=np.where(importance > 0, place[course.taught[resources]], 0),
        importance=importance,
        mastered=course.mastered[points],
        met=course.met[points],
        difficulty=course.difficulty[resources],
        minutes=course.minutes[resources],
        kind=course.kind[resources],
        modality=course.modality[resources],
    )
