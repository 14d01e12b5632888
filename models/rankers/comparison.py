"""Compare all rankers on one log: fit each on the past, test it on later events, fit it again on the whole log.

Each ranker's lead over the best of all simpler families is reported with its bootstrap interval: a ranker that is not
better than something simpler is not worth its maintenance. `compare_rankers` measures a course's rankers on the
events that learners chose themselves and saves them; the results are offline.json and the plot offline.png beside
them.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from graph.errors import Invalid
from models.arrays import Floats, Ints
from models.rankers import interactions
from models.rankers.base import Ranker
from models.rankers.evaluation import (
    EvaluationSplit,
    GainDifference,
    RankerResult,
    compare_results,
    evaluate_ranker,
    split_by_time,
)
from models.rankers.interactions import Catalogue, InteractionHistory
from models.rankers.registry import RANKERS, import_ranker
from models.rankers.registry import save_ranker as keep
from models.storage import replace_file

CATALOGUE_ORDER_NAME = "curriculum"


@dataclass(frozen=True)
class RankerMeasurement:
    """One ranker, as it was measured; where it could not be fitted, `lacks` says why and nothing else is there.

    Attributes:
        figures: as in `RankerResult`, with train_s, and ndcg10 of cold learners and items where there are some.
        lead: on the best of the simpler families, NDCG@10.
        ranker: fitted to the whole log.
    """

    name: str
    family: str
    lacks: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    lead: GainDifference | None = None
    result: RankerResult | None = None
    ranker: Ranker | None = None


class CatalogueOrder:
    """The order of the catalogue, whoever is asked: the curriculum, where items stand in its order."""

    def __init__(self, items: int) -> None:
        self._score = -np.arange(items, dtype=np.float32)

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """The same for everybody."""
        return np.tile(self._score, (len(history), 1)) if candidates is None else self._score[candidates]

    def chance(self, history: InteractionHistory, candidates: Ints) -> None:
        """It predicts no outcome."""


def measure_rankers(
    trial: EvaluationSplit,
    catalogue: Catalogue | None,
    names: Sequence[str] = tuple(RANKERS),
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> Iterator[RankerMeasurement]:
    """The order of the catalogue first, then each ranker; `report` hears the name of each before its fit begins."""
    began = perf_counter()
    first = evaluate_ranker(CatalogueOrder(len(trial.log.items)), trial, catalogue)
    best: dict[str, RankerResult] = {"sequencing": first}
    yield RankerMeasurement(
        CATALOGUE_ORDER_NAME, "sequencing", figures=collect_figures(first, perf_counter() - began), result=first
    )
    for name in names:
        report(name)
        held = _measure_ranker(name, trial, catalogue, seed, best)
        if held.result is not None:
            usual = best.get(held.family)
            if usual is None or held.result.gain.mean() > usual.gain.mean():
                best[held.family] = held.result
        yield held


def _measure_ranker(
    name: str, trial: EvaluationSplit, catalogue: Catalogue | None, seed: int, best: Mapping[str, RankerResult]
) -> RankerMeasurement:
    family, began = RANKERS[name].family, perf_counter()
    try:
        fitted = import_ranker(name).fit(trial.training, catalogue, seed=seed)
    except Invalid as error:
        return RankerMeasurement(name, family, str(error))
    seconds = perf_counter() - began
    result = evaluate_ranker(fitted, trial, catalogue)
    simpler = max((each for key, each in best.items() if key != family), key=lambda each: float(each.gain.mean()))
    whole = import_ranker(name).fit(trial.log, catalogue, seed=seed)
    lead = compare_results(result, simpler, seed=seed)
    return RankerMeasurement(name, family, "", collect_figures(result, seconds), lead, result, whole)


def collect_figures(result: RankerResult, seconds: float) -> dict[str, float]:
    """What is kept of a result; what says nothing is left out."""
    cold = {
        f"cold_{who}_ndcg10": result.figures(rows).get("ndcg10", float("nan"))
        for who, rows in (("learner", result.cold_learner), ("item", result.cold_item))
    }
    names = ("coverage", "novelty", "diversity", "calibration", "recommend_ms")
    told = result.figures() | cold | {name: float(getattr(result, name)) for name in names} | {"train_s": seconds}
    return {name: value for name, value in told.items() if np.isfinite(value)}


COMPARISON_FILE = "offline.json"


@dataclass(frozen=True)
class RankerComparisonRow:
    """One ranker: its figures, its lead on everything simpler with an interval of 95 %; `lacks`: why there are none."""

    name: str
    family: str
    lacks: str
    figures: Mapping[str, float]
    lead: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RankerComparison:
    """All of them on one course.

    Attributes:
        when: UTC; events: in the log; asked: about how many of them.
        cleaned: what was left out of the log, in words.
    """

    course: str
    when: str
    protocol: str
    events: int
    asked: int
    learners: int
    items: int
    cleaned: str
    rungs: Sequence[RankerComparisonRow]


def make_comparison_row(held: RankerMeasurement) -> RankerComparisonRow:
    """What is kept of a measurement."""
    lead = held.lead
    ends = (lead.mean, lead.low, lead.high) if lead else (None, None, None)
    return RankerComparisonRow(held.name, held.family, held.lacks, dict(held.figures), *ends)


def format_current_time() -> str:
    """The present as it is written into a standing."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def save_comparison(standing: RankerComparison, folder: Path) -> None:
    """Write offline.json and offline.png."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / COMPARISON_FILE, json.dumps(asdict(standing), indent=1, ensure_ascii=False).encode())
    plot_comparison(standing, folder / "offline.png")


def load_comparison(folder: Path) -> RankerComparison | None:
    """What is in `folder`; None where nothing was measured."""
    path = folder / COMPARISON_FILE
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return RankerComparison(**{**content, "rungs": [RankerComparisonRow(**rung) for rung in content["rungs"]]})


def plot_comparison(standing: RankerComparison, path: Path) -> None:
    """Bars of NDCG@10; blue where the lead on everything simpler is more than chance."""
    from matplotlib.figure import Figure  # 40 MB that a service, which draws nothing, need not hold

    rungs = [rung for rung in standing.rungs if not rung.lacks]
    figure = Figure(figsize=(8, 0.4 * len(rungs) + 1.5), layout="constrained")
    axes = figure.subplots()
    colours = ["#2563eb" if (rung.low or 0) > 0 else "#94a3b8" for rung in rungs]
    names = [rung.name if rung.name != CATALOGUE_ORDER_NAME else "order of the course" for rung in rungs]
    axes.barh(names, [rung.figures["ndcg10"] for rung in rungs], color=colours)
    axes.set_xlabel("NDCG@10: how high what learners turned to next was ranked (blue: better than all simpler)")
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(f"{standing.course}: {standing.asked} of {standing.events} events", fontsize=10)
    figure.savefig(path, dpi=120)


TEST_SHARE = 0.2
"""The last share of the events is asked about."""
MIN_TEST_EVENTS = 20
"""Events that a measurement needs at least: below it, chance rules."""


@dataclass(frozen=True, eq=False)
class CourseInteractions:
    """What is known of a course's learners and resources; `cleaned`: what was left out of the log, in words."""

    id: str
    log: interactions.InteractionLog
    catalogue: interactions.Catalogue
    cleaned: str = ""


