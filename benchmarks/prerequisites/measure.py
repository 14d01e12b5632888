"""Measurements of benchmarks/prerequisites/compare.py, each of one seed; figures are kept on disk."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.folders import DATA, ROOT, RUNS_FOLDER
from benchmarks.knowledge_tracing.datasets import read_assist2009
from benchmarks.prerequisites.names import DOMAINS, VARIANTS, read_domain, score_domain
from benchmarks.prerequisites.planted import AnswerNoise, draw_graph, make_course, simulate_log
from benchmarks.stage import COURSE_READERS
from graph.courses.parsing import parse_course
from models.arrays import Flags
from models.course import Course
from models.mining.mastery_log import MasteryLog, MinedPrerequisites, build_log_from_answers
from models.mining.names import compute_reachability, score_pairs
from models.mining.precedence import (
    MAX_FINE_STRATA,
    MIN_FINE_STRATUM_SIZE,
    StratifiedLog,
    count_orders,
    measure_dependence,
)
from models.mining.prerequisites import MiningRules, mine_prerequisites

RUNS = RUNS_FOLDER / "prerequisites"
PLANTED_POINTS, USUAL_LEARNERS = 50, 3_000
LEARNER_COUNTS = (100, 300, 1_000, 3_000, 10_000)
NOISES = {
    "careless_20": AnswerNoise(careless=0.2),
    "guess_20_slip_10": AnswerNoise(0.2, 0.1),
    "none": AnswerNoise(0, 0),
    "careless_50": AnswerNoise(careless=0.5),
    "guess_30_slip_15": AnswerNoise(0.3, 0.15),
}
RULE_VARIANTS = {
    "q01": MiningRules(q=0.01),
    "q05": MiningRules(),
    "q10": MiningRules(q=0.1),
    "indirect_too": MiningRules(direct=False),
    "any_lift": MiningRules(lift=1.0),
}
Figures = dict[str, float]
LISTED_PAIRS = 50
FIRST_SEED_GRAPHS = ("english", "random_200", "metacademy")


@dataclass(frozen=True)
class Measurement:
    """A name, and what measures it for a seed."""

    name: str
    run: Callable[[int], Figures]


def load_or_measure(piece: Measurement, seed: int, quick: bool, now: bool) -> Figures:
    """The figures of an earlier run, or, if it may begin `now`, of this one; {} without either."""
    path = RUNS / ("quick" if quick else "full") / f"{piece.name}.{seed}.json"
    if not path.exists() and not now:
        return {}
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(piece.run(seed)), encoding="utf-8")
    found: Figures = json.loads(path.read_text(encoding="utf-8"))
    return found


def list_measurements(quick: bool) -> Iterator[Measurement]:
    """What is measured, the most important first."""
    if quick:
        yield Measurement("growth.syllabus", lambda seed: measure_growth("syllabus", (100, 300), 20, seed))
        yield Measurement("null.own", lambda seed: measure_null("own", 300, 20, seed))
        yield from (
            Measurement(f"names.{each}", lambda seed, each=each: score_name_pairs(each, seed, ("names",)))
            for each in DOMAINS[:1]
        )
        return
    yield Measurement(
        "growth.syllabus",
        lambda seed: measure_growth(
            "syllabus", LEARNER_COUNTS if seed == 0 else LEARNER_COUNTS[:-1], PLANTED_POINTS, seed
        ),
    )
    for domain in DOMAINS:
        yield Measurement(f"names.{domain}", lambda seed, domain=domain: score_name_pairs(domain, seed, VARIANTS))
    yield Measurement("null.syllabus", lambda seed: measure_null("syllabus", USUAL_LEARNERS, PLANTED_POINTS, seed))
    for name in NOISES:
        yield Measurement(f"noise.{name}", lambda seed, name=name: measure_noise(name, seed))
    yield Measurement("growth.gated", lambda seed: measure_growth("gated", (USUAL_LEARNERS,), PLANTED_POINTS, seed))
    yield Measurement("graph.english", lambda seed: measure_graph("english", seed))
    for course in COURSE_READERS:
        yield Measurement(f"texts.{course}", lambda seed, course=course: score_hidden_edges(course, seed))
    yield Measurement("null.own", lambda seed: measure_null("own", USUAL_LEARNERS, PLANTED_POINTS, seed))
    yield Measurement(
        "growth.own",
        lambda seed: measure_growth("own", LEARNER_COUNTS if seed == 0 else LEARNER_COUNTS[:-1], PLANTED_POINTS, seed),
    )
    yield Measurement("placed", measure_partly_known)
    yield Measurement("growth.random", lambda seed: measure_growth("random", (USUAL_LEARNERS,), PLANTED_POINTS, seed))
    for name in ("random_100", "metacademy", "random_200"):
        yield Measurement(f"graph.{name}", lambda seed, name=name: measure_graph(name, seed))


def measure_growth(policy: str, sizes: tuple[int, ...], points: int, seed: int) -> Figures:
    """Recovery from the first n learners of one simulation; at USUAL_LEARNERS, under each of RULE_VARIANTS."""
    course = make_course(points, draw_graph(points, seed), seed)
    log = simulate_log(course, max(sizes), policy, AnswerNoise(), seed)
    found = {
        f"{size}.{name}": value
        for size in sizes
        for name, value in score_recovery(course, select_first_learners(log, size)).items()
    }
    for rule, rules in RULE_VARIANTS.items() if USUAL_LEARNERS in sizes else ():
        figures = score_recovery(course, select_first_learners(log, USUAL_LEARNERS), rules)
        found |= {f"{rule}.{name}": value for name, value in figures.items()}
    return found


def measure_noise(name: str, seed: int) -> Figures:
    """Recovery at the usual size from noisier answers."""
    course = make_course(PLANTED_POINTS, draw_graph(PLANTED_POINTS, seed), seed)
    return score_recovery(course, simulate_log(course, USUAL_LEARNERS, "syllabus", NOISES[name], seed))


def measure_partly_known(seed: int) -> Figures:
    """Recovery where learners know part of the graph, the shallow part, before they begin."""
    course = make_course(PLANTED_POINTS, draw_graph(PLANTED_POINTS, seed), seed)
    return score_recovery(course, simulate_log(course, USUAL_LEARNERS, "syllabus", AnswerNoise(), seed, placed=True))


def measure_graph(name: str, seed: int) -> Figures:
    """Recovery of a larger or a real graph; the largest of the first seed only."""
    if seed and name in FIRST_SEED_GRAPHS:
        return {}
    course = read_real_graph(name, seed) if name in COURSE_READERS else None
    if name.startswith("random_"):
        points = int(name.removeprefix("random_"))
        course = make_course(points, draw_graph(points, seed), seed)
    if course is None:
        return {}
    return score_recovery(course, simulate_log(course, 1_000, "syllabus", AnswerNoise(), seed))


def read_real_graph(name: str, seed: int) -> Course | None:
    """The graph of an example course under the planted resources; None where its files are missing."""
    reader, folder = COURSE_READERS[name]
    if not folder.exists():
        return None
    told = parse_course(reader(folder)).course
    number = {point.id: position for position, point in enumerate(told.points)}
    edges = [(number[edge.before], number[edge.after]) for edge in told.prerequisites]
    return make_course(len(number), np.array(edges, dtype=np.int64), seed)


def measure_null(policy: str, learners: int, points: int, seed: int) -> Figures:
    """Where nothing depends on anything: shares of p-values up to .05, and false proposals."""
    course = make_course(points, np.empty((0, 2), dtype=np.int64), seed)
    log = simulate_log(course, learners, policy, AnswerNoise(), seed)
    order, dependence = (
        count_orders(StratifiedLog.from_log(log)),
        measure_dependence(StratifiedLog.from_log(log, MIN_FINE_STRATUM_SIZE, MAX_FINE_STRATA)),
    )
    tested = order.both >= MiningRules().support
    p = {"order": order.null_p_values(tested), "dependence": dependence.p_values()[tested]}
    p["both"] = np.maximum(p["order"], p["dependence"])
    shares = {f"{name}.up_to_05": float((value <= 0.05).mean()) for name, value in p.items()}
    return shares | {"proposals": float(len(mine_prerequisites(log).before)), "tested": float(tested.sum())}


def select_first_learners(log: MasteryLog, learners: int) -> MasteryLog:
    """The log of the first learners."""
    rows = log.learner < learners
    return replace(
        log,
        learners=learners,
        learner=log.learner[rows],
        point=log.point[rows],
        at=log.at[rows],
        since=log.since[rows],
    )


def score_recovery(course: Course, log: MasteryLog, rules: MiningRules | None = None) -> Figures:
    """Against the planted edges, and against all that follows from them."""
    mined = mine_prerequisites(log, rules)
    return score_edges(mined, [int(name) for name in log.points], course)


def score_edges(mined: MinedPrerequisites, place: list[int], course: Course) -> Figures:
    """precision and recall of edges; fdr: share of proposals that are in no chain of edges. None is not false."""
    edges, chains = build_true_relations(course)
    at = np.array(place, dtype=np.int64)
    before, after = at[mined.before], at[mined.after]
    count = max(1, len(before))
    hits, right = int(edges[before, after].sum()), int(chains[before, after].sum())
    precision = hits / count if len(before) else 1.0
    recall = hits / edges.sum()
    return {
        "precision": precision,
        "recall": float(recall),
        "f1": float(2 * hits / (len(before) + edges.sum())),
        "fdr": 1 - right / count if len(before) else 0.0,
        "reversed": float(chains[after, before].sum() / count),
        "proposals": float(len(before)),
    }


def build_true_relations(course: Course) -> tuple[Flags, Flags]:
    """(N, N) edges, and pairs joined by a chain of edges."""
    edges = course.after.toarray() > 0
    chains = np.column_stack([course.closure(np.array([point])) for point in range(course.points)])
    return edges, chains & ~np.eye(course.points, dtype=bool)


def score_name_pairs(domain: str, seed: int, variants: tuple[str, ...]) -> Figures:
    """F1 and AUC on AL-CPL; the control once."""
    pairs = read_domain(domain)
    found: Figures = {}
    for variant in variants if pairs is not None else ():
        if variant == "control" and seed:
            continue
        assert pairs is not None
        found[f"{variant}.f1"], found[f"{variant}.auc"] = score_domain(pairs, variant, seed)
    return found


def score_hidden_edges(course: str, seed: int) -> Figures:
    """Of the LISTED_PAIRS likeliest pairs by names and texts: shares that are a chain of edges, and one turned round.

    trained: a fifth of the edges is hidden, and what follows from the others is not proposed; rule: all are hidden.
    """
    reader, folder = COURSE_READERS[course]
    if not folder.exists():
        return {}
    told = parse_course(reader(folder)).course
    number = {point.id: position for position, point in enumerate(told.points)}
    edges = np.array([(number[edge.before], number[edge.after]) for edge in told.prerequisites])
    edges = np.random.default_rng(seed).permutation(edges)
    chains = compute_reachability(len(number), *edges.T)
    texts = [point.name for point in told.points], [point.description or "" for point in told.points]
    found = {}
    for name, shown in (("trained", edges[len(edges) // 5 :]), ("rule", edges[:0])):
        pairs = score_pairs(*texts, (shown[:, 0], shown[:, 1]), LISTED_PAIRS, seed)
        found[f"{name}.right"] = float(chains[pairs.before, pairs.after].mean())
        found[f"{name}.turned"] = float(chains[pairs.after, pairs.before].mean())
    return found


def measure_million() -> Figures:
    """Seconds and MiB of a process that mines a million masteries."""
    command = [sys.executable, "-m", "benchmarks.prerequisites.million"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    figures: Figures = json.loads(told)
    return figures


def read_skill_names() -> dict[int, str]:
    """Names of ASSISTments' skills."""
    lines = (DATA / "assist2009" / "assist2009_updated_skill_mapping.txt").read_text(encoding="utf-8").splitlines()
    return {int(number): name.strip() for number, name in (line.split("\t", 1) for line in lines if line.strip())}


