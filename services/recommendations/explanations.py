"""Explain a decision: the reasons for each resource in a sentence and in numbers, or why there is nothing to recommend.

Where there is nothing, say what the learner or the team can do about it.
"""

from typing import Any, NamedTuple

import numpy as np

from graph.recommendations.candidates import Obstacles, UnmetPrerequisite, read_obstacles
from models.arrays import Floats
from services.context import AppContext
from services.courses.served import PrerequisitePath, ServedCourse
from services.learners.state import LearnerState
from services.recommendations.decision import RecommendationDecision, SlateItem
from services.recommendations.schemas import (
    CandidateView,
    FailedStrategy,
    NoRecommendation,
    PolicyName,
    Reasons,
    Recommendation,
    Recommendations,
    StrategyView,
)
from services.schemas import PointStateView
from services.timings import measure_time

MAX_NAMES = 3
"""How many names one sentence lists before it says how many more."""


class LevelEstimate(NamedTuple):
    """Mastery (N,) and its standard deviation (N,); without the latter where levels are what a plan expects."""

    level: Floats
    spread: Floats | None = None


@measure_time("reasons")
def explain_resource(
    served: ServedCourse, way: PrerequisitePath, known: LevelEstimate, resource: int, outlook: tuple[float, float]
) -> Reasons:
    """The reasons for one resource. `known`: mastery then; `outlook`: expected gain and chance of success."""
    course = served.course
    taught = course.taught[resource][course.importance[resource] > 0].tolist()
    main = _find_main_point(course.importance[resource], taught, course.taught[resource], way)
    needed = sorted({earlier for point in taught for earlier in served.before[point]} - set(taught))
    prerequisites = [_make_point_state(served, point, known, course.met) for point in needed]
    teaches = [_make_point_state(served, point, known, course.mastered) for point in taught]
    opens = served.names(way.path(main))
    gain, success = outlook
    return Reasons(
        text=_format_sentence(prerequisites, teaches, [point.name for point in opens[1:]], gain),
        prerequisites=prerequisites,
        teaches=teaches,
        opens=opens,
        expected_gain=round(gain, 4),
        success=round(success, 4),
    )


def _find_main_point(importance: Floats, taught: list[int], points: np.ndarray, way: PrerequisitePath) -> int:
    """The most important point that lies on the way to the goal."""
    weight = {int(point): float(share) for point, share in zip(points, importance, strict=True) if share > 0}
    return max(taught, key=lambda point: (bool(way.closure[point]), weight[point]))


def _make_point_state(served: ServedCourse, point: int, known: LevelEstimate, needed: Floats) -> PointStateView:
    name = served.points[point]
    spread = None if known.spread is None else round(float(known.spread[point]), 3)
    return PointStateView(
        name.id, name.name, round(float(known.level[point]), 3), round(float(needed[point]), 3), spread
    )


def _format_sentence(
    prerequisites: list[PointStateView], teaches: list[PointStateView], opens: list[str], gain: float
) -> str:
    """ "You know A (82 %) and B (71 %); it raises C from 30 % towards 80 % (+0.21 expected); it opens D, then E." """
    if prerequisites:
        start = f"you know {_join_names([f'{point.name} ({_format_level(point)})' for point in prerequisites])}"
    else:
        start = "it needs nothing before it"
    raised = _join_names([f"{point.name} (now {_format_level(point)})" for point in teaches])
    parts = [start, f"it raises {raised}, {gain:+.2f} expected"]
    if opens:
        parts.append(f"it leads to {_join_chain(opens)}")
    text = "; ".join(parts) + "."
    return text[0].upper() + text[1:]


def _format_level(point: PointStateView) -> str:
    """ "82% ± 9", or "82%" where nothing is known of the uncertainty."""
    return f"{point.level:.0%}" + (f" ± {100 * point.uncertainty:.0f}" if point.uncertainty else "")


