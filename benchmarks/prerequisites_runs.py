"""The pieces of benchmarks/prerequisites: each gives figures of one seed, and is kept once it is measured."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.logs import DATA, assist2009
from benchmarks.prerequisites_names import DOMAINS, VARIANTS, measure, read
from benchmarks.prerequisites_planted import Noise, course_of, random_graph, simulate
from benchmarks.stage import READERS, ROOT
from graph.course_fields import parse
from models.arrays import Flags
from models.course import Course
from models.mining.clock import FINE_STRATA, FINE_STRATUM, Clock
from models.mining.content import reach, score
from models.mining.contract import MasteryLog, Mined
from models.mining.dependence import dependence_of
from models.mining.log import from_answers
from models.mining.mine import Rules, mine
from models.mining.order import order_of

RUNS = Path(__file__).parent / ".runs" / "prerequisites"
POINTS, USUAL = 50, 3_000
SIZES = (100, 300, 1_000, 3_000, 10_000)
NOISES = {
    "careless_20": Noise(careless=0.2),
    "guess_20_slip_10": Noise(0.2, 0.1),
    "none": Noise(0, 0),
    "careless_50": Noise(careless=0.5),
    "guess_30_slip_15": Noise(0.3, 0.15),
}
RULES = {
    "q01": Rules(q=0.01),
    "q05": Rules(),
    "q10": Rules(q=0.1),
    "indirect_too": Rules(direct=False),
    "any_lift": Rules(lift=1.0),
}
Figures = dict[str, float]
LISTED = 50
ONCE = ("english", "random_200", "metacademy")


@dataclass(frozen=True)
class Piece:
    """A name, and what measures it for a seed."""

    name: str
    run: Callable[[int], Figures]


def kept(piece: Piece, seed: int, quick: bool, now: bool) -> Figures:
    """The figures of an earlier run, or, if it may begin `now`, of this one; {} without either."""
    path = RUNS / ("quick" if quick else "full") / f"{piece.name}.{seed}.json"
    if not path.exists() and not now:
        return {}
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(piece.run(seed)), encoding="utf-8")
    found: Figures = json.loads(path.read_text(encoding="utf-8"))
    return found


def pieces(quick: bool) -> Iterator[Piece]:
    """What is measured, the most important first."""
    if quick:
        yield Piece("growth.syllabus", lambda seed: growth("syllabus", (100, 300), 20, seed))
        yield Piece("null.own", lambda seed: null("own", 300, 20, seed))
        yield from (
            Piece(f"names.{each}", lambda seed, each=each: named(each, seed, ("names",))) for each in DOMAINS[:1]
        )
        return
    yield Piece("growth.syllabus", lambda seed: growth("syllabus", SIZES if seed == 0 else SIZES[:-1], POINTS, seed))
    for domain in DOMAINS:
        yield Piece(f"names.{domain}", lambda seed, domain=domain: named(domain, seed, VARIANTS))
    yield Piece("null.syllabus", lambda seed: null("syllabus", USUAL, POINTS, seed))
    for name in NOISES:
        yield Piece(f"noise.{name}", lambda seed, name=name: noisy(name, seed))
    yield Piece("growth.gated", lambda seed: growth("gated", (USUAL,), POINTS, seed))
    yield Piece("graph.english", lambda seed: graph("english", seed))
    for course in READERS:
        yield Piece(f"texts.{course}", lambda seed, course=course: hidden_edges(course, seed))
    yield Piece("null.own", lambda seed: null("own", USUAL, POINTS, seed))
    yield Piece("growth.own", lambda seed: growth("own", SIZES if seed == 0 else SIZES[:-1], POINTS, seed))
    yield Piece("placed", placed)
    yield Piece("growth.random", lambda seed: growth("random", (USUAL,), POINTS, seed))
    for name in ("random_100", "metacademy", "random_200"):
        yield Piece(f"graph.{name}", lambda seed, name=name: graph(name, seed))


def growth(policy: str, sizes: tuple[int, ...], points: int, seed: int) -> Figures:
    """Recovery from the first n learners of one simulation; at USUAL, under each of RULES."""
    course = course_of(points, random_graph(points, seed), seed)
    log = simulate(course, max(sizes), policy, Noise(), seed)
    found = {f"{size}.{name}": value for size in sizes for name, value in recovered(course, first(log, size)).items()}
    for rule, rules in RULES.items() if USUAL in sizes else ():
        figures = recovered(course, first(log, USUAL), rules)
        found |= {f"{rule}.{name}": value for name, value in figures.items()}
    return found


def noisy(name: str, seed: int) -> Figures:
    """Recovery at the usual size from noisier answers."""
    course = course_of(POINTS, random_graph(POINTS, seed), seed)
    return recovered(course, simulate(course, USUAL, "syllabus", NOISES[name], seed))


def placed(seed: int) -> Figures:
    """Recovery where learners know part of the graph, the shallow part, before they begin."""
    course = course_of(POINTS, random_graph(POINTS, seed), seed)
    return recovered(course, simulate(course, USUAL, "syllabus", Noise(), seed, placed=True))


def graph(name: str, seed: int) -> Figures:
    """Recovery of a larger or a real graph; the largest of the first seed only."""
    if seed and name in ONCE:
        return {}
    course = real(name, seed) if name in READERS else None
    if name.startswith("random_"):
        points = int(name.removeprefix("random_"))
        course = course_of(points, random_graph(points, seed), seed)
    if course is None:
        return {}
    return recovered(course, simulate(course, 1_000, "syllabus", Noise(), seed))


def real(name: str, seed: int) -> Course | None:
    """The graph of an example course under the planted resources; None where its files are missing."""
    reader, place = READERS[name]
    if not (ROOT / place).exists():
        return None
    told = parse(reader(ROOT / place)).course
    number = {point.id: position for position, point in enumerate(told.points)}
    edges = [(number[edge.before], number[edge.after]) for edge in told.prerequisites]
    return course_of(len(number), np.array(edges, dtype=np.int64), seed)


def null(policy: str, learners: int, points: int, seed: int) -> Figures:
    """Where nothing depends on anything: shares of p-values up to .05, and false proposals."""
    course = course_of(points, np.empty((0, 2), dtype=np.int64), seed)
    log = simulate(course, learners, policy, Noise(), seed)
    order, dependence = order_of(Clock.of(log)), dependence_of(Clock.of(log, FINE_STRATUM, FINE_STRATA))
    tested = order.both >= Rules().support
    p = {"order": order.beyond(tested), "dependence": dependence.p_values()[tested]}
    p["both"] = np.maximum(p["order"], p["dependence"])
    shares = {f"{name}.up_to_05": float((value <= 0.05).mean()) for name, value in p.items()}
    return shares | {"proposals": float(len(mine(log).before)), "tested": float(tested.sum())}


def first(log: MasteryLog, learners: int) -> MasteryLog:
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


def recovered(course: Course, log: MasteryLog, rules: Rules | None = None) -> Figures:
    """Against the planted edges, and against all that follows from them."""
    mined = mine(log, rules)
    return scored(mined, [int(name) for name in log.points], course)


def scored(mined: Mined, place: list[int], course: Course) -> Figures:
    """precision and recall of edges; fdr: share of proposals that are in no chain of edges. None is not false."""
    edges, chains = planted(course)
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


def planted(course: Course) -> tuple[Flags, Flags]:
    """(N, N) edges, and pairs joined by a chain of edges."""
    edges = course.after.toarray() > 0
    chains = np.column_stack([course.closure(np.array([point])) for point in range(course.points)])
    return edges, chains & ~np.eye(course.points, dtype=bool)


def named(domain: str, seed: int, variants: tuple[str, ...]) -> Figures:
    """F1 and AUC on AL-CPL; the control once."""
    pairs = read(domain)
    found: Figures = {}
    for variant in variants if pairs is not None else ():
        if variant == "control" and seed:
            continue
        assert pairs is not None
        found[f"{variant}.f1"], found[f"{variant}.auc"] = measure(pairs, variant, seed)
    return found


def hidden_edges(course: str, seed: int) -> Figures:
    """Of the LISTED likeliest pairs by names and texts: shares that are a chain of edges, and one turned round.

    trained: a fifth of the edges is hidden, and what follows from the others is not proposed; rule: all are hidden.
    """
    reader, place = READERS[course]
    if not (ROOT / place).exists():
        return {}
    told = parse(reader(ROOT / place)).course
    number = {point.id: position for position, point in enumerate(told.points)}
    edges = np.array([(number[edge.before], number[edge.after]) for edge in told.prerequisites])
    edges = np.random.default_rng(seed).permutation(edges)
    chains = reach(len(number), *edges.T)
    texts = [point.name for point in told.points], [point.description or "" for point in told.points]
    found = {}
    for name, shown in (("trained", edges[len(edges) // 5 :]), ("rule", edges[:0])):
        pairs = score(*texts, (shown[:, 0], shown[:, 1]), LISTED, seed)
        found[f"{name}.right"] = float(chains[pairs.before, pairs.after].mean())
        found[f"{name}.turned"] = float(chains[pairs.after, pairs.before].mean())
    return found


def million() -> Figures:
    """Seconds and MiB of a process that mines a million masteries."""
    command = [sys.executable, "-m", "benchmarks.prerequisites_million"]
    told = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, check=True).stdout
    figures: Figures = json.loads(told)
    return figures


def skills() -> dict[int, str]:
    """Names of ASSISTments' skills."""
    lines = (DATA / "assist2009" / "assist2009_updated_skill_mapping.txt").read_text(encoding="utf-8").splitlines()
    return {int(number): name.strip() for number, name in (line.split("\t", 1) for line in lines if line.strip())}


def assistments() -> dict[str, Any]:
    """The LISTED strongest pairs of ASSISTments 2009 with names and evidence; {} without files."""
    if not (DATA / "assist2009").exists():
        return {}
    logs, name = assist2009(), skills()
    people = [learner for fold in logs.folds for learner in fold] + logs.test
    who = np.repeat(np.arange(len(people)), [len(skill) for skill, _ in people])
    skill, right = (np.concatenate([learner[part] for learner in people]) for part in (0, 1))
    log = from_answers(who, skill, np.arange(len(who)), right)
    found, proposed = mine(log, Rules(q=1.0, direct=False)), mine(log)
    passed = set(zip(proposed.before.tolist(), proposed.after.tolist(), strict=True))
    told = [name.get(int(point), f"skill {point}") for point in log.points]
    rows = {}
    for row, (i, j) in enumerate(zip(found.before[:LISTED].tolist(), found.after[:LISTED].tolist(), strict=True)):
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
