"""Recommend: return the open recommendations, else decide with fallback, log the decision, explain it (docs/design.md).

Open are those of the learner's latest decision that are neither answered nor dismissed, as long as there is no newer
outcome, the graph has no newer revision, and they are still among the candidates. They are returned again, so that
asking twice does not spend a step.

The decision, with fallback (services/recommendations/fallback.py), is logged before it is returned.
"""

from graph.recommendations.decisions import LoggedDecision, read_unanswered
from services.context import AppContext
from services.learners.state import LearnerState, read_learner_state
from services.recommendations.decision import (
    RecommendationDecision,
    make_log_rows,
    reopen_decision,
)
from services.recommendations.explanations import explain_decision
from services.recommendations.fallback import decide_with_fallback
from services.recommendations.schemas import NewRecommendations, NoRecommendation, Recommendations
from services.timings import measure_async_time


async def recommend(context: AppContext, learner: str, asked: NewRecommendations) -> Recommendations:
    """Return what this learner should do next, the `n` best: the open ones, or a new decision, which is logged before.

    It is decided anew with `fresh`, where another strategy is named than decided, where more are asked for than are
    open, and where none is. Where the strategy cannot decide, the next one does, and the answer says so.
    Raises `NotFound` for an unknown learner or course, `Invalid` for an unknown strategy, `NoStrategyAvailable` where
    none could decide, `GraphUnavailable` when nothing could be read or logged.
    """
    state = await read_learner_state(context, learner, asked.course)
    opened = [] if asked.fresh else await _read_open(context, state)
    enough = len(opened) >= min(asked.n, len(state.candidates.resources))
    if opened and enough and asked.strategy in (None, opened[0].policy):
        decided = reopen_decision(state, opened[: asked.n])
    else:
        decided = await decide_and_log(context, state, asked.n, asked.strategy)
    return await explain_decision(context, decided, asked.strategy, asked.explain)


NONE_OPEN = "No recommendation is open; send POST to the same address for the next step."
"""What is answered where only the open ones were asked for."""


async def get_open_recommendations(
    context: AppContext, learner: str, course: str | None, explain: bool = False
) -> Recommendations:
    """Return the open recommendations, best first; nothing is decided or logged. Raises `NotFound`."""
    state = await read_learner_state(context, learner, course)
    opened = await _read_open(context, state)
    if not opened:
        return Recommendations(learner, state.candidates.course, [], NoRecommendation("none_open", NONE_OPEN))
    return await explain_decision(context, reopen_decision(state, opened), None, explain)


@measure_async_time("cypher")
async def _read_open(context: AppContext, state: LearnerState) -> list[LoggedDecision]:
    """Return the open recommendations, best first.

    One that is no candidate any more is not open: the goals or the limits are others, or a prerequisite has faded.
    """
    now, known = state.candidates, state.served.course.resource_index
    return [
        each
        for each in await read_unanswered(context.graph, now.learner, now.course)
        if (each.step, each.revision) == (now.step, now.revision)
        and each.resource in now.resources
        and all(candidate in known for candidate in each.candidates)
    ]


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
