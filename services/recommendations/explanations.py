"""Explain a decision: the reasons for each resource in a sentence and in numbers, or why there is nothing to recommend.

Where there is nothing, say what the learner or the team can do about it.
"""

from typing import NamedTuple

import numpy as np

from graph.recommendations.candidates import Obstacles, UnmetPrerequisite, read_obstacles
from models.arrays import Floats
from services.context import AppContext
from services.courses.served import PrerequisitePath, ServedCourse
from services.learners.state import LearnerState
from services.recommendations.decision import RecommendationDecision, SlateItem
from services.recommendations.questions import choose_questions, rank_taught_points
from services.recommendations.schemas import (
    CandidateView,
    NoRecommendation,
    Reasons,
    Recommendation,
    Recommendations,
    StrategyView,
    UnmetPrerequisiteView,
)
from services.schemas import PointStateView
from services.timings import measure_time

MAX_NAMES = 3
"""How many names one sentence lists before it says how many more."""


class LevelEstimate(NamedTuple):
    """Mastery (N,) and its standard deviation (N,); without the latter where levels are what a plan expects."""

    level: Floats
    sd: Floats | None = None


@measure_time("reasons")
def explain_resource(
    served: ServedCourse, path: PrerequisitePath, known: LevelEstimate, resource: int, expected: tuple[float, float]
) -> Reasons:
    """Return the reasons for one resource. `known`: mastery then; `expected`: gain and chance of success."""
    course = served.course
    taught = course.taught[resource][course.importance[resource] > 0].tolist()
    main = rank_taught_points(served, path, resource)[0]
    needed = sorted({earlier for point in taught for earlier in served.prerequisites[point]} - set(taught))
    prerequisites = [_make_point_state(served, point, known, course.met) for point in needed]
    teaches = [_make_point_state(served, point, known, course.mastered) for point in taught]
    opens = served.names(path.chain_to_goal(main))
    gain, success = expected
    return Reasons(
        text=_format_sentence(prerequisites, teaches, [point.name for point in opens[1:]], gain),
        prerequisites=prerequisites,
        teaches=teaches,
        opens=opens,
        expected_gain=round(gain, 4),
        success=round(success, 4),
    )


def _make_point_state(served: ServedCourse, point: int, known: LevelEstimate, needed: Floats) -> PointStateView:
    name = served.points[point]
    sd = None if known.sd is None else round(float(known.sd[point]), 3)
    return PointStateView(name.id, name.name, round(float(known.level[point]), 3), round(float(needed[point]), 3), sd)


def _format_sentence(
    prerequisites: list[PointStateView], teaches: list[PointStateView], opens: list[str], gain: float
) -> str:
    """ "You know A (82 %) and B (71 %); it raises C from 30 % towards 80 % (+0.21 expected); it opens D, then E." """
    if prerequisites:
        start = f"you know {_join_names([f'{point.name} ({_format_level(point)})' for point in prerequisites])}"
    else:
        start = "it needs nothing before it"
    raised = _join_names([f"{point.name} ({_format_now(point)})" for point in teaches])
    parts = [start, f"it raises {raised}, {gain:+.2f} expected"]
    if opens:
        parts.append(f"it leads to {_join_chain(opens)}")
    text = "; ".join(parts) + "."
    return text[0].upper() + text[1:]


def _format_now(point: PointStateView) -> str:
    return _format_level(point) if _is_untried(point) else f"now {_format_level(point)}"


def _format_level(point: PointStateView) -> str:
    """ "82% ± 9", "82%" where nothing is known of the uncertainty, or "not tried yet"."""
    if _is_untried(point):
        return "not tried yet"
    return f"{point.level:.0%}" + (f" ± {100 * point.uncertainty:.0f}" if point.uncertainty else "")


def _is_untried(point: PointStateView) -> bool:
    """Return whether nothing is known of a point: its uncertainty is UNSEEN_SD, 0.289, less what rounding takes."""
    return point.level == 0 and (point.uncertainty or 0) >= 0.28


