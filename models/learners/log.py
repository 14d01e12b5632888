"""Answer logs as arrays: what learner models are fitted on and scored with.

Answers stand learner by learner, each learner's in the order given. A log without a clock has NaN days.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Flags, Floats, Ints

NOTHING = -1
"""In place of a skill or an item where there is none."""


@dataclass(frozen=True, eq=False)
class AnswerLog:
    """A answers of B learners to questions on N skills.

    Attributes:
        learners: ids, (B,).
        skills: ids, (N,); a knowledge point is a skill.
        items: ids, (I,); empty where the log names no items.
        starts: (B + 1,) learner b's answers are starts[b] … starts[b + 1] − 1.
        skill: (A, S) positions in `skills`, NOTHING behind the last one.
        item: (A,) positions in `items`, or NOTHING.
        right: (A,).
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
        """(B,) answers of each learner."""
        return np.diff(self.starts)

    @property
    def learner(self) -> Ints:
        """(A,) whose answer it is."""
        return np.repeat(np.arange(len(self.learners)), self.lengths)

    @property
    def place(self) -> Ints:
        """(A,) how many answers the learner gave before."""
        return np.arange(len(self.right)) - np.repeat(self.starts[:-1], self.lengths)

    def take(self, who: Ints) -> "AnswerLog":
        """The same log with only these learners, in this order."""
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
        """Rows of all first answers, then of all second ones, …; in each the learners with the longest logs first."""
        order = np.argsort(-self.lengths, kind="stable")
        lengths, starts = self.lengths[order], self.starts[:-1][order]
        longest = int(lengths.max(initial=0))
        return [starts[: np.searchsorted(-lengths, -t)] + t for t in range(longest)]


def log_of(
    answers: list[tuple[str, list[str], str | None, bool, float]], skills: tuple[str, ...] | None = None
) -> AnswerLog:
    """A log from rows (learner, skills, item, right, days), in the order given within each learner.

    `skills` fixes their positions; without it they are sorted.
    """
    learners = tuple(dict.fromkeys(row[0] for row in answers))
    names = skills or tuple(sorted({skill for row in answers for skill in row[1]}))
    items = tuple(sorted({row[2] for row in answers if row[2] is not None}))
    place, position = ({name: i for i, name in enumerate(values)} for values in (names, learners))
    number = {name: i for i, name in enumerate(items)}
    rows = sorted(answers, key=lambda row: position[row[0]])
    skill = np.full((len(rows), max((len(row[1]) for row in rows), default=1)), NOTHING)
    for index, row in enumerate(rows):
        skill[index, : len(row[1])] = [place[name] for name in row[1]]
    counts = np.bincount([position[row[0]] for row in rows], minlength=len(learners))
    return AnswerLog(
        learners=learners,
        skills=names,
        items=items,
        starts=np.concatenate([[0], np.cumsum(counts)]),
        skill=skill,
        item=np.array([NOTHING if row[2] is None else number[row[2]] for row in rows], dtype=np.int64),
        right=np.array([row[3] for row in rows], dtype=bool),
        days=np.array([row[4] for row in rows], dtype=np.float64),
    )


def shares(log: AnswerLog, pseudo_answers: float = 5.0) -> Floats:
    """(N,) share of right answers to each skill, drawn to the overall share by `pseudo_answers`."""
    asked = log.skill >= 0
    right = np.broadcast_to(log.right[:, None], log.skill.shape)
    answers = np.bincount(log.skill[asked], minlength=len(log.skills))
    wins = np.bincount(log.skill[asked], weights=right[asked], minlength=len(log.skills))
    overall = log.right.mean() if len(log.right) else 0.5
    return np.asarray((wins + pseudo_answers * overall) / (answers + pseudo_answers), dtype=np.float32)
