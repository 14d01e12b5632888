"""Answer logs and questions as padded tensors, and embeddings of skills."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.course import Flags, Ints
from models.learners.contract import Question
from models.learners.log import NOTHING, AnswerLog


@dataclass(frozen=True, eq=False)
class Sequences:
    """T questions to each of B learners, and their answers.

    Attributes:
        skill: (B, T, S) positions, NOTHING where there is none.
        weight: (B, T, S) importance of each, 0 where it does not count.
        item: (B, T) position or NOTHING.
        right: (B, T) 0 or 1.
        real: (B, T) whether it is an answer and not padding.
    """

    skill: Tensor
    weight: Tensor
    item: Tensor
    right: Tensor
    real: Tensor


def padded(log: AnswerLog, who: Ints) -> tuple[Sequences, Ints]:
    """The answers of these learners, and their rows in the log, in the order of `real`'s entries."""
    lengths = log.lengths[who]
    place = np.arange(int(lengths.max(initial=0)))
    real = place < lengths[:, None]
    rows = np.where(real, log.starts[who][:, None] + place, 0)
    skill = torch.from_numpy(np.where(real[..., None], log.skill[rows], NOTHING))
    item = torch.from_numpy(np.where(real, log.item[rows], NOTHING))
    right = torch.from_numpy((real & log.right[rows]).astype(np.float32))
    return Sequences(skill, (skill >= 0).float(), item, right, torch.from_numpy(real)), rows[real]


def table(skills: int, width: int, scale: float) -> nn.Parameter:
    """Normal first values for each skill and, in the last row, zeros for a question without a known one, (N + 1, D)."""
    return nn.Parameter(torch.cat([torch.randn(skills, width) * scale, torch.zeros(1, width)]))


def mean_of(table: Tensor, skill: Tensor, weight: Tensor) -> Tensor:
    """Rows of `table` (N + 1, D) averaged over the skills of a question by weight, (…, S) → (…, D).

    The last row stands for a question without a known skill.
    """
    if not skill.shape[-1]:
        return table[-1].expand(*skill.shape[:-1], -1)
    known = weight > 0
    total = weight.sum(-1, keepdim=True)
    share = torch.where(total > 0, weight / total.clamp(min=1e-9), 1 / weight.shape[-1])
    rows = table[torch.where(known, skill, len(table) - 1)]
    return (rows * share[..., None]).sum(-2)


def batches(log: AnswerLog, answers: int, shuffle: np.random.Generator | None = None) -> list[Ints]:
    """All learners with answers, in groups of like length that pad to at most `answers` (or of one learner)."""
    jitter = 0.0 if shuffle is None else shuffle.random(len(log.lengths))
    order = np.argsort(log.lengths + jitter, kind="stable")
    order, groups, first = order[log.lengths[order] > 0], [], 0
    while first < len(order):
        sizes = log.lengths[order[first:]] * np.arange(1, len(order) - first + 1)
        count = max(1, int(np.searchsorted(sizes, answers, side="right")))
        groups.append(order[first : first + count])
        first += count
    return groups if shuffle is None else [groups[i] for i in shuffle.permutation(len(groups))]


def asked(question: Question, right: Flags) -> Sequences:
    """The question and its answers as a sequence of one."""
    skill, item = (torch.as_tensor(part, dtype=torch.int64)[:, None] for part in (question.points, question.item))
    importance, answer = (torch.as_tensor(part, dtype=torch.float32)[:, None] for part in (question.importance, right))
    return Sequences(skill, torch.where(skill >= 0, importance, 0), item, answer, torch.ones_like(item) > 0)


def each_point(question: Question) -> Sequences:
    """Each point of the question as a question of its own, without an item."""
    skill = torch.as_tensor(question.points, dtype=torch.int64)
    known = skill >= 0
    return Sequences(skill[..., None], known[..., None].float(), torch.full_like(skill, NOTHING), known.float(), known)
