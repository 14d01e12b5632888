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
from models.rankers.base import Ranker
from models.rankers.evaluation import (
    EvaluationSplit,
    GainDifference,
    RankerResult,
    compare_results,
    evaluate_ranker,
    split_by_time,
)
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.rankers.registry import RANKERS, import_ranker, save_ranker
from models.storage import replace_file

CATALOGUE_ORDER_NAME = "curriculum"
COMPARISON_FILE = "offline.json"
ROWS_KEY = "rungs"
"""The key of the rows in the file, as it has been from the start."""

TEST_SHARE = 0.2
"""Last share of the events, on which rankers are tested."""
MIN_TEST_EVENTS = 20
"""Least test events of a comparison."""


@dataclass(frozen=True)
class RankerMeasurement:
    """Evaluation of one ranker; `reason`: why it could not be fitted; the other fields are then empty.

    Attributes:
        figures: those of `RankerResult`, with train_s, and ndcg10 of cold learners and items if there are any.
        lead: over the best of the other families measured before, NDCG@10.
        ranker: fitted to the whole log.
    """

    name: str
    family: str
    reason: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    lead: GainDifference | None = None
    result: RankerResult | None = None
    ranker: Ranker | None = None


class CatalogueOrder:
    """Scores items by their order in the catalogue, the same for all learners."""

    def __init__(self, items: int) -> None:
        self._score = -np.arange(items, dtype=np.float32)

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """Return minus the index of each item; see `Scorer.score`."""
        return np.tile(self._score, (len(history), 1)) if candidates is None else self._score[candidates]

    def predict_outcome(self, history: InteractionHistory, candidates: Ints) -> None:
        """Return None: no outcome is predicted."""


