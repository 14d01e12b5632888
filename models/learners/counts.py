"""What a learner had done before each answer, for a whole log at once: sorting and searching, no loop over answers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.course import Floats, Ints
from models.learners.log import AnswerLog


@dataclass(frozen=True, eq=False)
class Touches:
    """Which answer touched which skill: one entry for each skill of each answer, Q in all, answers in order.

    Attributes:
        row: (Q,) the answer.
        skill: (Q,) position of the skill.
        share: (Q,) 1 / number of the answer's skills.
        key: (Q,) rises with learner, then skill, then answer.
        order: (Q,) sorts by key.
    """

    row: Ints
    skill: Ints
    share: NDArray[np.float64]
    key: Ints
    order: Ints


def touches(log: AnswerLog) -> Touches:
    """All touches of a log."""
    row, slot = np.nonzero(log.skill >= 0)
    skill = log.skill[row, slot]
    key = _key(log, log.learner[row], skill, row)
    return Touches(row, skill, 1 / np.bincount(row, minlength=len(log.right))[row], key, np.argsort(key))


def _key(log: AnswerLog, learner: Ints, skill: Ints, row: Ints) -> Ints:
    return np.asarray((learner * len(log.skills) + skill) * (len(log.right) + 1) + row)


def counts_before(log: AnswerLog, found: Touches, row: Ints, skill: Ints) -> tuple[Ints, Ints]:
    """Right answers to and answers to `skill` of the learner of answer `row` before that answer; all (Q,)."""
    keys = found.key[found.order]
    wins = np.concatenate([[0], np.cumsum(log.right[found.row[found.order]])])
    learner = log.learner[row]
    now = np.searchsorted(keys, _key(log, learner, skill, row))
    start = np.searchsorted(keys, _key(log, learner, skill, np.zeros_like(row)))
    return wins[now] - wins[start], now - start


def decayed_before(value: NDArray[Any], group: Ints, decay: float) -> NDArray[np.float64]:
    """Σ decay^(age − 1) value over the earlier entries of an entry's group, (…, Q); age 1 is the one just before.

    Entries of a group stand together, in order. Doubling (Hillis & Steele 1986): log₂ of the longest group passes.
    """
    total, reach = np.asarray(value, dtype=np.float64).copy(), 1
    longest = int(np.bincount(group).max(initial=0))
    while reach < longest:
        same = group[reach:] == group[:-reach]
        total[..., reach:] += np.where(same, decay**reach * total[..., :-reach], 0)
        reach *= 2
    before = np.zeros_like(total)
    before[..., 1:] = np.where(group[1:] == group[:-1], total[..., :-1], 0)
    return before


def groups(keys: Ints) -> Ints:
    """Numbers 0, 1, … for runs of equal keys, (Q,)."""
    return np.concatenate([[0], np.cumsum(keys[1:] != keys[:-1])]) if len(keys) else keys


def neighbour_means(log: AnswerLog, found: Touches, influence: Floats) -> NDArray[np.float64]:
    """Means of log(1 + wins) and log(1 + attempts) over the skills that influence each touch's skill, (Q, 2).

    influence: W (N, N), from row to column; weights the mean. 0 for skills that nothing influences.
    """
    target, source = np.nonzero(influence.T)
    degree = np.bincount(target, minlength=len(log.skills))
    here = degree[found.skill]
    entry = np.repeat(np.arange(len(found.row)), here)
    rank = np.arange(len(entry)) - np.repeat(np.cumsum(here) - here, here)
    edge = (np.cumsum(degree) - degree)[found.skill[entry]] + rank
    weight = influence[source[edge], target[edge]].astype(np.float64)
    counts = counts_before(log, found, found.row[entry], source[edge])
    total = np.maximum(np.bincount(entry, weight, len(here)), 1e-9)
    return np.stack([np.bincount(entry, weight * np.log1p(count), len(here)) / total for count in counts], axis=-1)
