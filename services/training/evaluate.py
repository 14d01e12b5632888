"""Measure the strategies of a course, advise which to serve, and learn a policy from its decision log.

Strategies are compared on the same held-out simulated learners, rankers on the course's own log. A ranker without an
opinion of a learner falls back to the default strategy, as it does when it serves. Advice combines what the graph holds
with what was measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

from graph.catalogue import CourseDataCounts, count_course_data, read_course_rows
from graph.connection import Graph
from graph.learners.history import read_interactions
from graph.learners.log_files import SECONDS_PER_DAY, RawInteraction
from graph.recommendations.decisions import read_handovers
from models.evaluation.advice import MIN_KNOWN_EVENTS, Advice, CourseDataSummary, Team, advise_strategy
from models.evaluation.leaderboard import Leaderboard, measure_strategies, save_leaderboard
from models.policies.selection import CourseStrategies
from models.policies.strategies import DEFAULT_STRATEGY, STRATEGIES
from models.policies.wrappers import FallbackStrategy
from models.rankers.cleaning import clean_interactions
from models.rankers.comparison import CourseInteractions, RankerComparison, RankerMeasurement, compare_rankers
from models.rankers.interactions import Catalogue
from models.rankers.registry import RANKERS
from models.recommender import Recommender
from models.rl.offline import CQL_NAME, OfflineConfig, OfflineResult, train_offline_policy
from models.rl.run import locate_policy
from models.simulation.environment import LearnerVectorEnv
from services.courses.arrays import build_catalogue
from services.courses.artifacts import ArtifactStore, load_course_arrays, load_course_rows
from services.settings import Settings
from services.training.decision_log import LogReadCounts, read_decision_log


async def advise_on_course(graph: Graph, strategies: CourseStrategies, team: Team) -> tuple[CourseDataSummary, Advice]:
    """Advise which strategy to serve, by the graph's counts and the measurements. Raises `NotFound` for the course."""
    data = summarize_course_data(await count_course_data(graph, strategies.course.id))
    names = [(name, entry.family) for name, entry in STRATEGIES.items()]
    return data, advise_strategy(names, data, team, strategies.offline(), strategies.teaching(), strategies.taught())


HANDOVER_DAYS = 7
"""Days back that advice looks at who decided."""


async def describe_handovers(graph: Graph, course: str) -> list[str]:
    """Return a sentence for each strategy of which others decided in the last days, the largest share first."""
    found = await read_handovers(graph, course, datetime.now(UTC) - timedelta(days=HANDOVER_DAYS))
    sentences = []
    for asked in dict.fromkeys(each.asked for each in found):
        total = sum(each.decisions for each in found if each.asked == asked)
        others = [each for each in found if each.asked == asked and each.used != asked]
        if others:
            named = ", ".join(f"{each.decisions:,} by {each.used}" for each in others)
            share = sum(each.decisions for each in others) / total
            text = f"Of {total:,} decisions asked of {asked} in {HANDOVER_DAYS} days, others made {share:.0%}: {named}."
            sentences.append((share, text))
    return [text for _, text in sorted(sentences, reverse=True)]


def summarize_course_data(found: CourseDataCounts) -> CourseDataSummary:
    """Return the counts as the numbers that advice is based on."""
    known = [sum(events >= MIN_KNOWN_EVENTS for events in each) for each in (found.learner_events, found.item_events)]
    pairs = len(found.learner_events) * found.resources
    days = (found.last - found.first) / timedelta(days=1) if found.first and found.last else 0.0
    return CourseDataSummary(
        points=found.points,
        prerequisites=found.prerequisites,
        resources=found.resources,
        described=found.described,
        learners=len(found.learner_events),
        known_learners=known[0],
        known_items=known[1],
        interactions=found.interactions,
        density=found.interactions / pairs if pairs else 0.0,
        right=found.right,
        own=1 - found.followed / found.interactions if found.interactions else 1.0,
        answered=found.followed,
        days=days,
    )


async def read_strategies(graph: Graph, settings: Settings, course: str) -> CourseStrategies:
    """Read the strategies of a course. Raises `NotFound`, or `Invalid` where it has no active resource."""
    trained = ArtifactStore.from_settings(settings)
    rows, arrays = await load_course_rows(graph, course, trained.learner_models)
    return trained.strategies.make(arrays, build_catalogue(rows))


@dataclass(frozen=True, eq=False)
class RawCourseLog:
    """A course's resources, and what learners did with them, as rows of the graph."""

    course: str
    catalogue: Catalogue
    rows: Sequence[RawInteraction]


async def read_raw_course_log(graph: Graph, course: str) -> RawCourseLog:
    """Read a course's resources and interactions. Raises `NotFound` for the course."""
    catalogue = build_catalogue(await read_course_rows(graph, course))
    return RawCourseLog(course, catalogue, await read_interactions(graph, course))


def evaluate_rankers(
    logged: RawCourseLog,
    folder: Path,
    names: Sequence[str],
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> tuple[RankerComparison, list[RankerMeasurement]]:
    """Measure the rankers `names` and keep those that could be fitted in `folder`.

    Raises `Invalid` where there is too little to ask about.
    """
    log, found = clean_interactions(logged.rows, logged.catalogue.items, time() / SECONDS_PER_DAY)
    course = CourseInteractions(logged.course, log, logged.catalogue, str(found))
    return compare_rankers(course, folder, names, seed, report)


async def learn_from_log(
    graph: Graph,
    course: str,
    trained: ArtifactStore,
    report: Callable[[float, int, float], None] = lambda alpha, update, loss: None,
    config: OfflineConfig | None = None,
) -> tuple[OfflineResult, LogReadCounts]:
    """Learn a policy from the decision log and save it in the course's folder; return it with the counts of the log.

    Raises `NotFound` for the course, `Invalid` where its log is too small.
    """
    arrays = await load_course_arrays(graph, course, trained.learner_models)
    logged, read = await read_decision_log(graph, arrays)
    folder = locate_policy(trained.strategies.policy_folder(course), CQL_NAME)
    return train_offline_policy(arrays, logged, folder, config, report), read


def evaluate_strategies(
    strategies: CourseStrategies,
    learners: int = 500,
    seeds: int = 3,
    report: Callable[[int, str], None] = lambda total, name: None,
) -> Leaderboard:
    """Measure, write evaluation.json and ladder.png beside the policy, and return the leaderboard.

    Where a ranker has no opinion of a learner, the default strategy decides, as when it serves. `report` is called
    with the number of measurements in all and the name of each strategy as it is done.
    """
    stand_in = strategies.make(DEFAULT_STRATEGY)
    measured: list[Recommender] = [
        FallbackStrategy([each, stand_in]) if each.name in RANKERS else each for each in strategies.make_all()
    ]
    total = len(measured) * seeds
    leaderboard, _ = measure_strategies(
        LearnerVectorEnv(strategies.course, learners), lambda seed: measured, seeds, lambda name: report(total, name)
    )
    save_leaderboard(leaderboard, strategies.policies)
    return leaderboard
