"""A course as arrays, as every model sees the graph: N points, R resources, at most C points per resource.

Built from the graph's rows by `services`, or by hand in a test. A `Course` is never changed; a new revision of the
graph makes a new one.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from models.arrays import Flags, Floats, Ints
from models.knowledge_tracing.base import ServedLearnerModel
from models.knowledge_tracing.state import Rates

RESOURCE_KINDS = ("lesson", "practice", "reading", "video", "test")
MODALITIES = ("text", "audio", "video", "interactive")


@dataclass(frozen=True)
class Thresholds:
    """When a point counts as mastered, when as a met prerequisite, and when a resource may come again."""

    mastered: float = 0.8
    met: float = 0.6
    repeat_after_days: float = 14.0
    retry_after_days: float = 1.0


@dataclass(frozen=True, eq=False)
class Course:
    """The arrays of one course.

    Attributes:
        prerequisites: (E, 2) accepted edges as (from, to) point indices; acyclic.
        related: (S, 2) unordered pairs; `related_weight` (S,) their Jaccard weights.
        taught: (R, C) point indices, padded with 0 where `importance` (R, C) is 0.
        mastered, met: (N,) thresholds in [0, 1].
        rates, learner_model: the learner model in charge: gain–propagation–forgetting with these rates, or a fitted
            model; then the rates say what is forgotten and what a recommender expects of an answer.
        difficulty: (R,) logits relative to what is usual for the point; minutes (R,); kind and modality (R,) codes.
    """

    id: str
    point_ids: list[str]
    resource_ids: list[str]
    prerequisites: Ints
    related: Ints
    related_weight: Floats
    taught: Ints
    importance: Floats
    mastered: Floats
    met: Floats
    difficulty: Floats
    minutes: Floats
    kind: Ints
    modality: Ints
    rates: Rates = field(default_factory=Rates)
    learner_model: ServedLearnerModel | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    _ways: dict[int, Ints] = field(default_factory=dict, init=False, repr=False)

    @property
    def points(self) -> int:
        """N, the number of knowledge points."""
        return len(self.point_ids)

    @property
    def resources(self) -> int:
        """R, the number of resources."""
        return len(self.resource_ids)

    @cached_property
    def point_index(self) -> dict[str, int]:
        """Point id → position."""
        return {id: position for position, id in enumerate(self.point_ids)}

    @cached_property
    def resource_index(self) -> dict[str, int]:
        """Resource id → position."""
        return {id: position for position, id in enumerate(self.resource_ids)}

    @cached_property
    def before(self) -> sparse.csr_matrix:
        """(N, N) 0/1: row k marks the direct prerequisites of k."""
        return self._edges(self.prerequisites[:, 1], self.prerequisites[:, 0])

    @cached_property
    def before_padded(self) -> Ints:
        """(N, P) each point's direct prerequisites, padded with −1; P ≥ 1."""
        counts = np.diff(self.before.indptr)
        padded = np.full((self.points, max(1, int(counts.max(initial=0)))), -1, dtype=np.int64)
        rows = np.repeat(np.arange(self.points), counts)
        padded[rows, np.arange(len(rows)) - np.repeat(self.before.indptr[:-1], counts)] = self.before.indices
        return padded

    @cached_property
    def after(self) -> sparse.csr_matrix:
        """(N, N) 0/1: row k marks the points that k is a prerequisite of."""
        return self.before.T.tocsr()

    @cached_property
    def influence(self) -> sparse.csr_matrix:
        """W (N, N) of docs/design.md: 1 for a prerequisite i → j, the Jaccard weight both ways for a semantic pair."""
        a, b = self.related[:, 0], self.related[:, 1]
        semantic = sparse.csr_matrix(
            (np.tile(self.related_weight, 2), (np.concatenate([a, b]), np.concatenate([b, a]))),
            shape=(self.points, self.points),
            dtype=np.float32,
        )
        return self.after.maximum(semantic).tocsr()

    @cached_property
    def teaches(self) -> sparse.csr_matrix:
        """(R, N) importance η of each taught point."""
        rows, slots = np.nonzero(self.importance)
        return sparse.csr_matrix(
            (self.importance[rows, slots], (rows, self.taught[rows, slots])),
            shape=(self.resources, self.points),
            dtype=np.float32,
        )

    @cached_property
    def order(self) -> Ints:
        """(N,) a topological order of the points: prerequisites first, ties by position.

        Points of a cycle that somebody drew by hand, and what is behind it, come last.
        """
        waiting = np.asarray(self.before.sum(axis=1)).ravel().astype(int)
        ready, order = list(np.flatnonzero(waiting == 0)), []
        for point in ready:
            order.append(point)
            for following in self.after[point].indices:
                waiting[following] -= 1
                if waiting[following] == 0:
                    ready.append(following)
        return np.array(order + np.flatnonzero(waiting > 0).tolist(), dtype=np.int64)

    @cached_property
    def depth(self) -> Ints:
        """(N,) length of the longest prerequisite chain that ends in the point."""
        depth = np.zeros(self.points, dtype=np.int64)
        for point in self.order:
            earlier = self.before[point].indices
            depth[point] = depth[earlier].max() + 1 if len(earlier) else 0
        return depth

    def closure(self, targets: Ints) -> Flags:
        """(N,) the targets and everything before them."""
        wanted = np.zeros(self.points, dtype=bool)
        for target in targets:
            wanted[self._way_to(int(target))] = True
        return wanted

    def _way_to(self, target: int) -> Ints:
        """The point and everything before it; remembered."""
        if target not in self._ways:
            seen, stack = {target}, [target]
            while stack:
                point = stack.pop()
                earlier = self.before.indices[self.before.indptr[point] : self.before.indptr[point + 1]]
                stack += [before for before in earlier.tolist() if before not in seen]
                seen.update(stack)
            self._ways[target] = np.array(sorted(seen), dtype=np.int64)
        return self._ways[target]

    def _edges(self, rows: Ints, columns: Ints) -> sparse.csr_matrix:
        ones = np.ones(len(rows), dtype=np.float32)
        return sparse.csr_matrix((ones, (rows, columns)), shape=(self.points, self.points))
