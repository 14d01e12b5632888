"""Decide with fallback: ask one strategy after another, within a time budget, and pause those that fail.

The strategy that was asked for decides, else the course's own. Where it cannot, the next one does, and the answer says
so: a strategy lacks something, fails, takes longer than its budget, or has no opinion of the learner. One that failed
or was too slow several times in a row is paused for a minute, so that no other request waits for it; rules are never
paused. Slow strategies run in a thread.
"""

import asyncio
import logging
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

from graph.errors import GraphUnavailable, LodestarError, NoStrategyAvailable
from models.policies.strategies import STRATEGIES, find_strategy
from models.recommender import Recommender
from services.context import AppContext
from services.courses.served import CourseMemo, ServedCourse
from services.learners.state import LearnerState, read_recent_history
from services.recommendations.bandits import load_bandit
from services.recommendations.decision import RecommendationDecision, decide_slate, make_empty_decision
from services.recommendations.schemas import FailedStrategy

logger = logging.getLogger("lodestar")


async def decide_with_fallback(
    context: AppContext, state: LearnerState, n: int, asked: str | None
) -> RecommendationDecision:
    """Return the decision of the first strategy that can decide, with those that could not and why.

    Raises `Invalid` for an unknown strategy, and `NoStrategyAvailable` where none could decide.
    """
    if asked is not None:
        find_strategy(asked)
    if not state.candidates.resources:
        return make_empty_decision(state)
    failed: list[FailedStrategy] = []
    for name in dict.fromkeys([*([asked] if asked else []), *state.served.strategies.order]):
        outcome = await _try_strategy(context, state, n, name)
        if isinstance(outcome, RecommendationDecision):
            return replace(outcome, asked=asked, failed=tuple(failed))
        failed.append(outcome)
    raise NoStrategyAvailable({each.strategy: each.why for each in failed})


class Pause(NamedTuple):
    """Until when (monotonic seconds) a strategy is not asked, and why."""

    until: float
    why: str


PAUSE_SECONDS = 60.0
"""Seconds that a strategy is not asked after it failed or was too slow several times."""

SLOW_IN_A_ROW = 3
"""Decisions in a row that have to be too slow before a strategy is paused: one may be the machine's fault."""

PAUSES: CourseMemo[str, Pause] = CourseMemo(len(STRATEGIES))
"""The pauses of each course in memory, by the strategy's name."""

SLOW: CourseMemo[str, int] = CourseMemo(len(STRATEGIES))
"""How many decisions in a row were too slow, by the strategy's name."""


async def _try_strategy(
    context: AppContext, state: LearnerState, n: int, name: str
) -> RecommendationDecision | FailedStrategy:
    """Ask one strategy within its time budget; what it could not decide is returned with the reason, and counted.

    A rule has no budget and is never paused: it takes a millisecond, and is what the others fall back to.
    """
    pause = PAUSES.find(state.served, name)
    if pause is not None and monotonic() < pause.until:
        return _hand_over(context, name, "paused", pause.why)
    is_rule = find_strategy(name).kind == "rule"
    budget = None if is_rule else context.budget_seconds
    began = monotonic()
    task = asyncio.create_task(ask_strategy(context, state, n, name), name=f"decide by {name}")
    await asyncio.wait({task}, timeout=budget)
    if budget is not None and (not task.done() or monotonic() - began > budget):
        _count_slow(state, name, budget)
        if not task.done():
            task.add_done_callback(_log_late_failure)
            return _hand_over(context, name, "slow", f"it took longer than {1000 * budget:.0f} ms")
    else:
        SLOW.drop(state.served, name)
    error = task.exception()
    if error is None:
        return task.result() or _hand_over(context, name, "no_opinion", "it has no opinion of this learner")
    if isinstance(error, GraphUnavailable):
        raise error
    if isinstance(error, LodestarError):
        return _hand_over(context, name, "missing", str(error))
    logger.error("strategy %s failed", name, exc_info=error)
    if not is_rule:
        _pause(state, name, "it failed a moment ago")
    return _hand_over(context, name, "failed", f"it failed ({type(error).__name__})")


def _hand_over(context: AppContext, name: str, reason: str, why: str) -> FailedStrategy:
    """Count that a strategy could not decide, for /metrics, and return it."""
    context.handovers[name, reason] += 1
    return FailedStrategy(name, why)


def _count_slow(state: LearnerState, name: str, budget: float) -> None:
    """Count a decision that was too slow; pause the strategy after several in a row."""
    slow = SLOW.put(state.served, name, (SLOW.find(state.served, name) or 0) + 1)
    if slow >= SLOW_IN_A_ROW:
        _pause(state, name, f"it took longer than {1000 * budget:.0f} ms {slow} times in a row a moment ago")


def _pause(state: LearnerState, name: str, why: str) -> None:
    """Do not ask a strategy of a course for a while."""
    PAUSES.put(state.served, name, Pause(monotonic() + PAUSE_SECONDS, why))
    logger.warning("strategy %s of %s is paused for %.0f s: %s", name, state.served.course.id, PAUSE_SECONDS, why)


def _log_late_failure(task: "asyncio.Task[RecommendationDecision | None]") -> None:
    """Log the failure of a strategy whose decision came too late to be used."""
    if not task.cancelled() and task.exception() is not None:
        logger.error("%s failed, late", task.get_name(), exc_info=task.exception())


async def ask_strategy(context: AppContext, state: LearnerState, n: int, name: str) -> RecommendationDecision | None:
    """Return what the strategy `name` decides; None where it has no opinion of the learner.

    Raises `SetupFailed` where it lacks something.
    """
    strategy, recommender = find_strategy(name), await _load_strategy(context, state.served, name)
    history = await read_recent_history(context, state) if strategy.looks_back else None
    if strategy.quick:
        decided = decide_slate(state, n, recommender, history)
    else:
        decided = await asyncio.to_thread(decide_slate, state, n, recommender, history)
    silent = decided.decision.silent
    return None if silent is not None and silent[0] else decided


LOADING: CourseMemo[str, asyncio.Task[Recommender]] = CourseMemo(len(STRATEGIES))
"""Strategies that are being read or trained, by name; they are dropped when that is over."""


async def _load_strategy(context: AppContext, served: ServedCourse, name: str) -> Recommender:
    """Load the strategy on the course; requests that come while it is being made wait for the same."""
    if find_strategy(name).kind == "bandit":
        return await load_bandit(context.graph, served, name)
    available = served.strategies.available
    if name in available.made:
        return available.made[name]

    def start() -> asyncio.Task[Recommender]:
        task = asyncio.create_task(asyncio.to_thread(available.make, name), name=f"make {name}")
        task.add_done_callback(lambda _: LOADING.drop(served, name))
        return task

    return await asyncio.shield(LOADING.get(served, name, start))
