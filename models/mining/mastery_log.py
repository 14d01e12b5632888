"""Mastery logs, the input of mining: who mastered which point when, from answers.

A point is mastered when `in_a_row` of its answers were right in a row: three, the rule of ASSISTments' own skill
builders. The rule needs no model, so no information of other learners, other points or the graph enters, and a learner
who guesses one in four passes by luck once in 64 runs. A learner whose first answers are all right knew the point
before; such a row has `at` = `since`.

`MinedPrerequisites` is the result of mining: pairs of points with support, confidence, lift and p-value.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.arrays import Doubles, Flags, Ints


@dataclass(frozen=True)
class MasteryLog:
    """First masteries: one row for each learner and point that the learner worked on.

    Attributes:
        points: ids of the points, N.
        learners: number of learners, L.
        learner: (A,) in 0 … L−1.
        point: (A,) in 0 … N−1; a pair (learner, point) occurs once.
        at: (A,) days since any start, or order, of first mastery; NaN: not mastered yet; equal to `since`: known
            before the first answer.
        since: (A,) days or order of the first answer on the point.
    """

    points: tuple[str, ...]
    learners: int
    learner: Ints
    point: Ints
    at: Doubles
    since: Doubles


@dataclass(frozen=True)
class MinedPrerequisites:
    """Proposed prerequisites, strongest first, as arrays of M pairs.

    Attributes:
        before, after: (M,) indices of points: `before` is a prerequisite of `after`.
        support: (M,) learners who mastered both, `before` first.
        confidence: (M,) share of those who mastered both that mastered `before` first.
        lift: (M,) P(after mastered | before mastered) over P(after mastered | before not mastered).
        p_value: (M,) the larger of the two tests' p-values, corrected for all pairs tested (Benjamini & Hochberg 1995).
        tested: number of pairs that were tested.
    """

    before: Ints
    after: Ints
    support: Doubles
    confidence: Doubles
    lift: Doubles
    p_value: Doubles
    tested: int


def build_log_from_answers(
    learner: ArrayLike, point: ArrayLike, at: ArrayLike, right: ArrayLike, in_a_row: int = 3
) -> MasteryLog:
    """Build a log from A answers; all arguments (A,), in any order, answers of the same `at` in the order given.

    learner, point: sortable ids; at: days or order; right: whether the answer is right. Learners and points are
    indexed by their sorted ids.
    """
    table = _SortedRows(learner, point, at)
    index = np.arange(len(table.order))
    wrong = ~np.asarray(right, dtype=bool)[table.order]
    begun = table.first[table.group]
    last_wrong = np.maximum.accumulate(np.where(wrong, index, begun - 1))
    return table.log(index - last_wrong >= in_a_row, at_once=in_a_row - 1)


class _SortedRows:
    """Rows sorted by learner, point and time, in G groups of a learner's rows on a point.

    Attributes:
        order: (A,) given index of each sorted row.
        group: (A,) group of each sorted row.
        first: (G,) first row of each group.
    """

    def __init__(self, learner: ArrayLike, point: ArrayLike, at: ArrayLike) -> None:
        self.learners, who = np.unique(np.asarray(learner), return_inverse=True)
        self.points, what = np.unique(np.asarray(point), return_inverse=True)
        when = np.asarray(at, dtype=np.float64)
        self.order: Ints = np.lexsort((when, what, who))
        self._who, self._what, self._when = who[self.order], what[self.order], when[self.order]
        new = (np.diff(self._who, prepend=-1) != 0) | (np.diff(self._what, prepend=-1) != 0)
        self.first: Ints = np.flatnonzero(new)
        self.group: Ints = np.cumsum(new) - 1

    def log(self, mastered: Flags, at_once: int) -> MasteryLog:
        """Return the log: mastery is a group's first row that is `mastered` (A,), known before if within `at_once`."""
        rows = np.flatnonzero(mastered)
        groups, first = np.unique(self.group[rows], return_index=True)
        since: Doubles = self._when[self.first]
        reached = np.full(len(self.first), np.nan)
        reached[groups] = self._when[rows[first]]
        known = np.zeros(len(self.first), dtype=bool)
        known[groups] = rows[first] - self.first[groups] <= at_once
        return MasteryLog(
            points=tuple(str(name) for name in self.points),
            learners=len(self.learners),
            learner=self._who[self.first],
            point=self._what[self.first],
            at=np.where(known, since, reached),
            since=since,
        )
