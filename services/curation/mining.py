"""Mine prerequisites from a course's log and related points from its texts, and store them as proposals.

The log is the graph's answers or an answer log from files; one rule for both: a point is mastered when three answers
in a row were right (`models.mining.mastery_log`). The levels that a deployment keeps are not used: of 10 simulated
logs with a planted prerequisite (`tests.services.planted`; 1,000 learners, 25 answers each) the answers revealed it
in 9, the gain model's levels in none; and levels include what was propagated along known edges. Each proposal carries
its evidence as a sentence and as numbers.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graph.catalogue import CourseRows, read_course_rows
from graph.connection import Graph
from graph.proposals.reader import read_point_answers
from graph.proposals.records import PREREQUISITE, RELATED, FoundEdge, ProposedPair
from graph.proposals.store import MAX_PROPOSALS, ProposeResult, store_proposals
from graph.revisions.record import Attribution
from models.knowledge_tracing.cleaning import clean_answers
from models.mining.mastery_log import MasteryLog, MinedPrerequisites, build_log_from_answers
from models.mining.precedence import StratifiedLog, count_orders
from models.mining.prerequisites import MiningRules, compute_mastery_shares, mine_prerequisites
from models.mining.similarity import SimilarPair, find_similar_pairs
from services.training.learner_models import read_training_answers


def describe_mined_pairs(log: MasteryLog, mined: MinedPrerequisites, names: Mapping[str, str]) -> list[FoundEdge]:
    """The mined pairs, strongest first."""
    told = zip(*compute_mastery_shares(log, mined), strict=True)
    return [_describe_mined_pair(log, mined, place, names, share) for place, share in enumerate(told)]


def describe_similar_pairs(points: Mapping[str, str], descriptions: Mapping[str, str]) -> list[FoundEdge]:
    """Points (id: name) that are alike, most alike first."""
    ids = sorted(points)
    pairs = find_similar_pairs([points[id] for id in ids], [descriptions.get(id, "") for id in ids])
    return [
        FoundEdge(
            ProposedPair(RELATED, ids[pair.a], ids[pair.b]),
            _describe_similarity(pair),
            {"weight": round(pair.cosine, 4)},
        )
        for pair in pairs
    ]


def _describe_similarity(pair: SimilarPair) -> str:
    return f"Names and descriptions are alike (cosine {pair.cosine:.2f}): {', '.join(pair.shared) or 'parts of words'}."


def _describe_mined_pair(
    log: MasteryLog, mined: MinedPrerequisites, place: int, names: Mapping[str, str], share: tuple[float, float]
) -> FoundEdge:
    before, after = log.points[mined.before[place]], log.points[mined.after[place]]
    support, confidence = float(mined.support[place]), float(mined.confidence[place])
    lift, p_value = float(mined.lift[place]), float(mined.p_value[place])
    x, y = names.get(before, before), names.get(after, after)
    text = (
        f"{support:.0f} of {support / confidence:.0f} learners who mastered both mastered “{x}” first. "
        f"Of those who worked on “{y}”, {_format_percent(share[0])} mastered it with “{x}” mastered before, "
        f"{_format_percent(share[1])} without. Lift {lift:.1f} among learners alike; p {_format_p_value(p_value)}."
    )
    numbers = {"support": support, "confidence": round(confidence, 4), "lift": round(lift, 4), "pValue": p_value}
    return FoundEdge(ProposedPair(PREREQUISITE, before, after), text, numbers)


def _format_percent(share: float) -> str:
    return "nobody" if math.isnan(share) else f"{share:.0%}"


def _format_p_value(value: float) -> str:
    """As a person writes it: = 0.012, = 3e-9, < 1e-300."""
    if value < 1e-300:
        return "< 1e-300"
    if value >= 0.001:
        return f"= {value:.3f}"
    digits, exponent = f"{value:.0e}".split("e")
    return f"= {digits}e{int(exponent)}"


LearnersReadCallback = Callable[[int, int], None]


async def read_mastery_log(
    graph: Graph, course: str, log: Path | None, report: LearnersReadCallback
) -> tuple[MasteryLog, list[str]]:
    """The log, and what is to be known of it, line by line; `report` hears how many learners of how many are read.

    Raises `NotFound` for the course.
    """
    if log is not None:
        return await _read_mastery_files(graph, course, log)
    answers = await read_point_answers(graph, course, report)
    mastery = build_log_from_answers(answers.learner, answers.point, answers.at, answers.right)
    return mastery, [f"{len(answers.at):,} answers on points", _describe_log(mastery)]


async def _read_mastery_files(graph: Graph, course: str, log: Path) -> tuple[MasteryLog, list[str]]:
    points, answers, problems = await read_training_answers(graph, course, log)
    cleaned, found = clean_answers(answers, points)
    rows, columns = np.nonzero(cleaned.skill >= 0)
    when = cleaned.index if np.isnan(cleaned.days).any() else cleaned.days
    skills = np.array(cleaned.skills, dtype=object)[cleaned.skill[rows, columns]].astype(str)
    mastery = build_log_from_answers(cleaned.learner[rows], skills, when[rows], cleaned.right[rows])
    return mastery, [*map(str, problems), str(found), _describe_log(mastery)]


def _describe_log(log: MasteryLog) -> str:
    mastered = int(np.isfinite(log.at).sum())
    return f"{log.learners:,} learners worked on {len(log.at):,} points in all and mastered {mastered:,}"


@dataclass(frozen=True)
class MiningSource:
    """Where to look.

    Attributes:
        log: an answer log, file or folder; the graph's own interactions without one.
        texts: also compare names and descriptions.
        rules: of the mining; its own without them.
        most: new proposals at most, the strongest.
    """

    log: Path | None = None
    texts: bool = False
    rules: MiningRules | None = None
    most: int = MAX_PROPOSALS


@dataclass(frozen=True)
class MiningResult:
    """What was looked through, line by line, and what became of what was found."""

    told: list[str]
    found: int
    proposed: ProposeResult


def _ignore_progress(done: int, total: int) -> None:
    """The progress nobody watches."""


async def mine_proposals(
    graph: Graph,
    id: str,
    source: MiningSource,
    author: str,
    report: LearnersReadCallback = _ignore_progress,
    say: Callable[[str], None] = lambda step: None,
) -> MiningResult:
    """Look through the log and the texts of the course `id` and store what they speak for, in one transaction.

    `report` hears how many learners of how many are read, `say` what goes on. Raises `NotFound` for the course.
    """
    rows = await read_course_rows(graph, id)
    say("reading the log")
    log, told = await read_mastery_log(graph, id, source.log, report)
    say("mining")
    mined = mine_prerequisites(log, source.rules)
    found = describe_mined_pairs(log, mined, {row["id"]: row["name"] for row in rows.points})
    if source.texts:
        say("comparing texts")
        found += _find_similar_points(rows)
    say("storing")
    why = f"{len(found)} found in {source.log.name if source.log else 'the graph'}"
    told.append(f"{mined.tested:,} pairs tested")
    if not mined.tested:
        told.append(_describe_lack(log, source.rules or MiningRules()))
    return MiningResult(
        told, len(found), await store_proposals(graph, found, Attribution(author, "propose", why), source.most)
    )


def _describe_lack(log: MasteryLog, rules: MiningRules) -> str:
    """Say why no pair of a log was tested: how many learners a pair needs, and how many the best one has."""
    both = count_orders(StratifiedLog.from_log(log)).both
    np.fill_diagonal(both, 0)
    need = f"a pair needs {rules.support} learners who mastered both of its points (--least-support)"
    if not both.any():
        return f"{need}; nobody has mastered two points yet: three answers in a row have to be right"
    first, second = (log.points[place] for place in np.unravel_index(both.argmax(), both.shape))
    return f"{need}; the best pair, {first} and {second}, has {both.max():.0f}"


def _find_similar_points(rows: CourseRows) -> list[FoundEdge]:
    """Of the course's own points."""
    own = set(rows.included)
    points = [row for row in rows.points if row["id"] in own]
    return describe_similar_pairs(
        {row["id"]: row["name"] for row in points}, {row["id"]: row["description"] or "" for row in points}
    )
