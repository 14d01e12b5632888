"""A log as sequences of (learner, skill) pairs, packed so that all pairs take their t-th answer at once.

First answers of all pairs stand first, then second ones, …; pairs by falling length, so that those with a t-th answer
are always the first ones and nothing is padded.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.course import Flags, Floats, Ints
from models.learners.log import AnswerLog


@dataclass(frozen=True, eq=False)
class Pairs:
    """E answers of P pairs; an answer to several skills stands once for each.

    Attributes:
        row: (E,) row of the log.
        skill: (P,) whose position in the log's skills.
        active: (T,) how many pairs have a t-th answer.
        right: (E,).
        days: (E,) since the pair's answer before; 0 for first answers and without a clock.
    """

    row: Ints
    skill: Ints
    active: Ints
    right: Flags
    days: NDArray[np.float64]

    @cached_property
    def steps(self) -> list[slice]:
        """Where the t-th answers stand, T slices."""
        ends = np.concatenate([[0], np.cumsum(self.active)])
        return [slice(int(start), int(end)) for start, end in pairwise(ends)]

    @cached_property
    def pair(self) -> Ints:
        """(E,) whose answer it is."""
        return np.arange(len(self.row)) - np.repeat(np.cumsum(self.active) - self.active, self.active)

    @cached_property
    def before(self) -> Ints:
        """(E − P,) where the answer before stands, for every answer but the first ones."""
        return np.arange(len(self.skill), len(self.row)) - np.repeat(self.active[:-1], self.active[1:])

    def by_row(self, values: NDArray[np.float64], answers: int) -> Floats:
        """Mean of `values` (E,) over the skills of each row of the log, (A,); NaN where a row has no skill."""
        total = np.bincount(self.row, weights=values, minlength=answers)
        count = np.bincount(self.row, minlength=answers)
        return np.asarray(np.where(count, total / np.maximum(count, 1), np.nan), dtype=np.float32)


def pairs_of(log: AnswerLog) -> Pairs:
    """All answers to known skills."""
    row, slot = np.nonzero(log.skill >= 0)
    key = log.learner[row] * max(1, len(log.skills)) + log.skill[row, slot]
    order = np.argsort(key, kind="stable")
    names, first, length = np.unique(key[order], return_index=True, return_counts=True)
    turn = np.arange(len(row)) - np.repeat(first, length)
    rank = np.empty(len(names), dtype=np.int64)
    longest = np.argsort(-length, kind="stable")
    rank[longest] = np.arange(len(names))
    active = len(names) - np.searchsorted(np.sort(length), np.arange(length.max(initial=0)), side="right")
    place = (np.cumsum(active) - active)[turn] + np.repeat(rank, length)
    rows = np.empty(len(row), dtype=np.int64)
    rows[place] = row[order]
    days = np.zeros(len(row))
    days[place[1:]] = np.where(turn[1:] > 0, np.diff(log.days[row[order]]), 0)
    skill = names[longest] % max(1, len(log.skills))
    return Pairs(rows, skill, active, log.right[rows], np.maximum(np.nan_to_num(days), 0))
