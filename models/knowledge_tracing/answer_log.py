"""Answer logs as arrays, the input of all learner models, with counts before each answer and packed sequences.

Answers are stored learner by learner, each learner's in the order given. A log without a clock has NaN days.

`SkillAnswers` and the counts before each answer (`count_before`, `sum_decayed_before`) are computed for a whole log at
once by sorting and searching, without a loop over answers.

`LearnerSkillPairs` packs a log as sequences of (learner, skill) pairs, so that all pairs take their t-th answer at
once: first answers of all pairs, then second ones, and so on; pairs by falling length, so that those with a t-th
answer are always the first ones and nothing is padded.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.arrays import NO_INDEX, Flags, Floats, Ints


@dataclass(frozen=True, eq=False)
class AnswerLog:
    """A answers of B learners to questions on N skills.

    Attributes:
        learners: ids, (B,).
        skills: ids, (N,); a knowledge point is a skill.
        items: ids, (I,); empty where the log names no items.
        starts: (B + 1,) learner b's answers are starts[b] … starts[b + 1] − 1.
        skill: (A, S) indices in `skills`, NO_INDEX behind the last one.
        item: (A,) indices in `items`, or NO_INDEX.
        right: (A,) whether the answer is right.
        days: (A,) since any fixed moment, in float64; NaN without a clock.
    """

    learners: tuple[str, ...]
    skills: tuple[str, ...]
    items: tuple[str, ...]
    starts: Ints
    skill: Ints
    item: Ints
    right: Flags
    days: NDArray[np.float64]

    @property
    def lengths(self) -> Ints:
        """Number of answers of each learner, (B,)."""
        return np.diff(self.starts)

    @property
    def learner(self) -> Ints:
        """Index of the learner of each answer, (A,)."""
        return np.repeat(np.arange(len(self.learners)), self.lengths)

    @property
    def index(self) -> Ints:
        """Number of earlier answers of the learner, (A,)."""
        return np.arange(len(self.right)) - np.repeat(self.starts[:-1], self.lengths)

    def take(self, who: Ints) -> "AnswerLog":
        """Return the log of these learners alone, in this order."""
        lengths = self.lengths[who]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        rows = np.repeat(self.starts[who] - starts[:-1], lengths) + np.arange(starts[-1])
        return AnswerLog(
            learners=tuple(self.learners[one] for one in who),
            skills=self.skills,
            items=self.items,
            starts=starts,
            skill=self.skill[rows],
            item=self.item[rows],
            right=self.right[rows],
            days=self.days[rows],
        )

    def rounds(self) -> list[Ints]:
        """Return the rows of all first answers, all second ones, …; in each, learners with the longest logs first."""
        order = np.argsort(-self.lengths, kind="stable")
        lengths, starts = self.lengths[order], self.starts[:-1][order]
        longest = int(lengths.max(initial=0))
        return [starts[: np.searchsorted(-lengths, -t)] + t for t in range(longest)]


def build_answer_log(
    answers: list[tuple[str, list[str], str | None, bool, float]], skills: tuple[str, ...] | None = None
) -> AnswerLog:
    """Build a log from rows (learner, skills, item, right, days), in the order given within each learner.

    `skills` fixes their indices; without it they are sorted.
    """
    learners = tuple(dict.fromkeys(row[0] for row in answers))
    names = skills or tuple(sorted({skill for row in answers for skill in row[1]}))
    items = tuple(sorted({row[2] for row in answers if row[2] is not None}))
    skill_index, learner_index, item_index = (
        {name: i for i, name in enumerate(values)} for values in (names, learners, items)
    )
    rows = sorted(answers, key=lambda row: learner_index[row[0]])
    skill = np.full((len(rows), max((len(row[1]) for row in rows), default=1)), NO_INDEX)
    for index, row in enumerate(rows):
        skill[index, : len(row[1])] = [skill_index[name] for name in row[1]]
    counts = np.bincount([learner_index[row[0]] for row in rows], minlength=len(learners))
    return AnswerLog(
        learners=learners,
        skills=names,
        items=items,
        starts=np.concatenate([[0], np.cumsum(counts)]),
        skill=skill,
        item=np.array([NO_INDEX if row[2] is None else item_index[row[2]] for row in rows], dtype=np.int64),
        right=np.array([row[3] for row in rows], dtype=bool),
        days=np.array([row[4] for row in rows], dtype=np.float64),
    )


def compute_right_shares(log: AnswerLog, pseudo_answers: float = 5.0) -> Floats:
    """Return the share of right answers to each skill, shrunk to the overall share by `pseudo_answers`, (N,)."""
    asked = log.skill >= 0
    right = np.broadcast_to(log.right[:, None], log.skill.shape)
    answers = np.bincount(log.skill[asked], minlength=len(log.skills))
    wins = np.bincount(log.skill[asked], weights=right[asked], minlength=len(log.skills))
    overall = log.right.mean() if len(log.right) else 0.5
    return np.asarray((wins + pseudo_answers * overall) / (answers + pseudo_answers), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class SkillAnswers:
    """Which answer touched which skill: one entry for each skill of each answer, Q in all, answers in order.

    Attributes:
        row: (Q,) the answer.
        skill: (Q,) index of the skill.
        share: (Q,) 1 / number of the answer's skills.
        key: (Q,) ascending by learner, then skill, then answer.
        order: (Q,) permutation that sorts by key.
    """

    row: Ints
    skill: Ints
    share: NDArray[np.float64]
    key: Ints
    order: Ints


def list_skill_answers(log: AnswerLog) -> SkillAnswers:
    """List the skills of all answers of a log."""
    row, slot = np.nonzero(log.skill >= 0)
    skill = log.skill[row, slot]
    key = _make_keys(log, log.learner[row], skill, row)
    return SkillAnswers(row, skill, 1 / np.bincount(row, minlength=len(log.right))[row], key, np.argsort(key))


def _make_keys(log: AnswerLog, learner: Ints, skill: Ints, row: Ints) -> Ints:
    return np.asarray((learner * len(log.skills) + skill) * (len(log.right) + 1) + row)


def count_before(log: AnswerLog, found: SkillAnswers, row: Ints, skill: Ints) -> tuple[Ints, Ints]:
    """Count right answers and all answers to `skill` by the learner of answer `row` before that answer; all (Q,)."""
    keys = found.key[found.order]
    wins = np.concatenate([[0], np.cumsum(log.right[found.row[found.order]])])
    learner = log.learner[row]
    now = np.searchsorted(keys, _make_keys(log, learner, skill, row))
    start = np.searchsorted(keys, _make_keys(log, learner, skill, np.zeros_like(row)))
    return wins[now] - wins[start], now - start


def sum_decayed_before(value: NDArray[np.generic], group: Ints, decay: float) -> NDArray[np.float64]:
    """Return Σ decay^(age − 1) value over the earlier entries of an entry's group, (…, Q); age 1: the one before.

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


