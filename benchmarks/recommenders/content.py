"""Content-based and hybrid rankers: `python -m benchmarks.recommenders.content [--quick] [--seeds 3]`.

MovieLens-100k, where titles are short and genres are the traits; and the English course's own texts with simulated
learners who follow topics: they stay at a point or go to one that depends on it, each with a liking for some kinds of
resources. A fifth of the resources appear in the last part of the time, so that there are cold items. `fit` itself
chooses hyper-parameters on the last part of the training log; the test moments are used once.
"""

import argparse
import csv
import json
import time
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.folders import EXAMPLES
from benchmarks.recommenders import data
from benchmarks.report import Report
from models.rankers.content import is_encoder_installed
from models.rankers.evaluation import EvaluationSplit, RankerResult, evaluate_ranker, split_by_time, split_last_event
from models.rankers.hybrid import Hybrid
from models.rankers.interactions import Catalogue, InteractionLog, build_interaction_log
from models.rankers.registry import import_ranker

ENGLISH = EXAMPLES / "english"
LEVELS = ("a1", "a2", "b1", "b2")
Links = dict[str, list[str]]


def read_english_catalogue(folder: Path = ENGLISH) -> tuple[Catalogue, Links]:
    """The course's resources as a catalogue, and which points build on each point."""
    points = {row["id"]: row for row in _table(folder, "points")}
    taught: Links = defaultdict(list)
    for row in _table(folder, "teaches"):
        taught[row["resource"]].append(row["point"])
    resources = [
        json.loads(line) for level in LEVELS for line in (folder / f"resources.{level}.jsonl").read_text().splitlines()
    ]
    texts = tuple(
        " ".join([row["title"], *(f"{points[id]['name']}. {points[id]['description']}" for id in taught[row["id"]])])
        for row in resources
    )
    traits = tuple(
        frozenset({f"{key}:{row[key]}" for key in ("level", "kind", "modality", "language")})
        | {f"point:{id}" for id in taught[row["id"]]}
        for row in resources
    )
    after: Links = defaultdict(list)
    for row in csv.DictReader((folder / "prerequisites.csv").open()):
        after[row["from"]].append(row["to"])
    return Catalogue(tuple(row["id"] for row in resources), texts, traits), dict(after)


def _table(folder: Path, name: str) -> list[dict[str, str]]:
    return [row for level in LEVELS for row in csv.DictReader((folder / f"{name}.{level}.csv").open())]


def simulate_topic_log(catalogue: Catalogue, after: Links, learners: int = 300, seed: int = 0) -> InteractionLog:
    """Learners who follow topics: half of the steps stay at a point, a third go on from it, the rest jump anywhere."""
    random = np.random.default_rng(seed)
    points = [[trait[6:] for trait in traits if trait.startswith("point:")] for traits in catalogue.traits]
    kinds, kind = catalogue.codes("kind")
    at_point: dict[str, list[int]] = defaultdict(list)
    for item, each in enumerate(points):
        for point in each:
            at_point[point].append(item)
    out = np.where(random.random(len(points)) < 0.2, random.uniform(85, 100, len(points)), 0)
    events = []
    for learner in range(learners):
        liking, day, done = random.dirichlet(np.full(len(kinds), 0.7)), random.uniform(0, 95), set()
        here = sorted(at_point)[random.integers(len(at_point))]
        for _ in range(random.integers(5, 60)):
            day += random.exponential(0.5)
            turn = random.random()
            if turn > 0.85:
                here = sorted(at_point)[random.integers(len(at_point))]
            elif turn > 0.5 and after.get(here):
                here = after[here][random.integers(len(after[here]))]
            open_ = [item for item in at_point.get(here, []) if item not in done and out[item] <= day]
            if day > 100 or not open_:
                continue
            weight = liking[kind[open_]] + 0.01
            item = open_[random.choice(len(open_), p=weight / weight.sum())]
            done.add(item)
            events.append((f"l{learner}", catalogue.items[item], day, float(random.random() < 0.75)))
    return build_interaction_log(events, catalogue.items)


def make_rankers() -> dict[str, tuple[str, Any]]:
    """Rankers and their settings, by the names they have here."""
    contents, others = (["tfidf", "embeddings"] if is_encoder_installed() else ["tfidf"]), ["item_knn", "als"]
    found: dict[str, tuple[str, Any]] = {name: (name, None) for name in (*contents, *others)}
    for content, other in product(contents, others):
        found[f"hybrid.{content}.{other}"] = ("hybrid", Hybrid.Settings(collaborative=other, content=content))
    return found


def measure_rankers(report: Report, name: str, log: InteractionLog, catalogue: Catalogue) -> None:
    """Both protocols, all rungs."""
    for trial in (split_by_time(log, most=4000), split_last_event(log)):
        shown = []
        for rung, (kind, settings) in make_rankers().items():
            began = time.perf_counter()
            model = import_ranker(kind).fit(trial.training, catalogue, settings)
            spent = time.perf_counter() - began
            found = evaluate_ranker(model, trial, timed=20)
            figures = score_parts(found, trial)
            report.figures |= {f"{name}.{trial.name}.{rung}{part}.ndcg10": value for part, value in figures.items()}
            told = {f"NDCG@10{part}": f"{value:.4f}" for part, value in figures.items()}
            shown.append({"ranker": rung, **told, "fit s": f"{spent:.1f}", "ms": f"{found.recommend_ms:.2f}"})
        cold = f"{trial.cold_item.sum()} of cold items, {trial.cold_learner.sum()} of cold learners"
        report.table(f"{name}, {trial.name}: {len(trial)} moments, {cold}", shown)


def score_parts(found: RankerResult, trial: EvaluationSplit) -> dict[str, float]:
    """NDCG@10 of all moments, and of some where there are any."""
    rows = {"": None, ".warm_items": ~trial.cold_item, ".cold_items": trial.cold_item}
    rows[".cold_learners"] = trial.cold_learner
    measured = {part: found.figures(each) for part, each in rows.items()}
    return {part: round(figures["ndcg10"], 4) for part, figures in measured.items() if figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    report = Report("content", asked.quick, {"seeds": 1 if asked.quick else asked.seeds})
    catalogue, after = read_english_catalogue()
    for seed in range(report.settings["seeds"]):
        measure_rankers(report, f"english.{seed}", simulate_topic_log(catalogue, after, seed=seed), catalogue)
    if not asked.quick:
        measure_rankers(report, "ml-100k", *data.read_movielens())
    report.write()


if __name__ == "__main__":
    main()