def _join_names(names: list[str]) -> str:
    if len(names) > MAX_NAMES:
        names = [*names[:MAX_NAMES], f"{len(names) - MAX_NAMES} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _join_chain(names: list[str]) -> str:
    """The next points and the goal; what lies between is left out of the sentence."""
    shown = names if len(names) <= MAX_NAMES else [*names[: MAX_NAMES - 1], "…", names[-1]]
    return " → ".join(shown)


async def explain_no_recommendation(loop: AppContext, situation: LearnerState) -> NoRecommendation:
    """Ask the graph what stands in the way of a learner without candidates."""
    found = situation.found
    return describe_obstacle(
        situation.served, await read_obstacles(loop.graph, found.learner, situation.now, found.course)
    )


def describe_obstacle(served: ServedCourse, why: Obstacles) -> NoRecommendation:
    """The reason as a sentence and as data."""
    if why.reason == "goal_reached":
        return NoRecommendation(why.reason, "The goal is reached: everything on the way to it is mastered.")
    if why.reason == "waiting":
        until = f"from {why.until:%Y-%m-%d %H:%M} UTC" if why.until else "later"
        text = f"Everything that is open was done or recommended a moment ago; the next resource is free {until}."
        return NoRecommendation(why.reason, text, {"until": why.until})
    if why.limits:
        text = f"The learner's own limits ({', '.join(why.limits)}) leave out everything that is open."
        return NoRecommendation(why.reason, text, {"limits": why.limits})
    details = {"prerequisites": [_describe_unmet(served, each) for each in why.prerequisites], "untaught": why.untaught}
    return NoRecommendation(why.reason, _describe_blocked(served, why), details)


def _describe_blocked(served: ServedCourse, why: Obstacles) -> str:
    if why.untaught:
        names = ", ".join(served.name(point) for point in why.untaught[:MAX_NAMES])
        return f"Next would be {names}, but no active resource teaches it."
    if not why.prerequisites:
        return "No resource can be reached from here."
    first = why.prerequisites[0]
    return (
        f"{served.name(first.before)} needs {served.name(first.point)} at {first.needed:.0%}; "
        f"it is at {first.level:.0%}, and nothing that can be done now raises it."
    )


def _describe_unmet(served: ServedCourse, each: UnmetPrerequisite) -> dict[str, Any]:
    return {
        "id": each.point,
        "name": served.name(each.point),
        "level": each.level,
        "needed": each.needed,
        "before": served.name(each.before),
    }


async def explain_decision(
    loop: AppContext, decided: RecommendationDecision, asked: str | None, explain: bool
) -> Recommendations:
    """Everything that was chosen, best first; with `explain` all candidates besides. `asked`: the strategy, if any."""
    found, handed = decided.situation.found, [FailedStrategy(name, why) for name, why in decided.handed]
    nothing = None if decided.choices else await explain_no_recommendation(loop, decided.situation)
    strategy = StrategyView(asked, decided.recommender.name, handed)
    return Recommendations(found.learner, found.course, _make_recommendations(decided, explain), nothing, strategy)


def _make_recommendations(decided: RecommendationDecision, explain: bool) -> list[Recommendation]:
    candidates = _make_candidate_views(decided) if explain else None
    return [_make_recommendation(decided, choice, candidates) for choice in decided.choices]


def _make_recommendation(
    decided: RecommendationDecision, choice: SlateItem, candidates: list[CandidateView] | None
) -> Recommendation:
    situation, q = decided.situation, decided.decision.q
    served, seen = situation.served, decided.seen.observation
    known = LevelEstimate(seen.level[0], None if seen.sd is None else seen.sd[0])
    return Recommendation(
        id=choice.id,
        at=situation.now,
        policy=PolicyName(decided.recommender.name, decided.recommender.version),
        propensity=choice.propensity,
        q=None if q is None else float(q[0, choice.position]),
        revision=situation.found.revision,
        resource=served.resources[choice.resource],
        reasons=explain_resource(served, decided.seen.way, known, choice.resource, (choice.gain, choice.success)),
        candidates=candidates,
    )


def _make_candidate_views(decided: RecommendationDecision) -> list[CandidateView]:
    served, decision = decided.situation.served, decided.decision
    places = decided.seen.observation.candidates[0].tolist()
    q = [None] * len(places) if decision.q is None else decision.q[0].tolist()
    columns = zip(places, q, decision.score[0].tolist(), decision.propensity[0], decision.kept[0], strict=True)
    return [
        CandidateView(
            resource=served.resources[place].id,
            title=served.resources[place].title,
            q=value,
            score=score if np.isfinite(score) else None,
            propensity=float(propensity),
            kept=bool(kept),
        )
        for place, value, score, propensity, kept in columns
    ]