def compare_rankers(
    course: CourseInteractions,
    folder: Path,
    names: Sequence[str],
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> tuple[RankerComparison, list[RankerMeasurement]]:
    """Measure and keep. Learners may do things again, so what was done before stays among the candidates.

    Raises `Invalid` where there is too little to ask about.
    """
    log, catalogue = course.log, course.catalogue
    trial = split_by_time(log, TEST_SHARE, seed=seed, repeats=True)
    if len(trial) < MIN_TEST_EVENTS:
        own = len(log) if log.own is None else int(log.own.sum())
        raise Invalid(
            f"{course.id}: {len(trial)} events to ask about, {MIN_TEST_EVENTS} needed. The log holds {len(log)} events, {own} "
            f"of them chosen by learners; a measurement takes the last {TEST_SHARE:.0%} of those.\n{course.cleaned}"
        )
    held = []
    for each in measure_rankers(trial, catalogue, names, seed, report):
        held.append(each)
        if each.ranker is not None:
            keep(each.ranker, folder / each.name, each.figures)
    active = int((log.lengths > 0).sum())
    counts = (len(log), len(trial), active, len(catalogue.items))
    standing = RankerComparison(
        course.id,
        format_current_time(),
        trial.name,
        *counts,
        course.cleaned,
        [make_comparison_row(each) for each in held],
    )
    save_comparison(standing, folder)
    return standing, held
