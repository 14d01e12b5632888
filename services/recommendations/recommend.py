"""Recommend: read the state, decide with fallback, log the decision, explain it (DESIGN §4).

The strategy that was asked for decides, else the course's own. One that cannot is followed by the next, and the answer
says so: it lacks something, fails, takes longer than its budget, or has no opinion of the learner. One that failed or
was too slow is not asked for a minute, so that no other request waits for it. Slow strategies run in a thread. The
decision is logged before it is returned, one row for each item of the slate, from which a transition can be rebuilt.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from time import monotonic

from graph.errors import GraphUnavailable, LodestarError
from graph.recommendations.decisions import LoggedDecision
from models.policies.bandit_training import BANDIT_NAMES
from models.policies.strategies import find_strategy
from models.recommender import Recommender
from services.context import AppContext
from services.learners.state import LearnerState, read_learner_state, read_recent_history
from services.recommendations.bandits import load_bandit as bandit
from services.recommendations.decision import RecommendationDecision, decide_slate, make_empty_decision
from services.recommendations.explanations import explain_decision
from services.recommendations.schemas import Recommendations
from services.timings import measure_async_time


@dataclass(frozen=True, eq=False)
class SlateRequest:
    """For whom, and how many places are to be filled."""

    situation: LearnerState
    n: int


async def ask_strategy(context: AppContext, wanted: SlateRequest, name: str) -> RecommendationDecision | None:
    """What the strategy `name` decides; None where it has no opinion of the learner.

    Raises `SetupFailed` where it lacks something.
    """
    strategy, recommender = find_strategy(name), await _load_strategy(context, wanted.situation, name)
    history = await read_recent_history(context, wanted.situation) if strategy.looks_back else None
    if strategy.quick:
        decided = decide_slate(wanted.situation, wanted.n, recommender, history)
    else:
        decided = await asyncio.to_thread(decide_slate, wanted.situation, wanted.n, recommender, history)
    silent = decided.decision.silent
    return None if silent is not None and silent[0] else decided


async def _load_strategy(context: AppContext, situation: LearnerState, name: str) -> Recommender:
    """The strategy on the course; whoever asks while it is being made waits for the same."""
    line_up = situation.served.line_up
    if name in BANDIT_NAMES:
        return await bandit(context.graph, situation.served, name)
    if name in line_up.strategies.made:
        return line_up.strategies.made[name]
    if name not in line_up.making:
        task = asyncio.create_task(asyncio.to_thread(line_up.strategies.make, name), name=f"make {name}")
        line_up.making[name] = task
        task.add_done_callback(lambda _: line_up.making.pop(name))
    made: Recommender = await asyncio.shield(line_up.making[name])
    return made


STRATEGY_PAUSE_SECONDS = 60.0
"""Seconds that a strategy is not asked after it failed or was too slow."""

logger = logging.getLogger("lodestar")


async def decide_with_fallback(
    context: AppContext, situation: LearnerState, n: int, asked: str | None
) -> RecommendationDecision:
    """The decision, and in it who could not make it and why.

    Raises `Invalid` for an unknown strategy, and `LodestarError` where none could decide.
    """
    if asked is not None:
        find_strategy(asked)
    if not situation.found.resources:
        return make_empty_decision(situation)
    handed: list[tuple[str, str]] = []
    for name in dict.fromkeys([*([asked] if asked else []), *situation.served.line_up.order]):
        why, decided = await _try_strategy(context, SlateRequest(situation, n), name)
        if decided is not None:
            return replace(decided, handed=tuple(handed))
        handed.append((name, why))
    raise LodestarError("No strategy could decide: " + "; ".join(f"{name}: {why}" for name, why in handed))


async def _try_strategy(
    context: AppContext, wanted: SlateRequest, name: str
) -> tuple[str, RecommendationDecision | None]:
    """Why not, or the decision."""
    resting = wanted.situation.served.line_up.resting
    until, why = resting.get(name, (0.0, ""))
    if monotonic() < until:
        return why, None
    began = monotonic()
    task = asyncio.create_task(ask_strategy(context, wanted, name), name=f"decide by {name}")
    await asyncio.wait({task}, timeout=context.budget)
    if not task.done() or monotonic() - began > (context.budget or float("inf")):
        why = f"it took longer than {1000 * (context.budget or 0):.0f} ms"
        resting[name] = (monotonic() + STRATEGY_PAUSE_SECONDS, f"{why} a moment ago")
    if not task.done():
        task.add_done_callback(_log_late_failure)
        return why, None
    error = task.exception()
    if error is None:
        decided = task.result()
        return "it has no opinion of this learner", decided
    if isinstance(error, GraphUnavailable):
        raise error
    if isinstance(error, LodestarError):
        return str(error), None
    logger.error("strategy %s failed", name, exc_info=error)
    resting[name] = (monotonic() + STRATEGY_PAUSE_SECONDS, "it failed a moment ago")
    return f"it failed ({type(error).__name__})", None


def _log_late_failure(task: "asyncio.Task[RecommendationDecision | None]") -> None:
    """What came too late is not used; that it failed besides is told once."""
    if not task.cancelled() and task.exception() is not None:
        logger.error("%s failed, late", task.get_name(), exc_info=task.exception())


def make_decision_rows(decided: RecommendationDecision) -> list[LoggedDecision]:
    """What is kept of the decision, one row a place, from which a transition can be rebuilt."""
    situation, decision = decided.situation, decided.decision
    found, served = situation.found, situation.served
    q = [] if decision.q is None else decision.q[0].tolist()
    contexts = None if decision.context is None else decision.context[0]
    ids = served.course.resource_ids
    candidates = [ids[place] for place in decided.seen.observation.candidates[0]]
    return [
        LoggedDecision(
            id=choice.id,
            learner=found.learner,
            course=found.course,
            at=situation.now,
            policy=decided.recommender.name,
            version=decided.recommender.version,
            resource=ids[choice.resource],
            propensity=choice.propensity,
            revision=found.revision,
            step=found.step,
            goals=found.goals,
            candidates=candidates,
            kept=decision.kept[0].tolist(),
            q_values=q,
            propensities=decision.propensity[0].tolist(),
            context=None if contexts is None else contexts[choice.position].tolist(),
        )
        for choice in decided.choices
    ]


async def decide_and_log(
    context: AppContext, situation: LearnerState, n: int, strategy: str | None = None
) -> RecommendationDecision:
    """Fill up to `n` places and log them; `strategy` decides, or who it hands over to.

    Raises `GraphUnavailable` when the decision could not be logged; then nothing was served.
    """
    decided = await decide_with_fallback(context, situation, n, strategy)
    if decided.choices:
        await _log_decision(context, decided)
    return decided


@measure_async_time("log")
async def _log_decision(context: AppContext, decided: RecommendationDecision) -> None:
    await context.recorder.record(make_decision_rows(decided))


async def recommend(
    context: AppContext, learner: str, course: str | None, n: int, explain: bool = False, strategy: str | None = None
) -> Recommendations:
    """What this learner should do next, the `n` best; logged before it is returned.

    `strategy` decides, the course's own without one; where it cannot, the next one does, and the answer says so.
    Raises `NotFound` for an unknown learner or course, `Invalid` for an unknown strategy, `GraphUnavailable` when
    nothing could be read or logged.
    """
    situation = await read_learner_state(context, learner, course)
    decided = await decide_and_log(context, situation, n, strategy)
    return await explain_decision(context, decided, strategy, explain)
