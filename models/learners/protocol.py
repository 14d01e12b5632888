"""How a log is cut: learners held out inside training, and the pieces and windows of the pyKT benchmark.

pyKT (Liu et al. 2022, arXiv 2206.11460; pykt/preprocess/split_datasets.py and pykt/models/evaluate_model.py) cuts
learners' logs into pieces of 200 answers, drops those of fewer than 3, starts afresh in each and scores all answers but
the first of each piece, pooled over learners: `pykt_pieces` and `after_first`. It trains on such pieces, and its final
figures (`window_testauc` in examples/wandb_predict.py) score the first 200 answers of a learner so, and each later one
as the last of the 200 that end with it: `pykt_windows`. Answers to several skills are one row per skill: `by_skill`;
where the log names questions, the figure is of the rows' mean prediction by question.
"""

from dataclasses import replace

import numpy as np

from models.course import Flags, Ints
from models.learners.log import AnswerLog


def held_out(log: AnswerLog, share: float = 0.1, seed: int = 0) -> tuple[AnswerLog, AnswerLog]:
    """Learners to fit to and, apart, `share` of them to choose settings by; nobody is held out of fewer than ten."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    count = round(share * len(order)) if len(order) >= 10 else 0
    return log.take(np.sort(order[count:])), log.take(np.sort(order[:count]))


def overlapping(log: AnswerLog, longest: int, context: int = 0) -> tuple[AnswerLog, Ints, Flags]:
    """Pieces of at most `longest` answers, each a learner of its own that begins `context` answers before its new ones.

    Returns the pieces, the row in `log` of each of their answers, and which of them no earlier piece had, (A',) both.
    """
    pieces = np.where(log.lengths > 0, np.maximum(-(-(log.lengths - context) // (longest - context)), 1), 0)
    who = np.repeat(np.arange(len(log.learners)), pieces)
    number = np.arange(len(who)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    offset = number * (longest - context)
    lengths = np.minimum(log.lengths[who] - offset, longest)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    rows = np.repeat(log.starts[who] + offset - starts[:-1], lengths) + np.arange(starts[-1])
    names = tuple(f"{log.learners[one]}+{first}" for one, first in zip(who, offset, strict=True))
    cut = replace(_picked(log, rows, log.skill[rows], starts), learners=names)
    return cut, rows, (np.repeat(number, lengths) == 0) | (cut.place >= context)


def pykt_pieces(log: AnswerLog, longest: int = 200, shortest: int = 3) -> AnswerLog:
    """Pieces of at most `longest` answers, each a learner of its own; those shorter than `shortest` are dropped."""
    pieces, _, _ = overlapping(log, longest)
    return pieces.take(np.flatnonzero(pieces.lengths >= shortest))


def pykt_windows(log: AnswerLog, longest: int = 200, shortest: int = 3) -> tuple[AnswerLog, Flags]:
    """The first `longest` answers of each learner and a window for each later one; which answers are scored, (A',)."""
    windows, _, new = overlapping(log.take(np.flatnonzero(log.lengths >= shortest)), longest, longest - 1)
    return windows, new & (windows.place > 0)


def after_first(log: AnswerLog) -> Flags:
    """All answers but the first of each learner, (A,)."""
    return log.place > 0


def by_skill(log: AnswerLog) -> AnswerLog:
    """One row for each skill of an answer, in the order given. Rows of one answer see its outcome: pyKT's protocol."""
    asked = log.skill >= 0
    asked[:, 0] = True
    rows, slot = np.nonzero(asked)
    starts = np.concatenate([[0], np.cumsum(asked.sum(axis=1))])[log.starts]
    return _picked(log, rows, log.skill[rows, slot][:, None], starts)


def _picked(log: AnswerLog, rows: Ints, skill: Ints, starts: Ints) -> AnswerLog:
    return replace(log, starts=starts, skill=skill, item=log.item[rows], right=log.right[rows], days=log.days[rows])
