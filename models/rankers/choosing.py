"""Hyper-parameters chosen on the last part of a log, in time, as the contract asks (`Ranker.fit`)."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

from models.rankers.contract import InteractionLog, Ranker
from models.rankers.measures import ndcg, ranks
from models.rankers.trial import Trial, cut_in_time

SHARE, LEAST, MOST, CELLS = 0.1, 50, 2000, 4_000_000
"""Validation: the last tenth of the log. With fewer moments than the least nothing is chosen; at most `MOST`, or what
makes `CELLS` scores where items are many, so that one setting is tried within seconds."""

Candidate = TypeVar("Candidate", bound=Ranker)


def validation(log: InteractionLog, seed: int = 0) -> Trial | None:
    """What the last part of the log asks, with its `training` before that; None where it asks too little."""
    most = min(MOST, max(LEAST, CELLS // max(1, len(log.items))))
    trial = cut_in_time(log, SHARE, most, seed)
    return trial if len(trial) >= LEAST and len(trial.training) else None


def gain(ranker: Ranker, trial: Trial) -> float:
    """Mean NDCG@10."""
    found = [ranks(ranker.score(each.history), each.allowed, trial.target[each.rows]) for each in trial.batches()]
    return float(ndcg(np.concatenate(found)).mean())


def best(candidates: Iterable[Candidate], trial: Trial) -> Candidate:
    """The candidate of the highest gain, the first of equals."""
    return max(candidates, key=lambda each: gain(each, trial))


__all__ = ["Trial", "best", "gain", "ndcg", "ranks", "validation"]