def _join_names(names: list[str]) -> str:
    if len(names) > MAX_NAMES:
        names = [*names[:MAX_NAMES], f"{len(names) - MAX_NAMES} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _join_chain(names: list[str]) -> str:
    """The next points and the goal; what lies between is left out of the sentence."""
    shown = names if len(names) <= MAX_NAMES else [*names[: MAX_NAMES - 1], "…", names[-1]]
    return " → ".join(shown)


async def explain_no_recommendation(context: AppContext, state: LearnerState) -> NoRecommendation:
    """Explain why a learner has no candidates, by one read of the graph."""
    learner = state.candidates
    obstacles = await read_obstacles(context.graph, learner.learner, state.now, learner.course)
    return describe_obstacles(state.served, obstacles)


def describe_obstacles(served: ServedCourse, obstacles: Obstacles) -> NoRecommendation:
    """Return the reason as a sentence and as data."""
    if obstacles.reason == "goal_reached":
        return NoRecommendation(obstacles.reason, "The goal is reached: everything on the way to it is mastered.")
    if obstacles.limits:
        text = f"The learner's own limits ({', '.join(obstacles.limits)}) leave out everything that is open."
        return NoRecommendation(obstacles.reason, text, {"limits": obstacles.limits})
    unmet = [_make_unmet_view(served, each) for each in obstacles.prerequisites]
    text = _describe_blocked(served, obstacles)
    return NoRecommendation(obstacles.reason, text, {"prerequisites": unmet, "untaught": obstacles.untaught})


def _describe_blocked(served: ServedCourse, obstacles: Obstacles) -> str:
    if obstacles.untaught:
        names = ", ".join(served.name(point) for point in obstacles.untaught[:MAX_NAMES])
        return f"Next would be {names}, but no active resource teaches it."
    if not obstacles.prerequisites:
        return "No resource can be reached from here."
    first = obstacles.prerequisites[0]
    return (
        f"{served.name(first.before)} needs {served.name(first.point)} at {first.needed:.0%}; "
        f"it is at {first.level:.0%}, and nothing that can be done now raises it."
    )


def _make_unmet_view(served: ServedCourse, unmet: UnmetPrerequisite) -> UnmetPrerequisiteView:
    return UnmetPrerequisiteView(
        id=unmet.point,
        name=served.name(unmet.point),
        level=unmet.level,
        needed=unmet.needed,
        before=served.name(unmet.before),
    )


async def explain_decision(
    context: AppContext, decided: RecommendationDecision, asked: str | None, explain: bool
) -> Recommendations:
    """Return everything that was chosen, best first; with `explain` all candidates besides.

    `asked`: the strategy that the caller named, if any.
    """
    learner = decided.state.candidates
    reason = None if decided.slate else await explain_no_recommendation(context, decided.state)
    candidates = _make_candidate_views(decided) if explain and decided.slate else None
    return Recommendations(
        learner=learner.learner,
        course=learner.course,
        recommendations=[_make_recommendation(decided, item, candidates) for item in decided.slate],
        reason=reason,
        strategy=StrategyView(asked, decided.policy.name, list(decided.failed)),
    )


def _make_recommendation(
    decided: RecommendationDecision, item: SlateItem, candidates: list[CandidateView] | None
) -> Recommendation:
    state, observation, q = decided.state, decided.observation, decided.decision.q
    known = LevelEstimate(observation.level[0], None if observation.sd is None else observation.sd[0])
    return Recommendation(
        id=item.id,
        at=decided.at,
        policy=decided.policy,
        propensity=item.propensity,
        q=None if q is None else float(q[0, item.index]),
        revision=state.candidates.revision,
        resource=state.served.resources[item.resource],
        reasons=explain_resource(state.served, state.path, known, item.resource, (item.gain, item.success)),
        questions=choose_questions(state.served, state.path, item.resource, item.id),
        candidates=candidates,
    )


def _make_candidate_views(decided: RecommendationDecision) -> list[CandidateView]:
    served, decision = decided.state.served, decided.decision
    resources = decided.observation.candidates[0].tolist()
    q = [None] * len(resources) if decision.q is None else decision.q[0].tolist()
    columns = zip(resources, q, decision.score[0].tolist(), decision.propensity[0], decision.kept[0], strict=True)
    return [
        CandidateView(
            resource=served.resources[resource].id,
            title=served.resources[resource].title,
            q=value,
            score=score if np.isfinite(score) else None,
            propensity=float(propensity),
            kept=bool(kept),
        )
        for resource, value, score, propensity, kept in columns
    ]