def mine_assistments() -> dict[str, Any]:
    """The LISTED_PAIRS strongest pairs of ASSISTments 2009 with names and evidence; {} without files."""
    if not (DATA / "assist2009").exists():
        return {}
    logs, name = read_assist2009(), read_skill_names()
    people = [learner for fold in logs.folds for learner in fold] + logs.test
    who = np.repeat(np.arange(len(people)), [len(skill) for skill, _ in people])
    skill, right = (np.concatenate([learner[part] for learner in people]) for part in (0, 1))
    log = build_log_from_answers(who, skill, np.arange(len(who)), right)
    found, proposed = mine_prerequisites(log, MiningRules(q=1.0, direct=False)), mine_prerequisites(log)
    passed = set(zip(proposed.before.tolist(), proposed.after.tolist(), strict=True))
    told = [name.get(int(point), f"skill {point}") for point in log.points]
    rows = {}
    for row, (i, j) in enumerate(
        zip(found.before[:LISTED_PAIRS].tolist(), found.after[:LISTED_PAIRS].tolist(), strict=True)
    ):
        lift = float(found.lift[row])
        rows[str(row + 1)] = {
            "before": told[i],
            "after": told[j],
            "support": int(found.support[row]),
            "confidence": round(float(found.confidence[row]), 2),
            "lift": round(lift, 2) if np.isfinite(lift) else "∞",
            "p": float(f"{found.p_value[row]:.2g}"),
            "proposed": (i, j) in passed,
        }
    return {"rows": rows, "learners": log.learners, "tested": found.tested, "proposed": len(passed)}
