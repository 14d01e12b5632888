"""Rankers on one log: each fitted on the past, asked about what came next, and fitted anew to all of it.

Ranker for ranker the lead over the best of all simpler families is told with its bootstrap interval: what is not better
than something simpler is not worth its upkeep.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from graph.errors import Invalid
from models.rankers.contract import Catalogue, Floats, History, InteractionLog, Ints, Ranker
from models.rankers.measures import Difference, Result, difference, evaluate
from models.rankers.registry import RANKERS, ranker
from models.rankers.trial import Trial

ORDER = "curriculum"


@dataclass(frozen=True)
class Held:
    """One ranker, as it was measured; where it could not be fitted, `lacks` says why and nothing else is there.

    Attributes:
        figures: as in `Result`, with train_s, and ndcg10 of cold learners and items where there are some.
        lead: on the best of the simpler families, NDCG@10.
        ranker: fitted to the whole log.
    """

    name: str
    family: str
    lacks: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    lead: Difference | None = None
    result: Result | None = None
    ranker: Ranker | None = None


class InOrder:
    """The order of the catalogue, whoever is asked: the curriculum, where items stand in its order."""

    def __init__(self, items: int) -> None:
        self._score = -np.arange(items, dtype=np.float32)

    def score(self, history: History, candidates: Ints | None = None) -> Floats:
        """The same for everybody."""
        return np.tile(self._score, (len(history), 1)) if candidates is None else self._score[candidates]

    def chance(self, history: History, candidates: Ints) -> None:
        """It predicts no outcome."""


def hold(
    trial: Trial,
    catalogue: Catalogue | None,
    names: Sequence[str] = tuple(RANKERS),
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> Iterator[Held]:
    """The order of the catalogue first, then each ranker; `report` hears the name of each before its fit begins."""
    began = perf_counter()
    first = evaluate(InOrder(len(trial.log.items)), trial, catalogue)
    best: dict[str, Result] = {"sequencing": first}
    yield Held(ORDER, "sequencing", figures=figures(first, perf_counter() - began), result=first)
    for name in names:
        report(name)
        held = _held(name, trial, catalogue, seed, best)
        if held.result is not None:
            usual = best.get(held.family)
            if usual is None or held.result.gain.mean() > usual.gain.mean():
                best[held.family] = held.result
        yield held


def _held(name: str, trial: Trial, catalogue: Catalogue | None, seed: int, best: Mapping[str, Result]) -> Held:
    family, began = RANKERS[name].family, perf_counter()
    try:
        fitted = ranker(name).fit(trial.training, catalogue, seed=seed)
    except Invalid as error:
        return Held(name, family, str(error))
    seconds = perf_counter() - began
    result = evaluate(fitted, trial, catalogue)
    simpler = max((each for key, each in best.items() if key != family), key=lambda each: float(each.gain.mean()))
    whole = ranker(name).fit(trial.log, catalogue, seed=seed)
    lead = difference(result, simpler, seed=seed)
    return Held(name, family, "", figures(result, seconds), lead, result, whole)


def figures(result: Result, seconds: float) -> dict[str, float]:
    """What is kept of a result; what says nothing is left out."""
    cold = {
        f"cold_{who}_ndcg10": result.figures(rows).get("ndcg10", float("nan"))
        for who, rows in (("learner", result.cold_learner), ("item", result.cold_item))
    }
    names = ("coverage", "novelty", "diversity", "calibration", "recommend_ms")
    told = result.figures() | cold | {name: float(getattr(result, name)) for name in names} | {"train_s": seconds}
    return {name: value for name, value in told.items() if np.isfinite(value)}


__all__ = ["Catalogue", "Held", "InteractionLog", "Ranker", "Trial", "figures", "hold"]