def number_groups(keys: Ints) -> Ints:
    """Number runs of equal keys 0, 1, …, (Q,)."""
    return np.concatenate([[0], np.cumsum(keys[1:] != keys[:-1])]) if len(keys) else keys


def average_neighbour_counts(log: AnswerLog, found: SkillAnswers, influence: Floats) -> NDArray[np.float64]:
    """Average log(1 + wins) and log(1 + attempts) over the skills that influence each entry's skill, (Q, 2).

    influence: W (N, N), from row to column; weights the mean. 0 for skills that nothing influences.
    """
    target, source = np.nonzero(influence.T)
    degree = np.bincount(target, minlength=len(log.skills))
    here = degree[found.skill]
    entry = np.repeat(np.arange(len(found.row)), here)
    rank = np.arange(len(entry)) - np.repeat(np.cumsum(here) - here, here)
    edge = (np.cumsum(degree) - degree)[found.skill[entry]] + rank
    weight = influence[source[edge], target[edge]].astype(np.float64)
    counts = count_before(log, found, found.row[entry], source[edge])
    total = np.maximum(np.bincount(entry, weight, len(here)), 1e-9)
    return np.stack([np.bincount(entry, weight * np.log1p(count), len(here)) / total for count in counts], axis=-1)


@dataclass(frozen=True, eq=False)
class LearnerSkillPairs:
    """E answers of P pairs; an answer to several skills stands once for each.

    Attributes:
        row: (E,) row of the log.
        skill: (P,) index of the pair's skill.
        active: (T,) number of pairs with a t-th answer.
        right: (E,) whether the answer is right.
        days: (E,) since the pair's answer before; 0 for first answers and without a clock.
    """

    row: Ints
    skill: Ints
    active: Ints
    right: Flags
    days: NDArray[np.float64]

    @cached_property
    def steps(self) -> list[slice]:
        """Slices of the t-th answers, T of them."""
        ends = np.concatenate([[0], np.cumsum(self.active)])
        return [slice(int(start), int(end)) for start, end in pairwise(ends)]

    @cached_property
    def pair(self) -> Ints:
        """Index of the pair of each answer, (E,)."""
        return np.arange(len(self.row)) - np.repeat(np.cumsum(self.active) - self.active, self.active)

    @cached_property
    def before(self) -> Ints:
        """Index of the pair's answer before, for every answer but the first ones, (E − P,)."""
        return np.arange(len(self.skill), len(self.row)) - np.repeat(self.active[:-1], self.active[1:])

    def by_row(self, values: NDArray[np.float64], answers: int) -> Floats:
        """Average `values` (E,) over the skills of each row of the log, (A,); NaN where a row has no skill."""
        total = np.bincount(self.row, weights=values, minlength=answers)
        count = np.bincount(self.row, minlength=answers)
        return np.asarray(np.where(count, total / np.maximum(count, 1), np.nan), dtype=np.float32)


def pack_learner_skill_pairs(log: AnswerLog) -> LearnerSkillPairs:
    """Pack all answers to known skills."""
    row, slot = np.nonzero(log.skill >= 0)
    key = log.learner[row] * max(1, len(log.skills)) + log.skill[row, slot]
    order = np.argsort(key, kind="stable")
    names, first, length = np.unique(key[order], return_index=True, return_counts=True)
    turn = np.arange(len(row)) - np.repeat(first, length)
    rank = np.empty(len(names), dtype=np.int64)
    longest = np.argsort(-length, kind="stable")
    rank[longest] = np.arange(len(names))
    active = len(names) - np.searchsorted(np.sort(length), np.arange(length.max(initial=0)), side="right")
    target = (np.cumsum(active) - active)[turn] + np.repeat(rank, length)
    rows = np.empty(len(row), dtype=np.int64)
    rows[target] = row[order]
    days = np.zeros(len(row))
    days[target[1:]] = np.where(turn[1:] > 0, np.diff(log.days[row[order]]), 0)
    skill = names[longest] % max(1, len(log.skills))
    return LearnerSkillPairs(rows, skill, active, log.right[rows], np.maximum(np.nan_to_num(days), 0))