def measure_rankers(
    split: EvaluationSplit,
    catalogue: Catalogue | None,
    names: Sequence[str] = tuple(RANKERS),
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> Iterator[RankerMeasurement]:
    """Evaluate the catalogue order, then each ranker; `report` is called with each name before its fit."""
    began = perf_counter()
    first = evaluate_ranker(CatalogueOrder(len(split.log.items)), split, catalogue)
    best: dict[str, RankerResult] = {"sequencing": first}
    yield RankerMeasurement(
        CATALOGUE_ORDER_NAME, "sequencing", figures=collect_figures(first, perf_counter() - began), result=first
    )
    for name in names:
        report(name)
        measured = _measure_ranker(name, split, catalogue, seed, best)
        if measured.result is not None:
            usual = best.get(measured.family)
            if usual is None or measured.result.ndcg.mean() > usual.ndcg.mean():
                best[measured.family] = measured.result
        yield measured


def _measure_ranker(
    name: str, split: EvaluationSplit, catalogue: Catalogue | None, seed: int, best: Mapping[str, RankerResult]
) -> RankerMeasurement:
    family, began = RANKERS[name].family, perf_counter()
    try:
        fitted = import_ranker(name).fit(split.training, catalogue, seed=seed)
    except Invalid as error:
        return RankerMeasurement(name, family, str(error))
    seconds = perf_counter() - began
    result = evaluate_ranker(fitted, split, catalogue)
    simpler = max((each for key, each in best.items() if key != family), key=lambda each: float(each.ndcg.mean()))
    whole = import_ranker(name).fit(split.log, catalogue, seed=seed)
    lead = compare_results(result, simpler, seed=seed)
    return RankerMeasurement(name, family, "", collect_figures(result, seconds), lead, result, whole)


def collect_figures(result: RankerResult, seconds: float) -> dict[str, float]:
    """Return the figures of a result, without NaN."""
    cold = {
        f"cold_{who}_ndcg10": result.figures(rows).get("ndcg10", float("nan"))
        for who, rows in (("learner", result.cold_learner), ("item", result.cold_item))
    }
    names = ("coverage", "novelty", "diversity", "calibration", "recommend_ms")
    figures = result.figures() | cold | {name: float(getattr(result, name)) for name in names} | {"train_s": seconds}
    return {name: value for name, value in figures.items() if np.isfinite(value)}


@dataclass(frozen=True)
class RankerComparisonRow:
    """One ranker: its figures and its lead over simpler ones with a 95 % interval; `lacks`: why there are none."""

    name: str
    family: str
    lacks: str
    figures: Mapping[str, float]
    lead: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RankerComparison:
    """All rankers on one course. The fields are the keys of offline.json, where `rows` is ROWS_KEY.

    Attributes:
        when: time of the comparison, UTC.
        protocol: name of the split.
        events: number of events in the log.
        asked: number of test events.
        cleaned: report of the cleaning of the log.
        rows: one row for each ranker.
    """

    course: str
    when: str
    protocol: str
    events: int
    asked: int
    learners: int
    items: int
    cleaned: str
    rows: Sequence[RankerComparisonRow]


def make_comparison_row(measured: RankerMeasurement) -> RankerComparisonRow:
    """Return the stored row of a measurement."""
    lead = measured.lead
    ends = (lead.mean, lead.low, lead.high) if lead else (None, None, None)
    return RankerComparisonRow(measured.name, measured.family, measured.reason, dict(measured.figures), *ends)


def format_current_time() -> str:
    """Return the present in UTC as a comparison stores it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def save_comparison(comparison: RankerComparison, folder: Path) -> None:
    """Write offline.json and offline.png to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {ROWS_KEY if name == "rows" else name: value for name, value in asdict(comparison).items()}
    replace_file(folder / COMPARISON_FILE, json.dumps(content, indent=1, ensure_ascii=False).encode())
    plot_comparison(comparison, folder / "offline.png")


def load_comparison(folder: Path) -> RankerComparison | None:
    """Read the comparison in `folder`; None if there is none."""
    path = folder / COMPARISON_FILE
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    rows = [RankerComparisonRow(**row) for row in content.pop(ROWS_KEY)]
    return RankerComparison(**content, rows=rows)


def plot_comparison(comparison: RankerComparison, path: Path) -> None:
    """Plot bars of NDCG@10; blue where the interval of the lead over simpler rankers is above 0."""
    from matplotlib.figure import Figure  # 40 MB, loaded only to plot

    rows = [row for row in comparison.rows if not row.lacks]
    figure = Figure(figsize=(8, 0.4 * len(rows) + 1.5), layout="constrained")
    axes = figure.subplots()
    colours = ["#2563eb" if (row.low or 0) > 0 else "#94a3b8" for row in rows]
    names = [row.name if row.name != CATALOGUE_ORDER_NAME else "order of the course" for row in rows]
    axes.barh(names, [row.figures["ndcg10"] for row in rows], color=colours)
    axes.set_xlabel("NDCG@10: how high what learners turned to next was ranked (blue: better than all simpler)")
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(f"{comparison.course}: {comparison.asked} of {comparison.events} events", fontsize=10)
    figure.savefig(path, dpi=120)


@dataclass(frozen=True, eq=False)
class CourseInteractions:
    """Interactions and catalogue of a course; `cleaned`: report of the cleaning of the log."""

    id: str
    log: InteractionLog
    catalogue: Catalogue
    cleaned: str = ""


def compare_rankers(
    course: CourseInteractions,
    folder: Path,
    names: Sequence[str],
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> tuple[RankerComparison, list[RankerMeasurement]]:
    """Evaluate the rankers of a course and save them with the comparison. Items done before stay candidates.

    Raise `Invalid` if there are fewer than MIN_TEST_EVENTS test events.
    """
    log, catalogue = course.log, course.catalogue
    split = split_by_time(log, TEST_SHARE, seed=seed, repeats=True)
    if len(split) < MIN_TEST_EVENTS:
        own = len(log) if log.self_chosen is None else int(log.self_chosen.sum())
        raise Invalid(
            f"{course.id}: {len(split)} events to ask about, {MIN_TEST_EVENTS} needed. The log holds {len(log)} "
            f"events, {own} of them chosen by learners; a measurement takes the last {TEST_SHARE:.0%} of "
            f"those.\n{course.cleaned}"
        )
    measured = []
    for each in measure_rankers(split, catalogue, names, seed, report):
        measured.append(each)
        if each.ranker is not None:
            save_ranker(each.ranker, folder / each.name, each.figures)
    active = int((log.lengths > 0).sum())
    counts = (len(log), len(split), active, len(catalogue.items))
    comparison = RankerComparison(
        course.id,
        format_current_time(),
        split.name,
        *counts,
        course.cleaned,
        [make_comparison_row(each) for each in measured],
    )
    save_comparison(comparison, folder)
    return comparison, measured
