"""Recommend: read the state, decide with fallback, log the decision, explain it (docs/design.md).

The strategy that was asked for decides, else the course's own. Where it cannot, the next one does, and the answer says
so: a strategy lacks something, fails, takes longer than its budget, or has no opinion of the learner. One that failed
or was too slow is paused for a minute, so that no other request waits for it. Slow strategies run in a thread. The
decision is logged before it is returned.
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
from services.learners.state import LearnerState, read_learner_state, read_recent_history
from services.recommendations.bandits import load_bandit
from services.recommendations.decision import (
    RecommendationDecision,
    decide_slate,
    make_empty_decision,
    make_log_rows,
)
from services.recommendations.explanations import explain_decision
from services.recommendations.schemas import FailedStrategy, Recommendations
from services.timings import measure_async_time

logger = logging.getLogger("lodestar")


async def recommend(
    context: AppContext, learner: str, course: str | None, n: int, explain: bool = False, strategy: str | None = None
) -> Recommendations:
    """Return what this learner should do next, the `n` best; logged before it is returned.

    `strategy` decides, the course's own without one; where it cannot, the next one does, and the answer says so.
    Raises `NotFound` for an unknown learner or course, `Invalid` for an unknown strategy, `NoStrategyAvailable` where
    none could decide, `GraphUnavailable` when nothing could be read or logged.
    """
    state = await read_learner_state(context, learner, course)
    decided = await decide_and_log(context, state, n, strategy)
    return await explain_decision(context, decided, strategy, explain)


async def decide_and_log(
    context: AppContext, state: LearnerState, n: int, strategy: str | None = None
) -> RecommendationDecision:
    """Fill up to `n` places and log them.

    Raises `GraphUnavailable` when the decision could not be logged; then nothing was served.
    """
    decided = await decide_with_fallback(context, state, n, strategy)
    if decided.slate:
        await _log_decision(context, decided)
    return decided


@measure_async_time("log")
async def _log_decision(context: AppContext, decided: RecommendationDecision) -> None:
    await context.recorder.record(make_log_rows(decided))


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
            return replace(outcome, failed=tuple(failed))
        failed.append(outcome)
    raise NoStrategyAvailable({each.strategy: each.why for each in failed})


class Pause(NamedTuple):
    """Until when (monotonic seconds) a strategy is not asked, and why."""

    until: float
    why: str


PAUSE_SECONDS = 60.0
"""Seconds that a strategy is not asked after it failed or was too slow."""

PAUSES: CourseMemo[str, Pause] = CourseMemo(len(STRATEGIES))
"""The pauses of each course in memory, by the strategy's name."""


async def _try_strategy(
    context: AppContext, state: LearnerState, n: int, name: str
) -> RecommendationDecision | FailedStrategy:
    """Ask one strategy within its time budget; what it could not decide is returned with the reason."""
    pause = PAUSES.find(state.served, name)
    if pause is not None and monotonic() < pause.until:
        return FailedStrategy(name, pause.why)
    began = monotonic()
    task = asyncio.create_task(ask_strategy(context, state, n, name), name=f"decide by {name}")
    await asyncio.wait({task}, timeout=context.budget_seconds)
    if not task.done() or monotonic() - began > (context.budget_seconds or float("inf")):
        why = f"it took longer than {1000 * (context.budget_seconds or 0):.0f} ms"
        PAUSES.put(state.served, name, Pause(monotonic() + PAUSE_SECONDS, f"{why} a moment ago"))
        if not task.done():
            task.add_done_callback(_log_late_failure)
            return FailedStrategy(name, why)
    error = task.exception()
    if error is None:
        return task.result() or FailedStrategy(name, "it has no opinion of this learner")
    if isinstance(error, GraphUnavailable):
        raise error
    if isinstance(error, LodestarError):
        return FailedStrategy(name, str(error))
    logger.error("strategy %s failed", name, exc_info=error)
    PAUSES.put(state.served, name, Pause(monotonic() + PAUSE_SECONDS, "it failed a moment ago"))
    return FailedStrategy(name, f"it failed ({type(error).__name__})")


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
